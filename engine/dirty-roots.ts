/**
 * The roots that have changed since they were last written, and which of them are written with a batch.
 *
 * 1. A root is written whole: every instance of it that has changed, what was removed, and what it holds back.
 * 2. As long as there are tokens roots are written at once: first those that people look at, with changed alarms or another
 *    status of an instance, then the oldest. What has waited for `age` is written whatever there is, `most` rows a batch.
 *    A root that has more rows than fit into a burst is written once a whole one is there, and delays what comes after it.
 * 3. What is not written can be decided again: a recovery begins where the first change of the oldest root was decided.
 */
import { nameOf } from './family.ts';
import type { Harvest, Owner } from './harvest.ts';
import type { Instance } from './instance.ts';
import { rootOf } from './partition.ts';
import type { InstanceKey } from './ports.ts';

/** How many rows of instances are written. */
export interface WriteBudget {
  /** rows a second */
  readonly rate: number;
  /** rows at once, after a pause */
  readonly burst: number;
  /** a root that has waited for so long is written in any case, ms */
  readonly age: number;
  /** most rows a batch */
  readonly most: number;
}

export const WRITE_BUDGET: WriteBudget = { rate: 2000, burst: 1000, age: 8000, most: 500 };

/** An idle worker waits until so many rows may be written together. */
const WORTHWHILE = 100;

/** Where the journal and the clock stood before something was decided. */
export interface Mark {
  readonly place: number;
  readonly clock: number | null;
}

export interface DirtyRoot {
  readonly root: string;
  readonly from: Mark;
  /** when it became dirty, ms */
  readonly since: number;
  /** one for each instance */
  owners: Owner[];
  /** by `<flow>/<key>`; null where there are none */
  removed: Map<string, InstanceKey> | null;
  /** what it holds back has changed */
  held: boolean;
}

export class DirtyRoots {
  readonly #budget: WriteBudget;
  /** the oldest first */
  readonly #roots = new Map<string, DirtyRoot>();
  readonly #urgent = new Set<string>();
  /** those of all dirty roots */
  readonly #owners = new Set<Owner>();
  /** what is stored */
  readonly #stored = new WeakMap<Owner, Instance>();
  #tokens: number;
  #filledAt: number | null = null;

  constructor(budget: WriteBudget) {
    this.#budget = budget;
    this.#tokens = budget.burst;
  }

  get size(): number {
    return this.#roots.size;
  }

  /** An instance came from the store as it is. */
  stored(owner: Owner): void {
    this.#stored.set(owner, owner.instance);
  }

  /** Whether an instance is stored as it is, or on its way to the store. */
  isStored(owner: Owner): boolean {
    return this.#stored.get(owner) === owner.instance;
  }

  /** What a batch has changed, that began at `from`. */
  touch(harvest: Harvest, from: Mark, now: number): void {
    for (const [root, gone] of Map.groupBy(harvest.removed, ({ key }) => rootOf(key))) {
      const dirty = this.#root(root, from, now);
      const removed = new Map(gone.map((of) => [nameOf(of.flow, of.key), of]));
      dirty.removed = new Map([...(dirty.removed ?? []), ...removed]);
      dirty.owners = dirty.owners.filter((owner) => {
        const isGone = removed.has(nameOf(owner.instance.flow, owner.instance.key));
        return !isGone || !this.#owners.delete(owner);
      });
    }
    for (const owner of harvest.changed) {
      const { instance } = owner;
      const dirty = this.#root(rootOf(instance.key), from, now);
      if (!this.#owners.has(owner)) {
        this.#owners.add(owner);
        dirty.owners.push(owner);
      }
      if (dirty.removed !== null) dirty.removed.delete(nameOf(instance.flow, instance.key));
      if (this.#stored.get(owner)?.status !== instance.status) this.#urgent.add(dirty.root);
    }
    for (const { key } of harvest.alarms) {
      const root = rootOf(key);
      if (this.#roots.has(root)) this.#urgent.add(root);
    }
    for (const root of harvest.held) this.#root(root, from, now).held = true;
  }

  /** Whether an instance was removed that the store may still have. */
  isRemoved({ flow, key }: InstanceKey): boolean {
    return this.#roots.get(rootOf(key))?.removed?.has(nameOf(flow, key)) ?? false;
  }

  /** Takes out what is to be written now. */
  choose(now: number): readonly DirtyRoot[] {
    this.#refill(now);
    const chosen: DirtyRoot[] = [];
    const take = (dirty: DirtyRoot) => {
      this.#remove(dirty);
      this.#tokens -= rowsOf(dirty);
      chosen.push(dirty);
    };
    for (const root of this.#urgent) {
      const dirty = this.#roots.get(root);
      if (dirty === undefined || !this.#affords(dirty)) break;
      take(dirty);
    }
    const owed = Math.min(this.#tokens, -this.#budget.burst);
    let rows = 0;
    for (const dirty of this.#roots.values()) {
      const overdue = now - dirty.since >= this.#budget.age && rows < this.#budget.most;
      if (!overdue && !this.#affords(dirty)) break;
      rows += rowsOf(dirty);
      take(dirty);
    }
    this.#tokens = Math.max(this.#tokens, owed);
    return chosen;
  }

  /** Takes out the oldest, up to `most` rows, whatever the budget says. */
  chooseAny(): readonly DirtyRoot[] {
    const chosen: DirtyRoot[] = [];
    let rows = 0;
    for (const dirty of this.#roots.values()) {
      if (rows >= this.#budget.most) break;
      rows += rowsOf(dirty);
      this.#remove(dirty);
      chosen.push(dirty);
    }
    return chosen;
  }

  /** The instance of this owner is being written. */
  written(owner: Owner): void {
    this.#stored.set(owner, owner.instance);
  }

  /** Where a recovery would begin; null where everything is written. */
  mark(): Mark | null {
    for (const { from } of this.#roots.values()) return from;
    return null;
  }

  /** In how many ms something is to be written, if nothing else happens; null where everything is. */
  rest(now: number): number | null {
    const [oldest] = this.#roots.values();
    if (oldest === undefined) return null;
    this.#refill(now);
    const { rate, age } = this.#budget;
    const due = Math.max(0, oldest.since + age - now);
    const missing = Math.max(0, Math.min(WORTHWHILE, this.#roots.size) - this.#tokens);
    return rate === 0 && missing > 0
      ? due
      : Math.min(due, missing === 0 ? 0 : Math.ceil((missing * 1000) / rate));
  }

  /** A root with more rows than there can ever be tokens waits until all of these are there, and they are owed then. */
  #affords(dirty: DirtyRoot): boolean {
    return this.#tokens > 0 && Math.min(rowsOf(dirty), this.#budget.burst) <= this.#tokens;
  }

  #root(root: string, from: Mark, now: number): DirtyRoot {
    const known = this.#roots.get(root);
    if (known !== undefined) return known;
    const dirty: DirtyRoot = { root, from, since: now, owners: [], removed: null, held: false };
    this.#roots.set(root, dirty);
    return dirty;
  }

  #remove({ root, owners }: DirtyRoot): void {
    this.#roots.delete(root);
    this.#urgent.delete(root);
    for (const owner of owners) this.#owners.delete(owner);
  }

  #refill(now: number): void {
    const { rate, burst } = this.#budget;
    const passed = Math.max(0, now - (this.#filledAt ?? now));
    this.#tokens = Math.min(burst, this.#tokens + (passed * rate) / 1000);
    this.#filledAt = now;
  }
}

function rowsOf({ owners, removed, held }: DirtyRoot): number {
  return owners.length + (removed?.size ?? 0) + (held ? 1 : 0);
}
