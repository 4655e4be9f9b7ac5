/**
 * What the notifier has in mind from turn to turn, so that a turn costs what it changes and not what stands.
 *
 * 1. A turn only reads it; what was decided is taken over with `apply` once it is stored.
 * 2. What is found by a key, a root or a hold may be over by now: whoever asks looks at it.
 */
import type { Definitions } from '../../definitions/index.ts';
import type { AlarmNews } from '../alarm-news.ts';
import { nameOf } from '../family.ts';
import { type Hold, holdsOf, markOf } from './explains.ts';
import { type Handling, isOpen } from './handling.ts';
import type { Item, NotifierState, Silence, StateChanges, Storm, Trouble } from './notifier-state.ts';
import { Shelf } from './shelf.ts';

/** What alarms hold back at one place, and which of them do. */
export interface Holding {
  readonly hold: Hold;
  readonly ids: Set<string>;
}

/** What open alarms hold back, by instance and mark: thousands of them often hold the same. */
export class Holdings {
  readonly #definitions: Definitions;
  readonly #byPlace = new Map<string, Map<string, Holding>>();

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
  }

  at(flow: string, key: string): Iterable<Holding> {
    return this.#byPlace.get(nameOf(flow, key))?.values() ?? [];
  }

  add(alarm: AlarmNews): void {
    for (const hold of heldBy(this.#definitions, alarm)) {
      const place = nameOf(hold.flow, hold.key);
      const mark = markOf(hold);
      const there = this.#byPlace.get(place) ?? new Map<string, Holding>();
      this.#byPlace.set(place, there);
      const holding = there.get(mark) ?? { hold, ids: new Set<string>() };
      there.set(mark, holding);
      holding.ids.add(alarm.id);
    }
  }

  remove(alarm: AlarmNews): void {
    for (const hold of heldBy(this.#definitions, alarm)) {
      const place = nameOf(hold.flow, hold.key);
      const mark = markOf(hold);
      const there = this.#byPlace.get(place);
      const holding = there?.get(mark);
      holding?.ids.delete(alarm.id);
      if (holding?.ids.size === 0) there?.delete(mark);
      if (there?.size === 0) this.#byPlace.delete(place);
    }
  }
}

export class NotifierMemory implements NotifierState {
  readonly #handlings: Shelf<Handling>;
  readonly #troubles: Shelf<Trouble>;
  readonly #silences: Shelf<Silence>;
  readonly #items: Shelf<Item>;
  readonly #storms: Shelf<Storm>;
  readonly #troubleByKey = new Map<string, string>();
  readonly #byRoot = new Map<string, Set<string>>();
  #held: { readonly definitions: Definitions; readonly holdings: Holdings } | null = null;

  constructor(state: NotifierState) {
    this.#handlings = new Shelf(state.handlings, (each) => (isOpen(each) ? each.risesAt : null));
    this.#troubles = new Shelf(state.troubles, ({ lookAt, escalateAt, repeatAt }) =>
      first([lookAt, escalateAt, repeatAt]),
    );
    this.#silences = new Shelf(state.silences, ({ until }) => until);
    this.#items = new Shelf(state.items, ({ until }) => until);
    this.#storms = new Shelf(state.storms, ({ lookAt }) => lookAt);
    for (const trouble of state.troubles.values()) this.#troubleByKey.set(trouble.key, trouble.id);
    for (const { root, alarm } of state.handlings.values()) this.#putUnder(root, alarm.id);
  }

  get shelves() {
    return {
      handlings: this.#handlings,
      troubles: this.#troubles,
      silences: this.#silences,
      items: this.#items,
      storms: this.#storms,
    };
  }

  get handlings(): ReadonlyMap<string, Handling> {
    return this.#handlings.entries;
  }

  get troubles(): ReadonlyMap<string, Trouble> {
    return this.#troubles.entries;
  }

  get silences(): ReadonlyMap<string, Silence> {
    return this.#silences.entries;
  }

  get items(): ReadonlyMap<string, Item> {
    return this.#items.entries;
  }

  get storms(): ReadonlyMap<string, Storm> {
    return this.#storms.entries;
  }

  /** When something falls due next, milliseconds; null: never by itself. */
  nextDue(): number | null {
    return first(Object.values(this.shelves).map((shelf) => shelf.firstDue()));
  }

  /** the id of the trouble that has this key */
  troubleOf(key: string): string | undefined {
    return this.#troubleByKey.get(key);
  }

  /** ids of the alarms that have this root */
  under(root: string): ReadonlySet<string> {
    return this.#byRoot.get(root) ?? NONE;
  }

  /** What open alarms hold back by these definitions. */
  holdings(definitions: Definitions): Holdings {
    if (this.#held?.definitions === definitions) return this.#held.holdings;
    const holdings = new Holdings(definitions);
    for (const handling of this.handlings.values()) if (isOpen(handling)) holdings.add(handling.alarm);
    this.#held = { definitions, holdings };
    return holdings;
  }

  /** Takes over what was decided. */
  apply({ handlings, troubles, silences, items, storms }: StateChanges): void {
    for (const [id] of handlings.gone) this.#index(id, null);
    for (const [id, handling] of handlings.changed) this.#index(id, handling);
    for (const [id, { key }] of troubles.gone)
      if (this.#troubleByKey.get(key) === id) this.#troubleByKey.delete(key);
    for (const [id, { key }] of troubles.changed) this.#troubleByKey.set(key, id);
    this.#handlings.apply(handlings);
    this.#troubles.apply(troubles);
    this.#silences.apply(silences);
    this.#items.apply(items);
    this.#storms.apply(storms);
  }

  /** Keeps up what is found by roots and holds; the shelf still has what was before. */
  #index(id: string, next: Handling | null): void {
    const last = this.#handlings.get(id);
    const root = next?.root ?? null;
    if (last !== undefined && last.root !== null && last.root !== root) {
      const under = this.#byRoot.get(last.root);
      under?.delete(id);
      if (under?.size === 0) this.#byRoot.delete(last.root);
    }
    if (last?.root !== root) this.#putUnder(root, id);
    const was = last !== undefined && isOpen(last);
    const is = next !== null && isOpen(next);
    if (is && !was) this.#held?.holdings.add(next.alarm);
    if (was && !is) this.#held?.holdings.remove(last.alarm);
  }

  #putUnder(root: string | null, id: string): void {
    if (root !== null) this.#byRoot.set(root, (this.#byRoot.get(root) ?? new Set()).add(id));
  }
}

const NONE: ReadonlySet<string> = new Set();

function first(times: readonly (number | null)[]): number | null {
  let least: number | null = null;
  for (const time of times) if (time !== null && (least === null || time < least)) least = time;
  return least;
}

const HELD = new WeakMap<Definitions, WeakMap<AlarmNews, readonly Hold[]>>();

/** `holdsOf`, kept with the alarm. */
function heldBy(definitions: Definitions, alarm: AlarmNews): readonly Hold[] {
  const known = HELD.get(definitions) ?? new WeakMap<AlarmNews, readonly Hold[]>();
  HELD.set(definitions, known);
  const held = known.get(alarm) ?? holdsOf(definitions, alarm);
  known.set(alarm, held);
  return held;
}
