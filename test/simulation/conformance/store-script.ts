/**
 * One script of operations for what is stored, whatever stands behind it: the simulator's database or a real PostgreSQL.
 * What comes of each, and all that readers see in the end, is written down in the same words.
 */
import { type Batch, type ClaimedNotice, type Position, StoreError } from '../../../engine/index.ts';
import {
  alarmRecord,
  batchOf,
  changeRecord,
  instanceRecord,
  journalRecord,
  NOON,
  noticeRecord,
  rejectedRecord,
} from '../../contracts/store-records.ts';
import { ack, noticeBatch, type Owed } from './notice-batches.ts';
import { allStored, type StorePorts, sorted } from './stored.ts';

export interface StoreBench extends StorePorts {
  /** Lets time pass for leases, ms. */
  pass(ms: number): Promise<void>;
  /** Does something of which the answer is lost; what it ends with says when it was done. */
  losing<T>(make: (ports: StorePorts) => Promise<T>, end: string): Promise<T>;
  run<T>(promise: Promise<T>): Promise<T>;
}

type From = 'held' | 'old epoch' | 'old sequence' | 'other tag';

/** What a batch of the worker has in it; keys, ids and alarms by number. */
export interface Content {
  readonly events?: readonly number[];
  readonly instances?: readonly { readonly key: number; readonly ended: boolean; readonly open: number }[];
  readonly alarms?: readonly { readonly id: number; readonly over: boolean }[];
  readonly rejected?: readonly number[];
  readonly notices?: readonly number[];
  readonly removed?: readonly number[];
  readonly held?: { readonly root: number; readonly events: number };
  readonly watched?: number;
  readonly changes?: number;
  /** whether the stored instances are as far as the journal */
  readonly marks?: boolean;
}

export type StoreStep =
  | { readonly do: 'partitions'; readonly wanted: number | null }
  | { readonly do: 'beat' | 'leave'; readonly worker: number }
  | { readonly do: 'take'; readonly partition: number; readonly worker: number; readonly dead?: number }
  | { readonly do: 'release' | 'open'; readonly partition: number; readonly worker: number }
  | { readonly do: 'pass'; readonly ms: number }
  | {
      readonly do: 'commit';
      readonly partition: number;
      readonly worker: number;
      readonly from: From;
      readonly lost?: boolean;
      readonly content: Content;
    }
  | { readonly do: 'tail'; readonly partition: number; readonly after: number; readonly max: number }
  | { readonly do: 'publish'; readonly upTo: number }
  | { readonly do: 'begin-telling'; readonly worker: number }
  | { readonly do: 'renew-telling' | 'end-telling'; readonly worker: number }
  | {
      readonly do: 'decide';
      readonly worker: number;
      readonly from: 'held' | 'old epoch' | 'other tag';
      readonly lost?: boolean;
      readonly owes: readonly Owed[];
      readonly takes?: boolean;
    }
  | { readonly do: 'claim'; readonly channel: number; readonly at: number; readonly max: number }
  | {
      readonly do: 'settle';
      readonly back: number;
      readonly as: 'sent' | 'owed' | 'unsure' | 'failed' | 'unknown';
      readonly lost?: boolean;
    }
  | { readonly do: 'abandon'; readonly channels: readonly number[] }
  | { readonly do: 'act'; readonly id: number; readonly alarm: number };

/** What came of a step. */
export interface StoreOutcome {
  readonly step: string;
  readonly says: string;
}

const MINUTE = 60_000;
const LEASE = 70_000;

/** Runs a script, and looks at everything at its end. */
export async function runStoreScript(
  bench: StoreBench,
  script: readonly StoreStep[],
): Promise<readonly StoreOutcome[]> {
  const run = new StoreRun(bench);
  const outcomes: StoreOutcome[] = [];
  for (const step of script) outcomes.push({ step: JSON.stringify(step), says: await run.step(step) });
  const all = await allStored(bench, (promise) => bench.run(promise));
  return [...outcomes, ...all.map(([name, says]) => ({ step: `at the end: ${name}`, says }))];
}

class StoreRun {
  readonly #bench: StoreBench;
  /** per worker and partition, the position that it goes on from */
  readonly #held = new Map<string, Position>();
  /** per worker, what its notifier goes on from */
  readonly #telling = new Map<number, { readonly epoch: number; readonly tag: string }>();
  readonly #claims: ClaimedNotice[] = [];
  #numbers = 0;

  constructor(bench: StoreBench) {
    this.#bench = bench;
  }

  async step(step: StoreStep): Promise<string> {
    try {
      return sorted(await this.#do(step));
    } catch (error) {
      if (error instanceof StoreError) return `StoreError${error.permanent ? ', permanent' : ''}`;
      throw error;
    }
  }

  #do(step: StoreStep): Promise<unknown> {
    const { store, leases, changes } = this.#bench;
    const run = <T>(promise: Promise<T>) => this.#bench.run(promise);
    switch (step.do) {
      case 'partitions':
        return run(leases.partitions(step.wanted));
      case 'beat':
        return run(leases.beat(identity(step.worker), LEASE)).then(roughly);
      case 'leave':
        return run(leases.leave(`w${step.worker}`));
      case 'take': {
        const dead = step.dead === undefined ? [] : [`w${step.dead}`];
        return run(leases.take(String(step.partition), `w${step.worker}`, LEASE, dead));
      }
      case 'release':
        return run(leases.release(String(step.partition), `w${step.worker}`));
      case 'pass':
        return run(this.#bench.pass(step.ms)).then(() => 'later');
      case 'open':
        return this.#open(step.partition, step.worker);
      case 'commit':
        return this.#commit(step);
      case 'tail':
        return run(store.tail(String(step.partition), step.after, step.max));
      case 'publish':
        return run(changes.markPublished(step.upTo)).then(() => run(changes.published()));
      default:
        return this.#tell(step);
    }
  }

  async #open(partition: number, worker: number) {
    const position = await this.#bench.run(this.#bench.store.open(String(partition), `w${worker}`));
    if (position !== null) this.#held.set(`${worker} ${partition}`, position);
    return position;
  }

  async #commit(step: StoreStep & { readonly do: 'commit' }) {
    const held = this.#held.get(`${step.worker} ${step.partition}`);
    if (held === undefined) return 'nothing to go on from';
    const previous = {
      held,
      'old epoch': { ...held, epoch: held.epoch - 1 },
      'old sequence': { ...held, sequence: held.sequence - 1 },
      'other tag': { ...held, tag: 'other' },
    }[step.from];
    const batch = this.#batch(previous, step.content);
    const make = ({ store }: StorePorts) => store.commit(batch);
    const outcome = await (step.lost === true
      ? this.#bench.losing(make, 'milepost.move_position')
      : this.#bench.run(make(this.#bench)));
    if (outcome === 'committed') this.#held.set(`${step.worker} ${step.partition}`, batch.position);
    return outcome;
  }

  #batch(previous: Position, content: Content): Batch {
    const n = ++this.#numbers;
    const at = NOON + n * 1_000;
    const { events = [], instances = [], alarms = [], rejected = [], notices = [], removed = [] } = content;
    const journal = events.map((key, index) =>
      journalRecord({
        ...{ place: previous.journal + index + 1, key: `k-${key}`, id: `e-${n}-${index}`, digest: `d-${n}` },
        ...{ clock: at, receivedAt: at, event: `{"n":${n}}` },
      }),
    );
    const place = previous.journal + journal.length;
    const position: Position = {
      ...previous,
      ...{ incarnation: 's@1', sequence: previous.sequence + Math.max(1, events.length), clock: at },
      ...{ journal: place, revision: 'r-1', tag: `t-${n}` },
      ...(content.marks === true ? { mark: place, markClock: at } : {}),
    };
    const { held, watched } = content;
    return batchOf(position, {
      ...{ previous, journal },
      instances: instances.map(({ key, ended, open }) =>
        instanceRecord({
          ...{ key: `k-${key}`, status: ended ? 'committed' : 'running', endedAt: ended ? at : null },
          ...{ openAlarms: open, updatedAt: at, applied: place, snapshot: `{"n":${n}}` },
        }),
      ),
      removed: removed.map((key) => ({ flow: 'settlement', key: `k-${key}` })),
      alarms: alarms.map(({ id, over }) =>
        alarmRecord({ id: `a-${id}`, count: n, lastAt: at, clearedAt: over ? at : null }),
      ),
      rejected: rejected.map((id) => rejectedRecord({ id: `s@1/${id}/0`, reason: `r-${n}` })),
      notices: notices.map((id) => noticeRecord({ id: `n-${id}`, text: `t-${n}` })),
      changes: Array.from({ length: content.changes ?? 0 }, (_, index) =>
        changeRecord({ body: `{"n":${n},"i":${index}}` }),
      ),
      watched: watched === undefined ? [] : [{ flow: `f-${watched}`, since: at }],
      held:
        held === undefined
          ? []
          : [
              {
                ...{ root: `root-${held.root}`, applied: place },
                events: Array.from({ length: held.events }, (_, i) => ({
                  event: `{"i":${i}}`,
                  receivedAt: at + i,
                })),
              },
            ],
    });
  }

  async #tell(
    step: Exclude<
      StoreStep,
      {
        do:
          | 'partitions'
          | 'beat'
          | 'leave'
          | 'take'
          | 'release'
          | 'open'
          | 'pass'
          | 'commit'
          | 'tail'
          | 'publish';
      }
    >,
  ): Promise<unknown> {
    const { notices } = this.#bench;
    const run = <T>(promise: Promise<T>) => this.#bench.run(promise);
    switch (step.do) {
      case 'begin-telling': {
        const opened = await run(notices.store.open(`w${step.worker}`, LEASE));
        if (opened !== null) this.#telling.set(step.worker, opened);
        return opened === null ? null : { ...opened, memory: opened.memory.map((one) => sorted(one)).sort() };
      }
      case 'renew-telling': {
        const { epoch, tag } = this.#telling.get(step.worker) ?? { epoch: 0, tag: 'none' };
        return run(notices.store.renew(epoch, tag, LEASE));
      }
      case 'end-telling':
        return run(notices.store.release(this.#telling.get(step.worker)?.epoch ?? 0));
      case 'decide':
        return this.#decide(step);
      case 'claim': {
        const at = NOON + step.at * MINUTE;
        const asked = { channel: `c-${step.channel}`, now: at, until: at + 2 * MINUTE, max: step.max };
        const claimed = await run(notices.store.claim(asked));
        this.#claims.push(...claimed);
        return claimed.map(({ notice: { id }, ...rest }) => ({ id, ...rest }));
      }
      case 'settle':
        return this.#settle(step);
      case 'abandon':
        return run(
          notices.store.abandon(
            step.channels.map((channel) => `c-${channel}`),
            NOON,
          ),
        );
      case 'act':
        return run(notices.store.keepAct(ack(step.id, step.alarm)));
      default:
        return step satisfies never;
    }
  }

  async #decide(step: StoreStep & { readonly do: 'decide' }) {
    const held = this.#telling.get(step.worker);
    if (held === undefined) return 'nothing to go on from';
    const nothing = { failures: [], acts: [] };
    const { failures, acts } =
      step.takes === true ? await this.#bench.run(this.#bench.notices.store.waiting(10)) : nothing;
    const from = {
      held,
      'old epoch': { ...held, epoch: held.epoch - 1 },
      'other tag': { ...held, tag: 'other' },
    }[step.from];
    const batch = noticeBatch(++this.#numbers, { ...from, owes: step.owes, lease: LEASE, failures, acts });
    const make = (ports: StorePorts) => ports.notices.store.commit(batch);
    const outcome = await (step.lost === true
      ? this.#bench.losing(make, 'with moved as')
      : this.#bench.run(make(this.#bench)));
    if (outcome === 'committed') this.#telling.set(step.worker, { epoch: held.epoch, tag: batch.tag });
    return outcome;
  }

  async #settle(step: StoreStep & { readonly do: 'settle' }) {
    const claimed = this.#claims.at(-step.back);
    if (claimed === undefined) return 'nothing was claimed';
    const unsure = step.as === 'unsure';
    const state = step.as === 'unsure' ? 'owed' : step.as;
    const at = claimed.notice.at + 3 * MINUTE;
    const settled = {
      ...{ id: claimed.notice.id, attempt: claimed.attempt, state, uncertain: unsure, at },
      ...{ nextAt: state === 'owed' ? at + MINUTE : null, reason: state === 'sent' ? null : step.as },
    };
    const make = (ports: StorePorts) => ports.notices.store.settle(settled);
    await (step.lost === true
      ? this.#bench.losing(make, 'milepost.outbox')
      : this.#bench.run(make(this.#bench)));
    return `settled ${claimed.notice.id}`;
  }
}

function identity(worker: number) {
  return { id: `w${worker}`, name: `worker-${worker}`, host: 'h', pid: worker, address: null };
}

/** Times of leases to ten seconds. */
function roughly(table: Awaited<ReturnType<StorePorts['leases']['beat']>>) {
  const tens = (ms: number) => Math.max(0, Math.round(ms / 10_000));
  return {
    workers: table.workers.map(({ seenAgo, ...worker }) => ({ ...worker, seenAgo: tens(seenAgo) })),
    partitions: table.partitions.map(({ left, ...one }) => ({
      ...one,
      left: left > 1e9 ? 'for ever' : tens(left),
    })),
  };
}

/** Where two runs of a script differ, in words; null: nowhere. */
export function storeDifference(
  model: readonly StoreOutcome[],
  real: readonly StoreOutcome[],
): string | null {
  for (const [index, wanted] of model.entries()) {
    const found = real[index];
    if (found?.says !== wanted.says)
      return `${index}: ${wanted.step}\n  model: ${wanted.says}\n  real:  ${found?.says}`;
  }
  return null;
}
