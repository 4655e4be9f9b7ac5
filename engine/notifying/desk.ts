/** The working copy of one turn of the notifier: its state while facts are taken, and what came of them. */
import type { ChannelDefinition, Definitions, Notifying } from '../../definitions/index.ts';
import type { AlarmNews } from '../alarm-news.ts';
import { nameOf } from '../family.ts';
import type { Notice } from './channel.ts';
import { type Hold, holdsOf, isHeld, markOf, placesOf } from './explains.ts';
import { type Handling, type HistoryEntry, isOpen } from './handling.ts';
import type { Item, NotifierState, Silence, Storm, Trouble } from './notifier-state.ts';

/** A map under change: which of its entries changed, and which left it. */
export class Drafted<T> {
  readonly #map: Map<string, T>;
  readonly #changed = new Set<string>();
  readonly #gone = new Map<string, T>();

  constructor(base: ReadonlyMap<string, T>) {
    this.#map = new Map(base);
  }

  get map(): ReadonlyMap<string, T> {
    return this.#map;
  }

  get(id: string): T | undefined {
    return this.#map.get(id);
  }

  /** as `get`, also of what left it in this turn */
  last(id: string): T | undefined {
    return this.#map.get(id) ?? this.#gone.get(id);
  }

  set(id: string, value: T): T {
    this.#map.set(id, value);
    this.#changed.add(id);
    this.#gone.delete(id);
    return value;
  }

  /** Leaves it out from now on; `last` is what was known of it. */
  remove(id: string, last: T): void {
    this.#map.delete(id);
    this.#changed.delete(id);
    this.#gone.set(id, last);
  }

  changes(): Changes<T> {
    const changed = [...this.#changed].flatMap((id): readonly (readonly [string, T])[] => {
      const value = this.#map.get(id);
      return value === undefined ? [] : [[id, value]];
    });
    return { changed, gone: [...this.#gone] };
  }
}

/** What a turn changed of a map. */
export interface Changes<T> {
  readonly changed: readonly (readonly [string, T])[];
  readonly gone: readonly (readonly [string, T])[];
}

/** What the notifier goes by. */
export interface NotifyRules {
  readonly definitions: Definitions;
  /** whether each who is told over a channel reads it by himself, so that he is told in his language; left out: never */
  readonly direct?: ((channel: ChannelDefinition) => boolean) | undefined;
  /** alarms raised up to then may have been told before, by what the notifier does not remember, ms; null: none */
  readonly replayedUntil?: number | null;
}

/** What became of an operator's act; `reason` is for him. */
export interface ActOutcome {
  readonly id: string;
  readonly done: boolean;
  readonly reason: string | null;
}

export class Desk {
  readonly definitions: Definitions;
  readonly notifying: Notifying;
  readonly now: number;
  readonly replayedUntil: number | null;
  readonly #direct: NotifyRules['direct'];
  readonly handlings: Drafted<Handling>;
  readonly troubles: Drafted<Trouble>;
  readonly silences: Drafted<Silence>;
  readonly items: Drafted<Item>;
  readonly storms: Drafted<Storm>;
  readonly notices: Notice[] = [];
  readonly history: HistoryEntry[] = [];
  readonly acts: ActOutcome[] = [];
  #holds: Map<string, Map<string, Holding>> | null = null;
  #byKey: Map<string, string> | null = null;
  #byRoot: Map<string, Set<string>> | null = null;

  constructor(rules: NotifyRules, state: NotifierState, now: number) {
    this.definitions = rules.definitions;
    this.notifying = rules.definitions.notifying;
    this.now = now;
    this.replayedUntil = rules.replayedUntil ?? null;
    this.#direct = rules.direct;
    this.handlings = new Drafted(state.handlings);
    this.troubles = new Drafted(state.troubles);
    this.silences = new Drafted(state.silences);
    this.items = new Drafted(state.items);
    this.storms = new Drafted(state.storms);
  }

  /** What a recipient is told in over a channel; null: what that speaks. */
  languageOf(channel: string, recipient: string): ChannelDefinition['language'] | null {
    const definition = this.notifying.channels.get(channel);
    const own = this.notifying.people.get(recipient)?.language ?? null;
    if (definition === undefined || own === definition.language) return null;
    return this.#direct?.(definition) === true ? own : null;
  }

  /** Changes an alarm's handling, and gives it back as it is then. */
  change(handling: Handling, change: Partial<Handling>): Handling {
    const { id } = handling.alarm;
    if (change.root != null) this.#roots().set(change.root, this.#under(change.root).add(id));
    return this.handlings.set(id, { ...handling, ...change });
  }

  note(entry: Omit<HistoryEntry, 'at' | 'by' | 'detail'> & Partial<HistoryEntry>): void {
    this.history.push({ at: this.now, by: null, detail: null, ...entry });
  }

  /** Lets a trouble be looked at by this time at the latest. */
  wake(id: string | null, at: number): void {
    const trouble = id === null ? undefined : this.troubles.get(id);
    if (trouble === undefined || (trouble.lookAt !== null && trouble.lookAt <= at)) return;
    this.troubles.set(trouble.id, { ...trouble, lookAt: at });
  }

  /** The alarms of a trouble, in their order. */
  members(trouble: Trouble): readonly Handling[] {
    return trouble.members.flatMap((id) => this.handlings.get(id) ?? []);
  }

  /** The open consequences that are listed under an alarm. */
  consequences(root: string): readonly Handling[] {
    const open = [...this.#under(root)].flatMap((id) => {
      const each = this.handlings.get(id);
      return each !== undefined && each.root === root && isOpen(each) ? [each] : [];
    });
    return open.sort((a, b) => a.alarm.raisedAt - b.alarm.raisedAt || (a.alarm.id < b.alarm.id ? -1 : 1));
  }

  /** The open alarms that explain this one by the flow graph, in no order. */
  explaining({ alarm }: Handling): readonly Handling[] {
    const holds = this.#holdings();
    return placesOf(this.definitions, alarm).flatMap(({ flow, key }) =>
      [...(holds.get(nameOf(flow, key))?.values() ?? [])].flatMap(({ hold, ids }) =>
        isHeld(this.definitions, hold, alarm) ? this.#openOf(ids, alarm.id) : [],
      ),
    );
  }

  /** Puts a new alarm where `explaining` finds it. */
  index({ alarm }: Handling): void {
    const holds = this.#holdings();
    for (const hold of heldBy(this.definitions, alarm)) {
      const name = nameOf(hold.flow, hold.key);
      const mark = markOf(hold);
      const there = holds.get(name) ?? new Map<string, Holding>();
      holds.set(name, there);
      const holding = there.get(mark) ?? { hold, ids: new Set<string>() };
      there.set(mark, holding);
      holding.ids.add(alarm.id);
    }
  }

  /** The trouble of a key; undefined where there is none. */
  troubleOf(key: string): Trouble | undefined {
    this.#byKey ??= new Map([...this.troubles.map.values()].map((trouble) => [trouble.key, trouble.id]));
    const id = this.#byKey.get(key);
    return id === undefined ? undefined : this.troubles.get(id);
  }

  begin(trouble: Trouble): Trouble {
    this.troubleOf(trouble.key);
    this.#byKey?.set(trouble.key, trouble.id);
    return this.troubles.set(trouble.id, trouble);
  }

  #under(root: string): Set<string> {
    return this.#roots().get(root) ?? new Set();
  }

  /** Ids by the root that they have or had. */
  #roots(): Map<string, Set<string>> {
    if (this.#byRoot !== null) return this.#byRoot;
    this.#byRoot = new Map();
    for (const { root, alarm } of this.handlings.map.values())
      if (root !== null) this.#byRoot.set(root, (this.#byRoot.get(root) ?? new Set()).add(alarm.id));
    return this.#byRoot;
  }

  #openOf(ids: ReadonlySet<string>, except: string): readonly Handling[] {
    const found: Handling[] = [];
    for (const id of ids) {
      const handling = this.handlings.get(id);
      if (id !== except && handling !== undefined && isOpen(handling)) found.push(handling);
    }
    return found;
  }

  /** What open alarms hold back, by instance: thousands of them often hold the same. */
  #holdings(): Map<string, Map<string, Holding>> {
    if (this.#holds !== null) return this.#holds;
    this.#holds = new Map();
    for (const handling of this.handlings.map.values()) if (isOpen(handling)) this.index(handling);
    return this.#holds;
  }
}

interface Holding {
  readonly hold: Hold;
  /** of the alarms that hold it, some of which may be over */
  readonly ids: Set<string>;
}

const HELD = new WeakMap<Definitions, WeakMap<AlarmNews, readonly Hold[]>>();

/** `holdsOf`, kept with the alarm: it is asked for in every turn. */
function heldBy(definitions: Definitions, alarm: AlarmNews): readonly Hold[] {
  const known = HELD.get(definitions) ?? new WeakMap<AlarmNews, readonly Hold[]>();
  HELD.set(definitions, known);
  const held = known.get(alarm) ?? holdsOf(definitions, alarm);
  known.set(alarm, held);
  return held;
}
