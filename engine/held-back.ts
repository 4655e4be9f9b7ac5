/** The events that `disorder` holds back, by the names under which they stand on the agenda, and by their roots. */
import type { KeyedEvent } from './check-event.ts';
import { rootOf } from './partition.ts';

const NONE: readonly KeyedEvent[] = [];

export class HeldBack {
  /** by root, then by name; in the order in which they came */
  readonly #roots = new Map<string, Map<string, KeyedEvent>>();
  #count = 0;

  /** Gives the name of an event that is held back from now on: names are in the order in which they came. */
  add(event: KeyedEvent): string {
    const name = String(this.#count++).padStart(16, '0');
    const root = rootOf(event.key);
    const events = this.#roots.get(root) ?? new Map<string, KeyedEvent>();
    this.#roots.set(root, events.set(name, event));
    return name;
  }

  remove(name: string, event: KeyedEvent): void {
    const root = rootOf(event.key);
    const events = this.#roots.get(root);
    events?.delete(name);
    if (events?.size === 0) this.#roots.delete(root);
  }

  of(root: string): readonly KeyedEvent[] {
    const events = this.#roots.get(root);
    return events === undefined ? NONE : [...events.values()];
  }

  all(): readonly KeyedEvent[] {
    return [...this.#roots.values()]
      .flatMap((events) => [...events])
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, event]) => event);
  }
}
