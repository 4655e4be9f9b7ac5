import { formatTime } from '../../../checkpoints/index.ts';
import type { InstanceRecord, Reader } from '../../../engine/index.ts';
import type { CandidateReport } from '../../candidate.ts';
import type { ReloadOutcome } from '../../reloading.ts';
import { CANDIDATE, RELOAD, REVISIONS } from '../definition-schemas.ts';
import { Refusal } from '../refusal.ts';
import { type AnswerDocument, type JsonSchema, json, type Route } from '../route.ts';

export interface DefinitionRouteOptions {
  readonly reader: Reader;
  readonly revision: () => string;
  readonly reload: () => Promise<ReloadOutcome>;
  readonly lastReload: () => ReloadOutcome | null;
  /** null: there is no candidate */
  readonly candidate: () => CandidateReport | null;
}

/** At most so many live instances are counted by their revisions. */
const MOST = 100_000;
const PAGE = 1000;

/** Where definitions are exchanged, and compared with a candidate for their place. */
export function definitionRoutes(options: DefinitionRouteOptions): readonly Route[] {
  const { reader } = options;
  const read = { method: 'GET', permission: 'read', parameters: [], accepts: [] } as const;
  return [
    {
      method: 'POST',
      permission: 'operate',
      act: 'reload',
      parameters: [],
      accepts: [],
      path: '/api/v1/definitions/reload',
      summary: 'Reads the definitions again, and uses them if they are sound; all or nothing',
      answers: { 200: answerOf('What came of it; broken ones change nothing', RELOAD) },
      async handle() {
        const outcome = await options.reload();
        const [refused] = outcome.errors;
        const answer = { kind: 'json', status: 200, body: viewReload(outcome) } as const;
        return outcome.kind === 'broken' && refused !== undefined ? { ...answer, refused } : answer;
      },
    },
    {
      ...read,
      path: '/api/v1/revisions',
      summary: 'Which revisions of the definitions live instances run under',
      answers: { 200: answerOf('Revisions, the one in use first', REVISIONS) },
      async handle() {
        const last = options.lastReload();
        const active = options.revision();
        const { records, complete } = await liveInstances(reader);
        const reload = last === null ? null : viewReload(last);
        return json(200, { active, reload, complete, items: byRevision(records, active) });
      },
    },
    {
      ...read,
      path: '/api/v1/candidate',
      summary: 'Which alarms a candidate set of definitions adds, removes or moves',
      answers: { 200: answerOf('The difference since the candidate was given', CANDIDATE) },
      refuses: ['not-found'],
      async handle() {
        const view = options.candidate();
        if (view === null)
          throw new Refusal('not-found', 'there is no candidate: start Milepost with --candidate PATH');
        const { since, diff, ...rest } = view;
        return json(200, { ...rest, since: formatTime(since), ...diff });
      },
    },
  ];
}

function answerOf(description: string, schema: JsonSchema): AnswerDocument {
  return { description, type: 'application/json', schema };
}

function viewReload({ at, ...rest }: ReloadOutcome): object {
  return { ...rest, at: formatTime(at) };
}

async function liveInstances(
  reader: Reader,
): Promise<{ readonly records: readonly InstanceRecord[]; readonly complete: boolean }> {
  const records: InstanceRecord[] = [];
  for (const status of ['expected', 'running']) {
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<Reader['instances']>> = await reader.instances({ status }, PAGE, cursor);
      records.push(...page.items);
      cursor = page.next;
    } while (cursor !== null && records.length < MOST);
    if (cursor !== null) return { records, complete: false };
  }
  return { records, complete: true };
}

/** The revision in use first, then those with the most instances. */
function byRevision(records: readonly InstanceRecord[], active: string): readonly object[] {
  const groups = Map.groupBy(records, ({ revision }) => revision);
  if (!groups.has(active)) groups.set(active, []);
  return [...groups]
    .sort(
      ([a, left], [b, right]) => Number(b === active) - Number(a === active) || right.length - left.length,
    )
    .map(([revision, of]) => ({
      revision,
      active: revision === active,
      expected: of.filter(({ status }) => status === 'expected').length,
      running: of.filter(({ status }) => status === 'running').length,
      flows: [...new Set(of.map(({ flow }) => flow))].sort(),
    }));
}
