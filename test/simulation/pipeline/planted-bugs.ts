/** Pipelines that are wrong in one thing each, to see that the simulator finds them. None needs a switch in production code. */
import type { MemoryStorage } from '../../../adapters/storage/index.ts';
import { type Batch, type Intake, IntakeError, type Message, type Store } from '../../../engine/index.ts';
import type { SimulateOptions } from './simulate.ts';

type Plant = NonNullable<SimulateOptions['plant']>;

/** A storage whose store does some things otherwise. */
function storing(otherwise: (store: Store, storage: MemoryStorage) => Partial<Store>): Plant {
  return {
    storage: (storage) => ({ ...storage, store: { ...storage.store, ...otherwise(storage.store, storage) } }),
  };
}

/** The position in the store as what a batch goes on from, so that no commit is refused. */
function unfenced(storage: MemoryStorage, batch: Batch, keep: Partial<Batch['previous']> = {}): Batch {
  const stored = storage.tables.positions.get(batch.previous.partition);
  if (stored === undefined) return batch;
  return { ...batch, previous: { ...stored, ...keep }, position: { ...batch.position, epoch: stored.epoch } };
}

/** Messages that are acknowledged when they are given, and given again from there. */
function acknowledgedEarly(intake: Intake, position: () => number): Intake {
  return {
    ...intake,
    start: (after) => intake.start({ ...after, sequence: Math.max(after.sequence, position()) }),
    async next(max, wait) {
      const messages = await intake.next(max, wait);
      const last = messages.at(-1);
      if (last !== undefined) await intake.confirm(last.sequence);
      return messages;
    },
  };
}

/** Says that nothing has come where something has, the first time after each start. */
function hastyIntake(intake: Intake): Intake {
  let looked = false;
  return {
    ...intake,
    start: (after) => {
      looked = false;
      return intake.start(after);
    },
    async next(max, wait): Promise<readonly Message[]> {
      if (looked) return intake.next(max, wait);
      looked = true;
      return [];
    },
  };
}

export interface PlantedBug {
  readonly plant: Plant;
  /** the rules by which it is found first */
  readonly foundBy: readonly string[];
}

export const PLANTED_BUGS: Readonly<Record<string, PlantedBug>> = {
  'any commit is taken': {
    plant: storing((store, storage) => ({ commit: (batch) => store.commit(unfenced(storage, batch)) })),
    foundBy: ['STALE-COMMIT'],
  },
  'a commit of an owner before is taken': {
    plant: storing((store, storage) => ({
      commit: (batch) => {
        const { sequence, journal } = batch.previous;
        return store.commit(unfenced(storage, batch, { sequence, journal }));
      },
    })),
    foundBy: ['STALE-COMMIT'],
  },
  'only the epoch of a commit is looked at': {
    plant: storing((store, storage) => ({
      commit: (batch) => store.commit(unfenced(storage, batch, { epoch: batch.previous.epoch })),
    })),
    foundBy: ['STALE-COMMIT', 'STATE', 'RAISED-TWICE'],
  },
  'a commit goes on from one that a failover has lost, where no event came since': {
    plant: storing((store, storage) => ({
      commit: (batch) => {
        const { epoch, sequence, journal } = batch.previous;
        return store.commit(unfenced(storage, batch, { epoch, sequence, journal }));
      },
    })),
    foundBy: ['STALE-COMMIT', 'STATE', 'RAISED-TWICE'],
  },
  'leases run out by the clock of the worker, and nothing is fenced': {
    plant: {
      ...storing((store, storage) => ({ commit: (batch) => store.commit(unfenced(storage, batch)) })),
      leases: (leases, { database }) => ({
        ...leases,
        async beat(worker, ttl) {
          const { workers, partitions } = await leases.beat(worker, ttl);
          const soon = (owner: string | null, left: number) =>
            owner === worker.id ? left : left - ttl * 0.9;
          return {
            workers,
            partitions: partitions.map((one) => ({ ...one, left: soon(one.owner, one.left) })),
          };
        },
        take(partition, worker, ttl, dead) {
          const owner = database.storage.tables.leases.get(partition)?.owner ?? worker;
          return leases.take(partition, worker, ttl, [...dead, owner]);
        },
      }),
    },
    foundBy: ['STALE-COMMIT'],
  },
  'messages are acknowledged before the commit, and read from there on': {
    plant: {
      intake: (intake, { partition, stream }) =>
        acknowledgedEarly(intake, () => stream.acknowledged.get(partition) ?? 0),
    },
    foundBy: ['LEFT-OUT', 'BEFORE-BACKLOG'],
  },
  'the last message of a batch is skipped where there are many': {
    plant: {
      intake: (intake) => ({
        ...intake,
        next: async (max, wait) =>
          (await intake.next(max, wait)).filter((_, index, all) => index < 3 || index < all.length - 1),
      }),
    },
    foundBy: ['LEFT-OUT', 'LIVENESS'],
  },
  'ids that were seen are not asked for': {
    plant: storing(() => ({ seen: async () => [] })),
    foundBy: ['LIVENESS', 'LEFT-OUT'],
  },
  'another stream is taken for the same': {
    plant: {
      intake: (intake) => ({
        ...intake,
        async start(after) {
          const { incarnation } = await intake.start(after);
          if (after.incarnation === '' || incarnation === after.incarnation) return { incarnation };
          await intake.start({ ...after, incarnation });
          return { incarnation: after.incarnation };
        },
      }),
    },
    foundBy: ['BACKWARDS', 'LIVENESS', 'LEFT-OUT', 'NOT-OF-THE-BATCH'],
  },
  'a recovery leaves the journal out': {
    plant: storing(() => ({ tail: async () => [] })),
    foundBy: ['RAISED-TWICE', 'STATE'],
  },
  'rows are said to be written and are not': {
    plant: storing((store) => ({
      commit: (batch) => store.commit({ ...batch, instances: batch.instances.slice(1) }),
    })),
    foundBy: ['RAISED-TWICE', 'STATE'],
  },
  'rows are written before their commit': {
    plant: storing((store, storage) => ({
      commit: (batch) => {
        for (const record of batch.instances)
          storage.tables.instances.set(`${record.flow}\0${record.key}`, record);
        return store.commit(batch);
      },
    })),
    foundBy: ['STATE', 'RAISED-TWICE'],
  },
  'due times are decided before the backlog is read': {
    plant: { intake: hastyIntake },
    foundBy: ['BEFORE-BACKLOG'],
  },
  'a reader that is stopped says that there is nothing': {
    plant: {
      intake: (intake) => ({
        ...intake,
        next: (max, wait) =>
          intake.next(max, wait).catch((error: unknown): readonly Message[] => {
            if (error instanceof IntakeError && error.reason === 'stopped') return [];
            throw error;
          }),
      }),
    },
    foundBy: ['BEFORE-BACKLOG'],
  },
  'due times are decided ahead of time': {
    plant: { worker: (options) => ({ ...options, now: () => options.now() + 300_000 }) },
    foundBy: ['CLOCK-AHEAD'],
  },
  'nothing is passed on': {
    plant: {
      worker: ({ passOn, ...options }) =>
        passOn === undefined
          ? options
          : { ...options, passOn: { ...passOn, outlet: { send: async () => undefined } } },
    },
    foundBy: ['LEFT-OUT', 'LIVENESS'],
  },
  'a message that cannot be read holds up all others': {
    plant: {
      intake: (intake) => ({
        ...intake,
        async next(max, wait) {
          const messages = await intake.next(max, wait);
          if (messages.some(({ payload }) => Buffer.from(payload).includes('"nobody"')))
            throw new Error('poison');
          return messages;
        },
      }),
    },
    foundBy: ['LIVENESS'],
  },
};
