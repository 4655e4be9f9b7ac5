/**
 * A candidate set of definitions beside the active one: both are fed with the committed journal, from the moment the
 * candidate was given, and the difference of their alarms is there to be read. Nobody is told of anything.
 */
import type { Definitions } from '../definitions/index.ts';
import {
  type AlarmDiff,
  createShadow,
  diffAlarms,
  type JournalRecord,
  type Shadow,
} from '../engine/index.ts';
import type { Log } from './log.ts';
import { type Loop, startLoop } from './loop.ts';

/** The journal of a partition, as `Store.tail` and `Reader.position` give it. */
export interface JournalReading {
  tail(partition: string, after: number, max: number): Promise<readonly JournalRecord[]>;
  /** place of the last entry, and the clock of the engine after it */
  end(partition: string): Promise<{ readonly journal: number; readonly clock: number | null }>;
}

export interface CandidateOptions {
  readonly candidate: Definitions;
  readonly active: () => Definitions;
  readonly journal: JournalReading;
  readonly partitions: readonly string[];
  readonly now: () => number;
  readonly log: Log;
}

export interface CandidateReport {
  /** revision of the set in use */
  readonly active: string;
  readonly candidate: string;
  /** ms; alarms of instances that had begun before are left out */
  readonly since: number;
  readonly events: number;
  readonly diff: AlarmDiff;
  /** entries that each set does not understand */
  readonly rejected: { readonly old: number; readonly new: number };
}

export interface Candidate {
  report(): CandidateReport;
  stop(): Promise<void>;
}

const PAGE = 1000;
const REST = 500;
/** An event that is committed later than this after its time is seen late by both shadows, ms. */
const BEHIND = 2_000;

/** Begins to feed a candidate and its twin. */
export async function startCandidate(options: CandidateOptions): Promise<Candidate> {
  const { candidate, journal, partitions, now, log } = options;
  let active = options.active();
  let since = now();
  let events = 0;
  let places = await ends(journal, partitions);
  let shadows: readonly [Shadow, Shadow] = [createShadow(active, since), createShadow(candidate, since)];

  /** With other definitions in use the comparison begins anew. */
  async function beginAnew(): Promise<void> {
    active = options.active();
    since = now();
    events = 0;
    places = await ends(journal, partitions);
    shadows = [createShadow(active, since), createShadow(candidate, since)];
    log.info('the definitions in use have changed: the comparison with the candidate begins anew');
  }

  async function turn(): Promise<'worked' | 'idle'> {
    if (options.active() !== active) await beginAnew();
    const asked = now();
    let taken = 0;
    for (const partition of partitions) {
      const entries = await journal.tail(partition, places.get(partition) ?? 0, PAGE);
      for (const entry of entries) {
        for (const shadow of shadows) shadow.take(entry);
        places.set(partition, entry.place);
      }
      taken += entries.length;
    }
    events += taken;
    if (taken === 0) for (const shadow of shadows) shadow.advance(asked - BEHIND);
    for (const shadow of shadows) shadow.tidy();
    return taken > 0 ? 'worked' : 'idle';
  }

  const loop: Loop = startLoop({ name: 'the candidate', rest: REST, log, turn });
  log.info(`candidate definitions of revision ${candidate.revision} are compared with those in use`);
  return {
    report() {
      const [old, next] = shadows;
      return {
        ...{ active: active.revision, candidate: candidate.revision, since, events },
        diff: diffAlarms(old.alarms(), next.alarms()),
        rejected: { old: old.rejected(), new: next.rejected() },
      };
    },
    stop: () => loop.stop(),
  };
}

async function ends(journal: JournalReading, partitions: readonly string[]): Promise<Map<string, number>> {
  const found = await Promise.all(
    partitions.map(async (one) => [one, (await journal.end(one)).journal] as const),
  );
  return new Map(found);
}
