import { formatTime } from '../../../checkpoints/index.ts';
import type { Queries } from '../queries.ts';
import { QUERY_PARAMETERS, type QueryName } from '../query-parameters.ts';
import { type Answer, type AnswerDocument, jsonAnswer, type Route } from '../route.ts';
import { sharedRuns } from '../shared-runs.ts';

/** The time up to which everything that was stored is known to be in an answer; left out while nothing is known. */
const AS_OF = 'Milepost-As-Of';

/** The routes that answer a read as it is; `asOf`, ms, is asked before each, so that an answer is never older than it says. */
export function readRoutes(queries: Queries, asOf: () => number | null = () => null): readonly Route[] {
  return READS.map(({ path, query, summary, answer }) => ({
    method: 'GET',
    path: `/api/v1${path}`,
    permission: 'read',
    summary,
    parameters: QUERY_PARAMETERS[query],
    accepts: [],
    answers: { 200: answer },
    refuses: path.includes('{') ? ['bad-parameter', 'not-found'] : ['bad-parameter'],
    handle: handler((params) => answerTo(queries[query], params, asOf), SHARED.includes(query)),
  }));
}

/** Reads of everything there is, which every console asks for when something has changed. */
const SHARED: readonly QueryName[] = ['alarms', 'day', 'days', 'flows', 'usual'];
/** They are made at most so often for all who ask the same, ms. */
const PACE = 200;
const MOST_SHARED = 64;

async function answerTo(
  query: Queries[QueryName],
  params: unknown,
  asOf: () => number | null,
): Promise<Answer> {
  const known = asOf();
  const body = await query(params);
  const headers = known === null ? {} : { [AS_OF]: formatTime(known) };
  return { kind: 'json', status: 200, body, headers };
}

function handler(answer: (params: unknown) => Promise<Answer>, shared: boolean): Route['handle'] {
  if (!shared) return ({ params }) => answer(params);
  const runs = new Map<string, () => Promise<Answer>>();
  return ({ params }) => {
    const name = JSON.stringify(params);
    const run = runs.get(name) ?? sharedRuns(() => answer(params), PACE);
    if (runs.size >= MOST_SHARED) runs.clear();
    runs.set(name, run);
    return run();
  };
}

interface Read {
  readonly path: string;
  readonly query: QueryName;
  readonly summary: string;
  readonly answer: AnswerDocument;
}

const READS: readonly Read[] = [
  {
    path: '/flows',
    query: 'flows',
    summary: "All flows that are defined, with today's counts",
    answer: jsonAnswer('Flows by name; today is that of each flow’s calendar', 'FlowPage'),
  },
  {
    path: '/flows/{flow}',
    query: 'flow',
    summary: "One flow with its definition and today's counts",
    answer: jsonAnswer('The flow', 'Flow'),
  },
  {
    path: '/instances',
    query: 'instances',
    summary: 'Instances',
    answer: jsonAnswer('Instances by flow and key', 'InstancePage'),
  },
  {
    path: '/instances/{flow}/{key}',
    query: 'instance',
    summary: 'One instance with every step',
    answer: jsonAnswer('The instance', 'Instance'),
  },
  {
    path: '/instances/{flow}/{key}/events',
    query: 'events',
    summary: 'The events that an instance has accepted',
    answer: jsonAnswer('Events in the order in which they were accepted', 'EventPage'),
  },
  {
    path: '/instances/{flow}/{key}/graph',
    query: 'graph',
    summary: 'The graph of an instance',
    answer: jsonAnswer('Nodes and edges with their status', 'Graph'),
  },
  {
    path: '/instances/{flow}/{key}/explain',
    query: 'explain',
    summary: 'Why an instance is as it is: what came, what was made of it, and why no other alarm was raised',
    answer: jsonAnswer('The story of the instance and of its steps, or of one step', 'Explanation'),
  },
  {
    path: '/instances/{flow}/{key}/replay',
    query: 'replay',
    summary:
      'An instance played back from its journal: what each event, due time and act changed in its graph',
    answer: jsonAnswer('The graph at the beginning, and one frame a fact', 'Playback'),
  },
  {
    path: '/days/{day}',
    query: 'day',
    summary: 'The ledger of a trading day',
    answer: jsonAnswer('One row per flow expected that day', 'Day'),
  },
  {
    path: '/days',
    query: 'days',
    summary: 'The trading day that it is, or a given one, with those before and after it',
    answer: jsonAnswer('By the calendar of most flows', 'TradingDay'),
  },
  {
    path: '/days/{day}/usual',
    query: 'usual',
    summary: 'What is usual: medians of the last twenty instances of each flow before a day',
    answer: jsonAnswer('Flows that have ended before', 'UsualDay'),
  },
  {
    path: '/flows/{flow}/history',
    query: 'history',
    summary: 'The last trading days of a flow, step by step',
    answer: jsonAnswer('Instances, the latest day first', 'History'),
  },
  {
    path: '/views',
    query: 'views',
    summary: 'The business views, each as the worst of what it shows on a trading day',
    answer: jsonAnswer('Views by name', 'ViewPage'),
  },
  {
    path: '/views/{view}',
    query: 'view',
    summary: 'A business view: its nodes, each with its status and what makes it so, and its links',
    answer: jsonAnswer('The view', 'View'),
  },
  {
    path: '/views/{view}/events',
    query: 'viewEvents',
    summary: 'The events of what a business view shows, latest first',
    answer: jsonAnswer('The latest events of the trading day', 'ViewEvents'),
  },
  {
    path: '/search',
    query: 'search',
    summary: 'Flows, steps, instances and alarms that a text is found in',
    answer: jsonAnswer('At most eight of each', 'SearchHits'),
  },
  {
    path: '/waivers',
    query: 'waivers',
    summary: 'What operators have excused, with who and why',
    answer: jsonAnswer('Waivers by flow and key', 'Waivers'),
  },
  {
    path: '/alarms',
    query: 'alarms',
    summary: 'Alarms, each with its explanation',
    answer: jsonAnswer('Alarms, newest first', 'AlarmPage'),
  },
  {
    path: '/alarms/{id}',
    query: 'alarm',
    summary: 'One alarm',
    answer: jsonAnswer('The alarm, with what happened to it', 'Alarm'),
  },
  {
    path: '/silences',
    query: 'silences',
    summary: 'Silences, with who, why and until when',
    answer: jsonAnswer('Silences, newest first', 'SilencePage'),
  },
  {
    path: '/notices',
    query: 'notices',
    summary: 'Who was told, or is to be, of what, and what came of it',
    answer: jsonAnswer('Notices, newest first', 'NoticePage'),
  },
  {
    path: '/numbers',
    query: 'numbers',
    summary: 'How many alarms, and how long people took, per trading day, flow and name',
    answer: jsonAnswer('Sums, and their rows', 'Numbers'),
  },
  {
    path: '/acts',
    query: 'acts',
    summary: 'What operators did about alarms, silences and channels',
    answer: jsonAnswer('Acts, newest first', 'HandlingActPage'),
  },
  {
    path: '/acts/{id}',
    query: 'act',
    summary: 'One act, with what became of it',
    answer: jsonAnswer('The act', 'HandlingAct'),
  },
  {
    path: '/audit',
    query: 'audit',
    summary: 'Who did what: everything that people have done, also what was refused',
    answer: jsonAnswer('Entries, newest first', 'AuditPage'),
  },
  {
    path: '/channels',
    query: 'channels',
    summary: 'The channels, and whether they work',
    answer: jsonAnswer('Channels', 'Channels'),
  },
  {
    path: '/route',
    query: 'route',
    summary: 'Who would be told of an alarm, when and by what',
    answer: jsonAnswer('The policy, its route and what each level does', 'RoutePlan'),
  },
  {
    path: '/rejected',
    query: 'rejected',
    summary: 'Messages that could not be understood or were refused',
    answer: jsonAnswer('Rejected messages, newest first', 'RejectedPage'),
  },
  {
    path: '/rejected/{id}',
    query: 'rejectedOne',
    summary: 'One rejected message with all of its payload',
    answer: jsonAnswer('The message', 'Rejected'),
  },
];
