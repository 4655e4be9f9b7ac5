/**
 * One flow document -> one compiled flow: steps put together, graph computed, names resolved, rules compiled.
 *
 * 1. What is wrong becomes findings, and linking goes on without it; a flow with errors is never used.
 * 2. Steps and connectors keep the order of the file; a connector with an unknown end is left out.
 * 3. What may only follow from something that is lost or left out is not said.
 */
import { createStateTable, type StateTable } from '../checkpoints/index.ts';
import { type Calendar, DEFAULT_CALENDAR } from './calendar.ts';
import type {
  CalendarDocument,
  CheckpointBody,
  CheckpointDocument,
  ConnectorDocument,
  Document,
  FlowDocument,
  StepDocument,
} from './document.ts';
import { createScopeOf } from './extension-scope.ts';
import { bindExtensions, type Extensions } from './extensions.ts';
import { type Findings, unknownName } from './findings.ts';
import type { Connector, Flow, Step } from './flow.ts';
import { type AlarmNames, createAlarmNames } from './link-alarms.ts';
import { checkFrom } from './link-from.ts';
import { type Graph, linkGraph, type StepGraph } from './link-graph.ts';
import { linkKeyTemplate } from './link-key.ts';
import { createNames, type NamedParam, type NamesOf, NO_STEP } from './link-names.ts';
import type { Nesting } from './link-nesting.ts';
import { compileDerived, declareParams, finishParams } from './link-params.ts';
import {
  hideActions,
  linkCondition,
  linkTriggers,
  type OwnTimer,
  type RuleContext,
  type RuleOwner,
} from './link-rules.ts';
import { checkStates, mergeStep } from './link-steps.ts';
import {
  checkTimersStart,
  linkAbandon,
  linkDeadline,
  linkDisorder,
  linkStart,
  linkTimers,
  type MomentOf,
  momentsIn,
} from './link-timing.ts';
import { lacks, VARIANT } from './lost.ts';

/** What all flows of a set of definitions are linked with. */
export interface LinkContext {
  readonly types: ReadonlyMap<string, CheckpointDocument>;
  readonly calendars: ReadonlyMap<string, CalendarDocument>;
  /** those of `calendars` that are sound */
  readonly compiled: ReadonlyMap<string, Calendar>;
  readonly nesting: Nesting;
  readonly extensions: Extensions;
  readonly channels: ReadonlySet<string>;
  /** whether a document of this kind and name may be among those that could not be read */
  readonly mayBeUnread: (kind: Document['kind'], name: string) => boolean;
  readonly findings: Findings;
}

/** A step with its type put in, and its parameters as names see them. */
interface Part {
  readonly document: StepDocument;
  readonly body: CheckpointBody;
  readonly params: ReadonlyMap<string, NamedParam>;
  /** what it may have any of, since its type is not known or something of it is lost */
  readonly open: RuleOwner['open'];
}

/** Links one flow. */
export function linkFlow(document: FlowDocument, context: LinkContext): Flow {
  const { findings } = context;
  const calendar = findCalendar(document, context);
  const parts = document.steps.map((step) => linkPart(step, context));
  const stepIndex = new Map(document.steps.map((step, index) => [step.name, index]));
  const { edges, strays } = findEdges(document, stepIndex, findings);
  const nodes = document.steps.map((step) => ({ ...step, gate: step.gate && !lacks(step, 'gate', VARIANT) }));
  const graph = linkGraph(nodes, edges);
  const whole = strays.length === 0 && !lacks(document, 'steps', 'connectors');
  checkGraph(document, graph, whole, findings);
  const copying = parts.map(({ body: { params }, open }, index) => ({
    name: nodes[index]?.name ?? '',
    gate: nodes[index]?.gate ?? false,
    open: open.params,
    params,
  }));
  checkFrom(copying, { edges, startSteps: graph.startSteps, whole }, findings);

  const scopeOf = createScopeOf({
    name: document.name,
    steps: parts.map((part) => ({ name: part.document.name, params: part.params })),
  });
  const bound = bindExtensions(context.extensions, scopeOf);
  const names = createNames({
    name: document.name,
    calendar: calendar.calendar,
    open: lacks(document, 'steps'),
    steps: parts.map((part) => ({
      name: part.document.name,
      params: part.params,
      open: part.open.params,
    })),
  });
  compileDerived(
    parts.map((part) => ({ documents: part.body.params, params: part.params })),
    { names, functions: bound.functions, findings },
  );
  const rules: RuleContext = {
    ...context,
    ...bound,
    alarms: createAlarmNames(parts.flatMap((part) => part.body.timers.map((timer) => timer.name))),
  };
  const flow: Flow = {
    name: document.name,
    title: document.title,
    group: document.group,
    labels: document.labels,
    calendar: calendar.calendar,
    key: linkKeyTemplate(document, findings),
    start: linkStart(document.start, calendar.momentOf),
    deadline: linkDeadline(document.deadline, calendar.momentOf),
    disorder: linkDisorder(document),
    abandon: linkAbandon(document),
    source: document.source?.value ?? null,
    states: linkStates(document, findings),
    statesAt: document.states[0]?.at ?? null,
    split: document.split,
    steps: parts.map((part, index) => linkStep(part, index, { graph, names, rules, context, calendar })),
    stepIndex,
    byEventName: findEventNames(document.steps),
    connectors: edges.map((edge, index) => linkConnector(edge, index, { parts, names, rules })),
    startSteps: graph.startSteps,
    on: linkTriggers(document.on, { ...FLOW_OWNER, names: names(-1) }, rules),
    parents: context.nesting.parents.get(document.name) ?? [],
    followers: context.nesting.followers.get(document.name) ?? [],
    heard: context.nesting.heard.get(document.name) ?? [],
    at: document.at,
  };
  for (const stray of strays) linkConnector(stray, 0, { parts, names, rules });
  checkActions(document, { parts, edges, strays, alarms: rules.alarms }, findings);
  return flow;
}

/** What belongs to the flow itself has no parameters and timers, and its rules have ids that begin with nothing. */
const FLOW_OWNER = {
  id: '',
  params: new Map<string, NamedParam>(),
  timers: new Map<string, OwnTimer>(),
  open: { params: false, timers: false },
};

/** Warns of what no action of the flow does, where all actions are known. */
function checkActions(
  document: FlowDocument,
  found: {
    readonly parts: readonly Part[];
    readonly edges: readonly FlowEdge[];
    readonly strays: readonly Stray[];
    readonly alarms: AlarmNames;
  },
  findings: Findings,
): void {
  const { parts, edges, strays, alarms } = found;
  if (lacks(document, 'steps', 'connectors', 'on') || hideActions(document.on)) return;
  const bodies = [...parts.map((part) => part.body), ...document.connectors];
  if (bodies.some((body) => lacks(body, 'on') || hideActions(body.on))) return;
  alarms.check(findings);
  parts.forEach(({ body }, index) => {
    if (lacks(body, 'timers')) return;
    // A connector that leaves nothing known may be meant to leave this step.
    const leaving = [...edges, ...strays].filter(({ from }) => from === null || from === index);
    const triggers = [...body.on, ...leaving.flatMap((connector) => connector.document.on)];
    checkTimersStart(body.timers, triggers, findings);
  });
}

interface FoundCalendar {
  readonly calendar: Calendar;
  readonly momentOf: MomentOf;
}

/** An unknown or unsound calendar is reported and replaced by the default, so that linking can go on. */
function findCalendar(document: FlowDocument, context: LinkContext): FoundCalendar {
  const { calendars, compiled, mayBeUnread, findings } = context;
  const name = document.calendar;
  const anyMoment: MomentOf = ({ value }) => value;
  const unsure = lacks(document, 'calendar');
  if (name === null)
    return { calendar: DEFAULT_CALENDAR, momentOf: unsure ? anyMoment : momentsIn(null, findings) };
  const found = calendars.get(name.value);
  if (found === undefined) {
    if (!mayBeUnread('calendar', name.value))
      findings.error(name.at, 'unknown-calendar', unknownName('calendar', name.value, calendars.keys()));
    return { calendar: DEFAULT_CALENDAR, momentOf: anyMoment };
  }
  return {
    calendar: compiled.get(name.value) ?? DEFAULT_CALENDAR,
    momentOf: unsure || lacks(found, 'sessions') ? anyMoment : momentsIn(found, findings),
  };
}

function linkPart(step: StepDocument, context: LinkContext): Part {
  const body = mergeStep(step, context);
  const open = { params: lacks(body, 'params'), timers: lacks(body, 'timers') };
  return { document: step, body, params: declareParams(body.params, context.findings), open };
}

interface FlowEdge {
  readonly from: number;
  readonly to: number;
  readonly document: ConnectorDocument;
  /** `<from>-><to>#<n>`, n counting from 1 the connectors between these two */
  readonly id: string;
}

/** A connector that does not lead from one known step to another; null is an end that is not known. */
interface Stray {
  readonly from: number | null;
  readonly to: null;
  readonly document: ConnectorDocument;
  readonly id: string;
}

function findEdges(
  document: FlowDocument,
  stepIndex: ReadonlyMap<string, number>,
  findings: Findings,
): { readonly edges: readonly FlowEdge[]; readonly strays: readonly Stray[] } {
  const counts = new Map<string, number>();
  const strays: Stray[] = [];
  const edges = document.connectors.flatMap((connector) => {
    const [from = null, to = null] = (['from', 'to'] as const).map((key) => {
      if (lacks(connector, key)) return null;
      const { value, at } = connector[key];
      const index = stepIndex.get(value);
      if (index === undefined && !lacks(document, 'steps'))
        findings.error(at, 'unknown-step', unknownName('step', value, stepIndex.keys()));
      return index ?? null;
    });
    if (from === null || to === null) {
      strays.push({ from, to: null, document: connector, id: '' });
      return [];
    }
    const ends = `${connector.from.value}->${connector.to.value}`;
    const n = (counts.get(ends) ?? 0) + 1;
    counts.set(ends, n);
    return [{ from, to, document: connector, id: `${ends}#${n}` }];
  });
  return { edges, strays };
}

function checkGraph(document: FlowDocument, graph: Graph, whole: boolean, findings: Findings): void {
  if (document.steps.length === 0 && !lacks(document, 'steps'))
    findings.error(document.at, 'no-steps', `flow '${document.name}' has no steps; give it at least one`);
  for (const step of graph.gateLoops) {
    const { at, name } = document.steps[step] ?? document;
    const message = `gate '${name}' is on a loop of gates alone, which would never end; lead it through a step with events`;
    findings.error(at, 'gate-loop', message);
  }
  // With a connector left out, what it leads to would be reported once more.
  if (!whole) return;
  for (const step of graph.unreachable) {
    const { at, name } = document.steps[step] ?? document;
    const message = `step '${name}' can never be reached from where the flow starts; add a connector to it, or remove it`;
    findings.error(at, 'unreachable-step', message);
  }
}

function findEventNames(steps: readonly StepDocument[]): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  steps.forEach((step, index) => {
    if (step.gate || step.flow !== null) return;
    const name = step.as?.value ?? step.name;
    found.set(name, [...(found.get(name) ?? []), index]);
  });
  return found;
}

function linkStates(body: Pick<CheckpointBody, 'states' | 'lost'>, findings: Findings): StateTable | null {
  const { states } = body;
  if (states.length === 0 || lacks(body, 'states') || !checkStates(states, findings)) return null;
  return createStateTable(
    states.map((state) => ({ name: state.name, next: state.next.map((next) => next.value) })),
  );
}

const NO_GRAPH: StepGraph = { outgoing: [], incoming: [], reach: [], reachable: [] };

function linkStep(
  { document, body, params, open }: Part,
  index: number,
  found: {
    readonly graph: Graph;
    readonly names: NamesOf;
    readonly rules: RuleContext;
    readonly context: LinkContext;
    readonly calendar: FoundCalendar;
  },
): Step {
  const { findings } = found.context;
  const timers = linkTimers(body.timers, found.calendar.momentOf);
  const owner = { id: document.name, names: found.names(index), params, timers: ownTimers(body), open };
  return {
    index,
    name: document.name,
    title: document.title,
    kind: document.gate ? 'gate' : document.flow !== null ? 'flow' : 'checkpoint',
    checkpoint: document.checkpoint?.value ?? null,
    nested: found.context.nesting.nested.get(document) ?? null,
    states: linkStates(body, findings),
    statesAt: body.states[0]?.at ?? null,
    params: finishParams(body.params, params),
    paramIndex: indexByName(body.params),
    timers,
    on: linkTriggers(body.on, owner, found.rules),
    split: document.split,
    join: document.join,
    end: document.end,
    ...(found.graph.steps[index] ?? NO_GRAPH),
    at: document.at,
  };
}

function linkConnector(
  { from, to, document, id }: FlowEdge | Stray,
  index: number,
  found: { readonly parts: readonly Part[]; readonly names: NamesOf; readonly rules: RuleContext },
): Connector {
  const source = from === null ? undefined : found.parts[from];
  const owner = {
    id,
    names: found.names(from ?? NO_STEP),
    params: source?.params ?? new Map<string, NamedParam>(),
    timers: source === undefined ? new Map<string, OwnTimer>() : ownTimers(source.body),
    open: source?.open ?? { params: true, timers: true },
  };
  return {
    index,
    from: from ?? NO_STEP,
    to: to ?? NO_STEP,
    when: linkCondition(document.when, owner.names, found.rules),
    limit: document.limit,
    on: linkTriggers(document.on, owner, found.rules),
    at: document.at,
  };
}

function ownTimers({ timers }: CheckpointBody): ReadonlyMap<string, OwnTimer> {
  return new Map(
    timers.map((timer, index) => {
      const timed = timer.in !== null || timer.moment !== null || lacks(timer, 'in', 'at');
      return [timer.name, { index, timed }];
    }),
  );
}

function indexByName(items: readonly { readonly name: string }[]): ReadonlyMap<string, number> {
  return new Map(items.map((item, index) => [item.name, index]));
}
