/** What a worker is made with. */
import type { Definitions } from '../definitions/index.ts';
import type { WriteBudget } from './dirty-roots.ts';
import type { FailPointHook } from './fail-points.ts';
import type { Intake, Outlet, Source, Store } from './ports.ts';

export interface WorkerOptions {
  readonly partition: string;
  /** id of the worker that holds the partition's lease */
  readonly owner: string;
  readonly store: Store;
  readonly intake: Intake;
  /** the active definitions and the files that they were compiled from */
  readonly definitions: Definitions;
  readonly sources: readonly Source[];
  /** compiles the sources of an earlier revision, for instances that began under it; null where that fails */
  readonly compile: (sources: readonly Source[], revision: string) => Definitions | null;
  readonly now: () => number;
  /** most messages a batch; default 1000 */
  readonly batch?: number;
  /** longest wait for a message, ms; default 1000 */
  readonly patience?: number;
  /** how fast the rows of instances are written, behind the journal; default WRITE_BUDGET */
  readonly writes?: Partial<WriteBudget>;
  /** how long ids are kept, ms: what happened longer before it was stored is refused; default 30 days */
  readonly idsKept?: number;
  /** how many ids are remembered in memory; default 2 million */
  readonly idsInMemory?: number;
  /** where there are several partitions: how many, and where events of another one go; absent: everything is ours */
  readonly passOn?: { readonly outlet: Outlet; readonly partitions: number };
  /** Gives other work of the process its chance, asked for amid long lots of events; absent: there is none. */
  readonly breathe?: () => Promise<void>;
  /** told at each moment at which a crash test may want to kill this process */
  readonly at?: FailPointHook;
}

export const DEFAULTS = { batch: 1000, patience: 1000, idsKept: 30 * 86_400_000, idsInMemory: 2_000_000 };
