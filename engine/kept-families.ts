/**
 * Families that a worker has in memory whole, so that it need not look for the relatives of every event again: a step may
 * nest tens of thousands of instances.
 *
 * 1. A family that is kept is there as a whole: what it lacks in memory the store does not have either. What has ended
 *    stays in memory with it.
 * 2. What an instance of it may touch is part of it, so that families which share one are kept as one.
 * 3. It is let go a minute after its outermost instance has ended and nothing came any more, and where too many instances
 *    would be kept, the one first that was not heard of for longest.
 */
import type { Definitions } from '../definitions/index.ts';
import { isSingle, nameOf, relativesOfAll } from './family.ts';
import type { Instance } from './instance.ts';
import { hasEnded } from './instance-status.ts';
import type { InstanceKey } from './ports.ts';

/** So many instances are kept; the family that was heard of last is kept however many it has. */
const MOST = 100_000;
/** How long a family that has ended is kept, ms. */
const REST = 60_000;

interface Family {
  /** by `<flow>/<key>` */
  readonly names: string[];
}

export class KeptFamilies {
  readonly #definitions: Definitions;
  readonly #most: number;
  /** by the names of all members */
  readonly #byName = new Map<string, Family>();
  /** the one first that was not heard of for longest */
  readonly #families = new Set<Family>();
  /** those that have ended, and since when; the oldest first */
  readonly #resting = new Map<Family, number>();

  constructor(definitions: Definitions, most = MOST) {
    this.#definitions = definitions;
    this.#most = most;
  }

  /** Whether everything that a fact about this instance may touch is in memory; it was heard of at `now`, ms. */
  hear({ flow, key }: InstanceKey, now: number): boolean {
    const family = this.#byName.get(nameOf(flow, key));
    if (family === undefined) return false;
    this.#families.delete(family);
    this.#families.add(family);
    if (this.#resting.delete(family)) this.#resting.set(family, now);
    return true;
  }

  /** Whether an instance stays in memory with its family. */
  holds(name: string): boolean {
    return this.#byName.has(name);
  }

  /** Everything that facts about these instances may touch is in memory now. */
  keep(all: readonly InstanceKey[]): void {
    for (const of of all) {
      if (isSingle(this.#definitions, of.flow) || this.holds(nameOf(of.flow, of.key))) continue;
      const family: Family = { names: [] };
      this.#families.add(family);
      for (const name of relativesOfAll(this.#definitions, [of]).keys()) this.#join(family, name);
    }
  }

  /** An instance is stored as it is. */
  stored({ flow, key, parent, status }: Instance, now: number): void {
    if (parent !== null) return;
    const family = this.#byName.get(nameOf(flow, key));
    if (family === undefined) return;
    if (!hasEnded(status)) this.#resting.delete(family);
    else if (!this.#resting.has(family)) this.#resting.set(family, now);
  }

  /** The names of the instances that are kept no more. */
  letGo(now: number): readonly string[] {
    const gone: string[] = [];
    for (const [family, since] of this.#resting) {
      if (now - since < REST) break;
      gone.push(...this.#forget(family));
    }
    for (const family of this.#families) {
      if (this.#byName.size <= this.#most || this.#families.size === 1) break;
      gone.push(...this.#forget(family));
    }
    return gone;
  }

  #join(family: Family, name: string): void {
    const other = this.#byName.get(name);
    if (other === family) return;
    const names = other === undefined ? [name] : this.#forget(other);
    for (const one of names) {
      this.#byName.set(one, family);
      family.names.push(one);
    }
  }

  #forget(family: Family): readonly string[] {
    this.#families.delete(family);
    this.#resting.delete(family);
    for (const name of family.names) this.#byName.delete(name);
    return family.names;
  }
}
