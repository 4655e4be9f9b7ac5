/**
 * What is to be decided when the clock gets there: due times, events held back by `disorder`, days that begin.
 *
 * 1. Items leave in the order of their time; at the same time days begin first, then events, then due times, so that an
 *    event at the exact due time is in time. Equal ones go by name, so that the order never depends on history.
 * 2. Whoever puts an item on keeps its ticket, and moves it or takes it off by that; nothing stale stays behind.
 * 3. A million pending items cost some 30 bytes each beside the item itself: times, places and tickets lie in flat
 *    arrays, and only items of the same time are looked at themselves.
 */
const RANK = { day: 0, event: 1, due: 2 } as const;

export interface AgendaItem {
  readonly kind: keyof typeof RANK;
  /** unique among the items of its kind */
  readonly name: string;
}

/** An item whose time has come, and the time at which it was put down; its ticket is void. */
export interface Released<T> {
  readonly item: T;
  /** milliseconds; for flows with `disorder` that much later than what it is about */
  readonly release: number;
}

export interface Agenda<T extends AgendaItem> {
  readonly size: number;
  /** Puts an item down for a time, and gives its ticket: a small number, used again once it is void. */
  add(item: T, release: number): number;
  /** Puts the item of this ticket down for another time. */
  move(ticket: number, release: number): void;
  /** Takes the item of this ticket off; the ticket is void. */
  remove(ticket: number): void;
  /** The time for which the item of this ticket is put down. */
  releaseOf(ticket: number): number;
  /** Takes off the first item that is due at `clock`: due times strictly before it, the others at it too. */
  take(clock: number): Released<T> | null;
  /** The items that are put down for this time or an earlier one, which stay on; in no order. */
  dueBy(clock: number): readonly T[];
  /** the release of the first item; null when there is none */
  first(): number | null;
}

/** An agenda without items. */
export function createAgenda<T extends AgendaItem>(): Agenda<T> {
  return new HeapAgenda();
}

const CHILDREN = 4;
const FIRST_CAPACITY = 64;

/** A heap with four children a node, which knows the place of every ticket. */
class HeapAgenda<T extends AgendaItem> implements Agenda<T> {
  /** by place in the heap: when, and whose */
  #releases = new Float64Array(FIRST_CAPACITY);
  #tickets = new Int32Array(FIRST_CAPACITY);
  /** by ticket: the place in the heap, and the item */
  #places = new Int32Array(FIRST_CAPACITY);
  readonly #items: (T | null)[] = [];
  readonly #void: number[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  first(): number | null {
    return this.#size === 0 ? null : this.#releaseAt(0);
  }

  releaseOf(ticket: number): number {
    return this.#releaseAt(this.#placeOf(ticket));
  }

  add(item: T, release: number): number {
    const ticket = this.#void.pop() ?? this.#items.length;
    if (ticket === this.#places.length) this.#grow();
    this.#items[ticket] = item;
    this.#size++;
    this.#rise(this.#size - 1, ticket, release);
    return ticket;
  }

  move(ticket: number, release: number): void {
    const place = this.#placeOf(ticket);
    if (release < this.#releaseAt(place)) this.#rise(place, ticket, release);
    else this.#sink(place, ticket, release);
  }

  remove(ticket: number): void {
    const place = this.#placeOf(ticket);
    this.#items[ticket] = null;
    this.#void.push(ticket);
    const last = --this.#size;
    if (place === last) return;
    const moved = this.#ticketAt(last);
    const release = this.#releaseAt(last);
    if (place > 0 && this.#isBefore(moved, release, (place - 1) >> 2)) this.#rise(place, moved, release);
    else this.#sink(place, moved, release);
  }

  take(clock: number): Released<T> | null {
    if (this.#size === 0) return null;
    const release = this.#releaseAt(0);
    if (release > clock) return null;
    const ticket = this.#ticketAt(0);
    const item = this.#itemOf(ticket);
    if (release === clock && item.kind === 'due') return null;
    this.remove(ticket);
    return { item, release };
  }

  dueBy(clock: number): readonly T[] {
    const found: T[] = [];
    const places = [0];
    for (let place = places.pop(); place !== undefined; place = places.pop()) {
      if (place >= this.#size || this.#releaseAt(place) > clock) continue;
      found.push(this.#itemOf(this.#ticketAt(place)));
      for (let child = 1; child <= CHILDREN; child++) places.push(CHILDREN * place + child);
    }
    return found;
  }

  /** Puts a ticket at this place or nearer to the top. */
  #rise(from: number, ticket: number, release: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 2;
      if (!this.#isBefore(ticket, release, parent)) break;
      this.#put(place, this.#ticketAt(parent), this.#releaseAt(parent));
      place = parent;
    }
    this.#put(place, ticket, release);
  }

  /** Puts a ticket at this place or further from the top. */
  #sink(from: number, ticket: number, release: number): void {
    let place = from;
    for (let child = this.#firstChild(place); child >= 0; child = this.#firstChild(place)) {
      if (this.#isBefore(ticket, release, child)) break;
      this.#put(place, this.#ticketAt(child), this.#releaseAt(child));
      place = child;
    }
    this.#put(place, ticket, release);
  }

  /** The child of a place that comes first of all; -1 where it has none. */
  #firstChild(place: number): number {
    const begin = CHILDREN * place + 1;
    if (begin >= this.#size) return -1;
    const end = Math.min(begin + CHILDREN, this.#size);
    let first = begin;
    let earliest = this.#releaseAt(begin);
    for (let child = begin + 1; child < end; child++) {
      const release = this.#releaseAt(child);
      if (release > earliest) continue;
      if (release === earliest && !this.#isBefore(this.#ticketAt(child), release, first)) continue;
      first = child;
      earliest = release;
    }
    return first;
  }

  /** Whether a ticket with this release comes before the one at a place. */
  #isBefore(ticket: number, release: number, place: number): boolean {
    const other = this.#releaseAt(place);
    if (release !== other) return release < other;
    const mine = this.#itemOf(ticket);
    const its = this.#itemOf(this.#ticketAt(place));
    return mine.kind === its.kind ? mine.name < its.name : RANK[mine.kind] < RANK[its.kind];
  }

  #put(place: number, ticket: number, release: number): void {
    this.#releases[place] = release;
    this.#tickets[place] = ticket;
    this.#places[ticket] = place;
  }

  #itemOf(ticket: number): T {
    const item = this.#items[ticket];
    if (item === undefined || item === null)
      throw new Error(`broken rule: ticket ${ticket} of the agenda is void`);
    return item;
  }

  #placeOf(ticket: number): number {
    this.#itemOf(ticket);
    return this.#places[ticket] ?? Number.NaN;
  }

  #ticketAt(place: number): number {
    return this.#tickets[place] ?? Number.NaN; // places below `size` hold a ticket
  }

  #releaseAt(place: number): number {
    return this.#releases[place] ?? Number.NaN; // places below `size` hold a time
  }

  #grow(): void {
    const capacity = Math.ceil(this.#places.length * 1.5);
    this.#releases = enlarged(this.#releases, new Float64Array(capacity));
    this.#tickets = enlarged(this.#tickets, new Int32Array(capacity));
    this.#places = enlarged(this.#places, new Int32Array(capacity));
  }
}

function enlarged<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
