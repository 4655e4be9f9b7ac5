/**
 * How fresh what is known of each partition is, seen from outside the workers: from the leases, the positions and the
 * stream. A worker that hangs cannot say so itself; this does not ask it.
 *
 * 1. A partition is fresh while somebody holds it and either nothing waits in the stream or its position moves.
 * 2. What was not looked at for some time is not known, so it is not fresh: a database or a stream that cannot be seen
 *    makes every partition stale.
 * 3. `asOf` is the time up to which everything that was stored is known to be applied. It never goes back.
 * 4. Ages are measured by a clock that never jumps; times that are shown are those of the wall clock.
 */
import type { LeaseTable, Position } from '../engine/index.ts';

/** What waits in the stream for one partition, and since when: the time of the oldest message, ms, null for none. */
export interface Backlog {
  readonly messages: number;
  readonly since: number | null;
}

/** One look at the whole system. */
export interface SystemLook {
  /** when it began, ms */
  readonly at: number;
  readonly table: LeaseTable;
  readonly positions: ReadonlyMap<string, Position | null>;
  readonly backlogs: ReadonlyMap<string, Backlog>;
}

export interface PartitionStatus {
  readonly partition: string;
  /** name of the worker that holds it; null while nobody does */
  readonly owner: string | null;
  /** ms; null before its first batch */
  readonly clock: number | null;
  /** messages of the stream that are not applied, and how long the oldest of them has waited, s */
  readonly behind: number;
  readonly lag: number;
  readonly fresh: boolean;
  /** why it is not fresh; null while it is */
  readonly why: string | null;
  /** ms; null where nothing is known */
  readonly asOf: number | null;
}

export interface SystemStatus {
  readonly fresh: boolean;
  /** why not, one reason after the other; null while it is */
  readonly why: string | null;
  readonly partitions: readonly PartitionStatus[];
  /** the smallest of all partitions, ms */
  readonly asOf: number | null;
  /** when it was looked at last, ms; null before */
  readonly at: number | null;
}

export interface Freshness {
  note(look: SystemLook): void;
  /** A look has failed, and why. */
  failed(reason: string): void;
  status(): SystemStatus;
}

interface Known {
  readonly progress: string;
  /** when the position moved or nothing waited, by the steady clock */
  readonly movedAt: number;
  readonly status: PartitionStatus;
}

/** Nothing is known of `steady`, a clock in ms that never jumps; `patience`: how long a position may stand, ms. */
export function createFreshness(options: {
  readonly steady: () => number;
  readonly patience?: number;
  /** how old the last look may be, ms; default 8 s */
  readonly blind?: number;
}): Freshness {
  const { steady, patience = 15_000, blind = 8_000 } = options;
  const known = new Map<string, Known>();
  let looked: { readonly at: number; readonly steady: number } | null = null;
  let trouble: string | null = null;

  function judge(look: SystemLook, row: LeaseTable['partitions'][number]): Known {
    const { partition, owner, left } = row;
    const before = known.get(partition);
    const held = owner !== null && left > 0;
    const position = look.positions.get(partition) ?? null;
    const backlog = look.backlogs.get(partition) ?? { messages: 0, since: null };
    const progress = `${position?.incarnation} ${position?.sequence} ${position?.journal}`;
    const moves = backlog.messages === 0 || before === undefined || before.progress !== progress;
    const movedAt = moves ? steady() : before.movedAt;
    const stands = steady() - movedAt;
    const why = held ? (stands > patience ? standing(backlog.messages, stands) : null) : 'nobody works on it';
    const status: PartitionStatus = {
      partition,
      owner: held ? (look.table.workers.find(({ id }) => id === owner)?.name ?? 'a worker') : null,
      clock: position?.clock ?? null,
      behind: backlog.messages,
      lag: backlog.since === null ? 0 : Math.max(0, look.at - backlog.since) / 1000,
      fresh: why === null,
      why,
      asOf: later(before?.status.asOf ?? null, knownUpTo(look, row, backlog)),
    };
    return { progress, movedAt, status };
  }

  return {
    note(look) {
      trouble = null;
      looked = { at: look.at, steady: steady() };
      const partitions = new Set(look.table.partitions.map(({ partition }) => partition));
      for (const partition of known.keys()) if (!partitions.has(partition)) known.delete(partition);
      for (const row of look.table.partitions) known.set(row.partition, judge(look, row));
    },
    failed(reason) {
      trouble = reason;
    },
    status() {
      const all = [...known.values()].map(({ status }) => status);
      const unseen = blindness();
      const partitions =
        unseen === null ? all : all.map((each) => ({ ...each, fresh: false, why: each.why ?? unseen }));
      const stale = partitions.filter(({ fresh }) => !fresh);
      const several = partitions.length > 1;
      const reasons = stale.map(({ partition, why }) => (several ? `partition ${partition}: ${why}` : why));
      const why = unseen ?? (stale.length > 0 ? reasons.join('; ') : null);
      const times = partitions.map(({ asOf }) => asOf);
      return {
        ...{ fresh: why === null, why, partitions, at: looked?.at ?? null },
        asOf: times.length === 0 || times.includes(null) ? null : Math.min(...times.map(Number)),
      };
    },
  };

  function blindness(): string | null {
    if (looked === null) return trouble ?? 'nobody has looked yet';
    const age = steady() - looked.steady;
    if (age <= blind) return null;
    return `not seen for ${Math.round(age / 1000)} s${trouble === null ? '' : `: ${trouble}`}`;
  }
}

function standing(messages: number, ms: number): string {
  return `${messages} ${messages === 1 ? 'message waits' : 'messages wait'}, and nothing moved for ${Math.round(ms / 1000)} s`;
}

/** The time up to which everything stored is applied, as far as this look can tell; null where it cannot. */
function knownUpTo(
  { at, positions }: SystemLook,
  { partition, owner, left }: LeaseTable['partitions'][number],
  { messages, since }: Backlog,
): number | null {
  if (owner === null || left <= 0) {
    // Nobody fires what is due: it is known as far as the last owner worked.
    const clock = positions.get(partition)?.clock ?? null;
    return owner === null ? clock : later(clock, at + left);
  }
  return messages === 0 ? at : since;
}

function later(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
