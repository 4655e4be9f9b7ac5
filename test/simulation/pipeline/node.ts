/** One process of workers as `milepost worker` assembles it, with everything outside of it simulated. */
import { type PartitionRun, startPartitionWorkers } from '../../../adapters/partition-workers.ts';
import { runPartition } from '../../../adapters/run-partition.ts';
import type { Definitions } from '../../../definitions/index.ts';
import {
  createWorker,
  type Intake,
  type Leases,
  type LeaseTable,
  type Store,
  type Worker,
  type WorkerIdentity,
  type WorkerOptions,
} from '../../../engine/index.ts';
import type { DatabaseModel } from './database.ts';
import { FILES } from './definitions.ts';
import type { SimulatedProcess } from './process.ts';
import type { StreamModel } from './stream.ts';

/** How a planted bug makes a process differ from a right one. */
export interface Plant {
  readonly store?: (store: Store, process: SimulatedProcess) => Store;
  readonly intake?: (intake: Intake, more: { partition: string; stream: StreamModel }) => Intake;
  readonly leases?: (leases: Leases, more: { process: SimulatedProcess; database: DatabaseModel }) => Leases;
  readonly worker?: (options: WorkerOptions) => WorkerOptions;
}

export interface NodeOptions {
  readonly process: SimulatedProcess;
  readonly database: DatabaseModel;
  readonly stream: StreamModel;
  readonly definitions: Definitions;
  readonly timing: Timing;
  readonly batch: number;
  readonly writes: WorkerOptions['writes'];
  readonly isGone: (worker: WorkerIdentity) => boolean;
  readonly plant: Plant;
  /** monotonic, ms */
  readonly now: () => number;
}

/** ms */
export interface Timing {
  readonly ttl: number;
  readonly beat: number;
  readonly rest: number;
  readonly patience: number;
}

export interface Node {
  readonly process: SimulatedProcess;
  /** by partition */
  readonly workers: ReadonlyMap<string, Worker>;
  stop(): Promise<void>;
}

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** One that is always asked by `next`, so that a planted bug need not look elsewhere. */
function asked({ ready: _, ...intake }: Intake): Intake {
  return intake;
}

export function startNode(options: NodeOptions): Node {
  const { process, database, stream, plant, timing, now } = options;
  const identity: WorkerIdentity = {
    ...{ id: process.name, name: process.name, host: 'h', pid: 1, address: null },
  };
  const rightLeases = database.leases(process);
  const rightStore = database.store(process);
  const leases = plant.leases?.(rightLeases, { process, database }) ?? rightLeases;
  const store = plant.store?.(rightStore, process) ?? rightStore;
  const workers = new Map<string, Worker>();
  const time = {
    now,
    sleep: (ms: number, signal: AbortSignal) => process.sleep(ms, signal),
    breathe: () => process.breathe(),
  };

  const begin = (partition: string): PartitionRun => {
    const rightIntake = stream.intake(process, partition);
    const intake = plant.intake?.(asked(rightIntake), { partition, stream }) ?? rightIntake;
    const made: WorkerOptions = {
      ...{ partition, owner: identity.id, store, intake },
      definitions: options.definitions,
      sources: FILES,
      compile: () => null,
      now: () => process.wallClock(),
      batch: options.batch,
      patience: timing.patience,
      ...(options.writes === undefined ? {} : { writes: options.writes }),
      at: (point) => process.moment(point),
      ...(stream.partitions === 1
        ? {}
        : { passOn: { outlet: stream.outlet(process), partitions: stream.partitions } }),
    };
    const worker = createWorker(plant.worker?.(made) ?? made);
    workers.set(partition, worker);
    const turn = () => worker.turn();
    const run = runPartition({ name: partition, turn, worker, intake, log: SILENT, time });
    return {
      ended: run.ended,
      async stop(finish) {
        await run.stop(finish);
        if (workers.get(partition) === worker) workers.delete(partition);
      },
    };
  };

  const all = startPartitionWorkers({
    ...{ leases, worker: identity, begin, isGone: options.isGone, log: SILENT, now },
    look: (): Promise<LeaseTable> => database.look(process),
    sleep: (ms, signal) => process.sleep(ms, signal),
    ...{ ttl: timing.ttl, beat: timing.beat, rest: timing.rest },
  });
  return { process, workers, stop: () => all.stop() };
}
