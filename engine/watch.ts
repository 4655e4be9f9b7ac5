/**
 * Everything that is being watched: the instances in memory, their due times, the days to come and the events held back.
 * It carries facts to `decide` and what follows to the next instance; it does no I/O and knows no clock but the one it
 * is given. Replay, simulation and the worker all run on it.
 *
 * 1. The clock never goes back. Before an event is taken, everything that its family had due before it has been decided.
 * 2. An instance that is not in memory does not exist: whoever has a store loads what `wants` names first.
 * 3. `harvest` gives what changed since the last one; a watch whose harvest could not be stored is thrown away.
 * 4. What is accepted with the same clocks in the same order gives the same instances: `redo` and `pass` repeat it from a
 *    journal. Nothing else moves anything without moving the clock: repeats, refusals and idle looks that find nothing due.
 */
import type { CheckpointEvent } from '../checkpoints/index.ts';
import type { Definitions } from '../definitions/index.ts';
import type { Act } from './act.ts';
import type { KeyedEvent } from './check-event.ts';
import type { Harvest } from './harvest.ts';
import type { Instance } from './instance.ts';
import type { InstanceKey } from './ports.ts';
import type { SeenIds } from './seen-ids.ts';
import type { Trace } from './trace.ts';
import type { Watched } from './watched.ts';

/** What became of an event that was offered to the watch. */
export type Taken =
  | { readonly kind: 'accepted'; readonly event: KeyedEvent; readonly digest: string }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'refused'; readonly reason: string };

/** What became of an operator's act; `key` is the instance that it was about. */
export type Acted =
  | { readonly kind: 'accepted'; readonly key: string }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'refused'; readonly reason: string };

export interface WatchOptions {
  readonly definitions: Definitions;
  /** definitions of earlier revisions, for instances that began under them */
  readonly earlier?: ReadonlyMap<string, Definitions>;
  /** flows that were watched before, and since when */
  readonly since?: ReadonlyMap<string, number>;
  /** where the clock stood; null when nothing was ever watched */
  readonly clock: number | null;
  /** hears what every decision does */
  readonly trace?: Trace;
  /** where the ids that were seen are kept; absent: as they are, until `forget` */
  readonly seen?: SeenIds;
  /** whether the days of an instance are expected here; default: all are */
  readonly mine?: (key: string) => boolean;
}

export interface Watch {
  readonly clock: number | null;
  /** whether it was begun: before, no day to come is on its way */
  readonly begun: boolean;
  /** all instances in memory, by `<flow>/<key>` */
  readonly instances: ReadonlyMap<string, Watched>;
  /**
   * Begins to watch, `at` which flows that are new are first watched; the clock may stand earlier, where a backlog is still
   * to come. Nothing happens the second time.
   */
  begin(at: number): void;
  /** Moves the clock on and decides everything that comes due on the way. The first call begins the watch. */
  advance(clock: number): void;
  /**
   * Like `advance`, but the clock stays where it was if nothing was due, so that nothing has happened that must be stored;
   * and nothing is decided where the clock stands there already, so that what was decided can be told by the clock.
   */
  tick(clock: number): void;
  /**
   * Moves the clock to `clock`, then takes the event. Of a backlog (`backlog` true) the clock stays where it is, and only
   * what its own family had due before the event happened is decided first: what one application reported late must not
   * make another late. Flows with `disorder` keep their order by the clock all the same.
   */
  take(event: CheckpointEvent, clock: number, backlog?: boolean): Taken;
  /** Decides what was due at the clock itself, and everything held back, in the order of time. */
  flush(): void;
  /** Moves the clock to `clock`, then decides an operator's act. */
  act(act: Act, clock: number): Acted;
  /** Takes what a journal has: an event that was accepted once, with the clock and backlog that the watch had for it. */
  redo(event: KeyedEvent, clock: number, backlog: boolean): void;
  /** Decides an act that was accepted once. */
  redoAct(act: Act, clock: number): void;
  /** What taking an entry of the journal did to all others: the clock moves. `flow` null: an operator's act. */
  pass(flow: string | null, clock: number, backlog: boolean): void;
  /** The instances that these events and acts, and the clock moving there, may touch and that are not in memory. */
  wants(events: readonly CheckpointEvent[], clock: number, acts?: readonly Act[]): readonly InstanceKey[];
  /**
   * The same for facts about these instances; `clock` null: it stays where it is. What is held back is left out: it stays
   * in memory while it is, so that whoever loaded it once need not ask again.
   */
  absent(of: readonly InstanceKey[], clock: number | null): readonly InstanceKey[];
  /** Takes an instance from the store into memory. */
  adopt(instance: Instance): Watched;
  /** Remembers that an event was seen before. */
  recall(of: InstanceKey, id: string, digest: string): void;
  /** Events held back by `disorder` and not yet decided, in order of their times. */
  held(): readonly KeyedEvent[];
  /** Those of them that belong to a root, in the order in which they came. */
  heldOf(root: string): readonly KeyedEvent[];
  /** Holds an event back again after a restart. */
  hold(event: KeyedEvent): void;
  harvest(): Harvest;
  /** Drops from memory what was stored: digests, and of the harvest's instances those that have ended and wait for nothing. */
  forget(stored: Harvest): void;
  /** Drops an instance that is stored as it is, if it has ended and waits for nothing. False where it must stay for now: its root has events held back. */
  release(watched: Watched): boolean;
  /** the first time at which something is due; null when nothing is */
  nextDue(): number | null;
}
