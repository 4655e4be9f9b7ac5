/** Instances of which a worker knows that its store has none: they are not asked for again. */
import { nameOf } from './family.ts';
import type { InstanceKey } from './ports.ts';

const MOST = 500_000;

export class Unborn {
  /** the oldest first */
  readonly #names = new Set<string>();

  has({ flow, key }: InstanceKey): boolean {
    return this.#names.has(nameOf(flow, key));
  }

  /** There is none, or there will be none once the removal is committed; the oldest are forgotten beyond half a million. */
  add({ flow, key }: InstanceKey): void {
    const name = nameOf(flow, key);
    this.#names.delete(name);
    this.#names.add(name);
    if (this.#names.size <= MOST) return;
    for (const oldest of this.#names) {
      if (this.#names.size <= MOST / 2) return;
      this.#names.delete(oldest);
    }
  }

  /** It is stored now, and leaves memory. */
  delete({ flow, key }: InstanceKey): void {
    this.#names.delete(nameOf(flow, key));
  }
}
