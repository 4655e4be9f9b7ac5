/**
 * Runs the journal of an instance and of its relatives through the engine once more, and listens.
 *
 * 1. Only the flows that an instance can hear of take part, so that nothing else is decided with it.
 * 2. The journal keeps where the clock stood when an entry was decided, and whether it was backlog: each is decided as it
 *    was then.
 */
import { readEventText } from '../checkpoints/index.ts';
import type { Definitions, Flow } from '../definitions/index.ts';
import { readActText } from './act.ts';
import { type Explanation, explainHeard } from './explain.ts';
import { type Heard, type Listener, listenTo } from './explain-heard.ts';
import { nameOf, relativesOfAll } from './family.ts';
import { createWatch } from './live-watch.ts';
import type { InstanceKey, JournalRecord } from './ports.ts';
import { decodeInstance, encodeInstance } from './snapshot.ts';

export interface Rerun {
  /** those that the instance started with */
  readonly definitions: Definitions;
  readonly of: InstanceKey;
  /** of the instance and its relatives, in any order */
  readonly journal: readonly JournalRecord[];
  /** since when flows are watched, ms */
  readonly since: ReadonlyMap<string, number>;
  /** when the first of the relatives came to be, ms; null where none is stored */
  readonly createdAt: number | null;
  /** how far the clock of the stored instance has come, ms; null where it has not begun */
  readonly until: number | null;
  /** now, ms: what is due later is ahead */
  readonly asOf: number;
  /** the stored instance, as `encodeInstance` writes it */
  readonly stored: string | null;
}

/** An explanation, and whether the journal comes to the instance that is stored. */
export interface Rebuilt {
  readonly explanation: Explanation | null;
  readonly asStored: boolean;
}

/**
 * Explains a step of an instance, or all of it, by its journal. Where the journal does not come to what is stored, for
 * instance because a part of it is gone, the explanation is what the journal gives, and `asStored` is false.
 */
export function explainJournal(rerun: Rerun, step: string | null): Rebuilt {
  const { heard, asStored } = hearJournal(rerun);
  return { explanation: explainHeard(heard, { step, asOf: rerun.asOf }), asStored };
}

/** What was heard of an instance when its journal was run again, and whether that comes to the instance that is stored. */
export function hearJournal(rerun: Rerun): { readonly heard: readonly Heard[]; readonly asStored: boolean } {
  const { heard } = run(rerun);
  const flow = rerun.definitions.flows.get(rerun.of.flow);
  // it may be stored in an earlier form
  const stored =
    rerun.stored === null || flow === undefined ? null : encodeInstance(decodeInstance(flow, rerun.stored));
  // rows are written behind the journal: the stored instance may be one that it has come through
  const asStored = heard.findLast(({ after }) => encodeInstance(after) === stored) !== undefined;
  return { heard, asStored };
}

/** The instances whose events an instance may hear of: its relatives, and what they follow. */
export function kinOf(definitions: Definitions, of: InstanceKey): readonly InstanceKey[] {
  const found = new Map<string, InstanceKey>();
  const waiting: InstanceKey[] = [of];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    const name = nameOf(one.flow, one.key);
    if (found.has(name) || !definitions.flows.has(one.flow)) continue;
    // what a relative may touch are relatives of this one too, so that only what they follow is to be looked at
    for (const [each, relative] of relativesOfAll(definitions, [one])) {
      if (found.has(each)) continue;
      found.set(each, relative);
      const start = definitions.flows.get(relative.flow)?.start ?? null;
      if (start?.kind === 'after') waiting.push({ flow: start.flow, key: relative.key });
    }
  }
  return [...found.values()];
}

/** Runs the journal and listens. */
function run(rerun: Rerun): Listener {
  const { of, until } = rerun;
  const definitions = familyOf(rerun.definitions, of.flow);
  const journal = rerun.journal.toSorted((a, b) => a.place - b.place);
  const first = Math.min(
    rerun.createdAt ?? Number.POSITIVE_INFINITY,
    ...journal.slice(0, 1).map(({ time, receivedAt }) => Math.min(time, receivedAt)),
  );
  const listener = listenTo(of);
  if (first === Number.POSITIVE_INFINITY) return listener;
  const watched = new Map([...rerun.since].filter(([, since]) => since < first));
  const begin = watched.size < definitions.flows.size ? first : first - 1;
  const watch = createWatch({ definitions, since: watched, clock: begin, trace: listener.trace });
  watch.advance(begin);
  for (const record of journal) {
    const { key, clock, backlog, event } = record;
    const read = readEventText(event);
    if (read.ok) {
      watch.redo({ ...read.event, key }, clock, backlog);
      continue;
    }
    const act = readActText(event);
    if (act.ok) watch.act(act.act, clock);
  }
  if (until !== null) watch.advance(until);
  return listener;
}

const FAMILIES = new WeakMap<Definitions, Map<string, Definitions>>();

/** The definitions with only those flows that nest, are nested in, follow or are followed by this one, near or far. */
function familyOf(definitions: Definitions, flow: string): Definitions {
  const families = FAMILIES.get(definitions) ?? new Map<string, Definitions>();
  FAMILIES.set(definitions, families);
  const known = families.get(flow);
  if (known !== undefined) return known;
  const flows = new Map<string, Flow>();
  const waiting = [flow];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const one = definitions.flows.get(name);
    if (one === undefined || flows.has(name)) continue;
    flows.set(name, one);
    waiting.push(...one.followers, ...one.parents.map((parent) => parent.flow));
    waiting.push(...one.steps.flatMap(({ nested }) => nested?.flow ?? []));
    if (one.start?.kind === 'after') waiting.push(one.start.flow);
  }
  // in the order of the whole set, on which the order of equal due times may rest
  const family = new Map([...definitions.flows].filter(([name]) => flows.has(name)));
  const narrowed = { ...definitions, flows: family };
  families.set(flow, narrowed);
  return narrowed;
}
