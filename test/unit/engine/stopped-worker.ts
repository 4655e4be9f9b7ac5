/**
 * A worker that is driven through a script, and stopped wherever a test wants it: between turns, at any of its moments, by
 * a commit that fails, or by one whose answer is lost. What it leaves in the store can be held against another run.
 */
import { type MemoryStorage, memoryStorage } from '../../../adapters/storage/index.ts';
import type { Definitions } from '../../../definitions/index.ts';
import {
  createWorker,
  type FailPoint,
  type Intake,
  type Message,
  type Store,
  StoreError,
  type Worker,
  type WriteBudget,
} from '../../../engine/index.ts';

/** What becomes readable together, and where the wall clock stands then, ms. */
export interface Step {
  readonly messages: readonly Message[];
  readonly now: number;
  readonly fault: Fault;
}

export type Fault =
  | { readonly kind: 'none' | 'restart' | 'clean restart' }
  | { readonly kind: 'killed'; readonly at: FailPoint; readonly passage: number }
  | { readonly kind: 'lost commit' | 'lost answer'; readonly passage: number };

export interface StoppedOptions {
  readonly definitions: Definitions;
  readonly steps: readonly Step[];
  readonly batch: number;
  readonly writes: Partial<WriteBudget>;
  /** whether everything that is read counts as backlog, or nothing does */
  readonly backlog: boolean;
}

class Killed extends Error {}

/** Runs the script to its end, through all of its faults, and gives what is stored once all is written. */
export async function runStopped(options: StoppedOptions): Promise<MemoryStorage> {
  const storage = memoryStorage({ now: () => 0 });
  const all = options.steps.flatMap(({ messages }) => messages);
  let readable = 0;
  let now = 0;
  let armed: Fault = { kind: 'none' };
  let passages = 0;
  let began = false;

  const happens = (kind: Fault['kind'], point?: FailPoint): boolean => {
    if (armed.kind !== kind || !('passage' in armed)) return false;
    if (armed.kind === 'killed' && armed.at !== point) return false;
    return ++passages === armed.passage;
  };
  const at = (point: FailPoint) => {
    if (point === 'beforeRecovery') began = true;
    if (point === 'afterRecovery') began = false;
    if (happens('killed', point)) throw new Killed(point);
  };
  const store: Store = {
    ...storage.store,
    async commit(batch) {
      if (happens('lost commit')) throw new StoreError('the database went away', false, null);
      const outcome = await storage.store.commit(batch);
      if (happens('lost answer')) throw new StoreError('the answer was lost', false, null);
      return outcome;
    },
  };
  const start = (): Worker =>
    createWorker({
      partition: '0',
      owner: 'w',
      store,
      intake: scripted(all, () => readable),
      definitions: options.definitions,
      sources: [],
      compile: () => null,
      now: () => (began ? (options.backlog ? Number.MAX_SAFE_INTEGER : 0) : now),
      batch: options.batch,
      patience: 0,
      writes: options.writes,
      at,
    });

  let worker = start();
  for (const step of options.steps) {
    readable += step.messages.length;
    now = step.now;
    armed = step.fault;
    passages = 0;
    began = false;
    if (armed.kind === 'clean restart') await worker.settle();
    if (armed.kind === 'restart' || armed.kind === 'clean restart') worker = start();
    await untilIdle();
  }
  worker = start();
  await untilIdle();
  await worker.settle();
  return storage;

  async function untilIdle(): Promise<void> {
    for (let turns = 0; turns < 1000; turns++) {
      try {
        if ((await worker.turn()).kind === 'idle') return;
      } catch (error) {
        began = false;
        if (error instanceof Killed) worker = start();
        else if (!(error instanceof StoreError)) throw error;
      }
    }
    throw new Error('it never comes to rest');
  }
}

function scripted(messages: readonly Message[], readable: () => number): Intake {
  let position = 0;
  return {
    async start({ incarnation, sequence }) {
      position = incarnation === 'script' ? sequence : 0;
      return { incarnation: 'script' };
    },
    async next(max) {
      const found = messages.slice(position, Math.min(readable(), position + max));
      position += found.length;
      return found;
    },
    async confirm() {},
    last: async () => messages.length,
    async stop() {},
  };
}

/** Everything that two runs must have in common, however they were stopped; `told`: also what was told of alarms, and when. */
export function comparable({ tables }: MemoryStorage, told: boolean) {
  const position = tables.positions.get('0');
  const lastOf = new Map<string, string>();
  const kept = new Set([...tables.instances.values()].map(({ flow, key }) => `${flow}/${key}`));
  for (const { kind, subject, body } of tables.changes) {
    const { flow, key } = JSON.parse(body);
    if (kind === 'instance' && kept.has(`${flow}/${key}`)) lastOf.set(subject, body);
  }
  return {
    position: { sequence: position?.sequence, clock: position?.clock, journal: position?.journal },
    behind: position?.mark !== position?.journal,
    journal: tables.places.get('0') ?? [],
    instances: [...tables.instances]
      .map(([, { updatedAt, applied, ...record }]) => record)
      .sort((a, b) => (`${a.flow}/${a.key}` < `${b.flow}/${b.key}` ? -1 : 1)),
    alarms: [...tables.alarms.values()].map(({ alarm }) => alarm).sort((a, b) => (a.id < b.id ? -1 : 1)),
    rejected: [...tables.rejected.keys()].sort(),
    held: [...(tables.held.get('0')?.values() ?? [])]
      .map(({ root, events }) => ({ root, events }))
      .sort((a, b) => (a.root < b.root ? -1 : 1)),
    watched: [...(tables.watched.get('0') ?? [])].sort(),
    statuses: [...lastOf].sort(),
    told: told
      ? tables.changes.filter(({ kind }) => kind !== 'instance').map(({ subject, body }) => [subject, body])
      : [],
  };
}
