import type { Intake, Turn, Worker } from '../engine/index.ts';
import type { Log } from './log.ts';
import { type Loop, type LoopOptions, startLoop } from './loop.ts';
import type { PartitionRun } from './partition-workers.ts';

export interface RunPartitionOptions {
  /** as it is named in the log */
  readonly name: string;
  readonly turn: () => Promise<Turn>;
  readonly worker: Pick<Worker, 'settle'>;
  readonly intake: Pick<Intake, 'stop'>;
  readonly log: Log;
  readonly onTurn?: (turn: Turn) => void;
  readonly time?: LoopOptions['time'];
}

/** Works on a partition, turn after turn, until it is stopped or someone else has taken it. */
export function runPartition(options: RunPartitionOptions): PartitionRun & { readonly loop: Loop } {
  const { name, worker, intake, log, time } = options;
  const ended = Promise.withResolvers<string>();
  const loop = startLoop({
    name,
    rest: 0,
    log,
    ...(time === undefined ? {} : { time }),
    async turn() {
      const turn = await options.turn();
      options.onTurn?.(turn);
      if (turn.kind !== 'fenced') return turn.kind;
      ended.resolve('another worker has taken it: this one writes nothing more');
      return 'stop';
    },
  });
  return {
    loop,
    ended: ended.promise,
    async stop(finish) {
      const stopped = loop.stop();
      await intake.stop();
      await stopped;
      if (finish) await worker.settle();
    },
  };
}
