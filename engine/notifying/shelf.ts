/** Entries by their ids, with the times at which something falls due for them; and what a turn changes of them. */
import { type Agenda, type AgendaItem, createAgenda } from '../agenda.ts';

/** When something falls due next for an entry, ms; null: not by itself. */
export type DueOf<T> = (value: T) => number | null;

/** What a turn changed of a shelf. */
export interface Changes<T> {
  readonly changed: readonly (readonly [string, T])[];
  readonly gone: readonly (readonly [string, T])[];
}

/** What is kept from turn to turn. */
export class Shelf<T> {
  readonly dueOf: DueOf<T>;
  readonly #entries = new Map<string, T>();
  readonly #agenda: Agenda<AgendaItem> = createAgenda();
  readonly #tickets = new Map<string, number>();

  constructor(entries: ReadonlyMap<string, T>, dueOf: DueOf<T>) {
    this.dueOf = dueOf;
    for (const [id, value] of entries) this.#put(id, value);
  }

  get entries(): ReadonlyMap<string, T> {
    return this.#entries;
  }

  get(id: string): T | undefined {
    return this.#entries.get(id);
  }

  /** when something falls due first; null: never by itself */
  firstDue(): number | null {
    return this.#agenda.first();
  }

  /** The ids of those for which something is due by then, in no order. */
  dueBy(time: number): readonly string[] {
    return this.#agenda.dueBy(time).map(({ name }) => name);
  }

  /** Takes over what a turn has changed. */
  apply({ changed, gone }: Changes<T>): void {
    for (const [id] of gone) {
      this.#entries.delete(id);
      this.#plan(id, null);
    }
    for (const [id, value] of changed) this.#put(id, value);
  }

  #put(id: string, value: T): void {
    this.#entries.set(id, value);
    this.#plan(id, this.dueOf(value));
  }

  #plan(id: string, due: number | null): void {
    const ticket = this.#tickets.get(id);
    if (ticket === undefined) {
      if (due !== null) this.#tickets.set(id, this.#agenda.add({ kind: 'due', name: id }, due));
    } else if (due !== null) {
      this.#agenda.move(ticket, due);
    } else {
      this.#agenda.remove(ticket);
      this.#tickets.delete(id);
    }
  }
}

/** A shelf under change: it stays as it is, and what the turn changes lies over it. */
export class Drafted<T> {
  readonly #base: Shelf<T>;
  readonly #changed = new Map<string, T>();
  readonly #gone = new Map<string, T>();

  constructor(base: Shelf<T>) {
    this.#base = base;
  }

  get(id: string): T | undefined {
    return this.#changed.get(id) ?? (this.#gone.has(id) ? undefined : this.#base.get(id));
  }

  /** as `get`, also of what left it in this turn */
  last(id: string): T | undefined {
    return this.get(id) ?? this.#gone.get(id);
  }

  /** All of them. It takes a look at each: not for what is done in every turn. */
  *values(): Iterable<T> {
    for (const [id, value] of this.#base.entries)
      if (!this.#gone.has(id)) yield this.#changed.get(id) ?? value;
    for (const [id, value] of this.#changed) if (this.#base.get(id) === undefined) yield value;
  }

  set(id: string, value: T): T {
    this.#changed.set(id, value);
    this.#gone.delete(id);
    return value;
  }

  /** Leaves it out from now on; `last` is what was known of it. */
  remove(id: string, last: T): void {
    this.#changed.delete(id);
    this.#gone.set(id, last);
  }

  /** The ids of those for which something is due by then; sorted, since the order of a shelf is not kept where it is stored. */
  dueBy(time: number): readonly string[] {
    const { dueOf } = this.#base;
    const due = this.#base.dueBy(time).filter((id) => !this.#changed.has(id) && !this.#gone.has(id));
    for (const [id, value] of this.#changed) {
      const at = dueOf(value);
      if (at !== null && at <= time) due.push(id);
    }
    return due.sort();
  }

  changes(): Changes<T> {
    return { changed: [...this.#changed], gone: [...this.#gone] };
  }
}
