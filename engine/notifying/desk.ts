/** The working copy of one turn of the notifier: what lies over its memory while facts are taken, and what came of them. */
import type { ChannelDefinition, Definitions, Notifying } from '../../definitions/index.ts';
import type { Notice } from './channel.ts';
import { isHeld, placesOf } from './explains.ts';
import { type Handling, type HistoryEntry, isOpen } from './handling.ts';
import { Holdings, type NotifierMemory } from './notifier-memory.ts';
import type { Item, Silence, Storm, Trouble } from './notifier-state.ts';
import { Drafted } from './shelf.ts';

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
  readonly #memory: NotifierMemory;
  /** what this turn adds to what the memory finds */
  readonly #holdings: Holdings;
  readonly #troubleByKey = new Map<string, string>();
  readonly #byRoot = new Map<string, Set<string>>();

  constructor(rules: NotifyRules, memory: NotifierMemory, now: number) {
    const { handlings, troubles, silences, items, storms } = memory.shelves;
    this.#memory = memory;
    this.#holdings = new Holdings(rules.definitions);
    this.definitions = rules.definitions;
    this.notifying = rules.definitions.notifying;
    this.now = now;
    this.replayedUntil = rules.replayedUntil ?? null;
    this.#direct = rules.direct;
    this.handlings = new Drafted(handlings);
    this.troubles = new Drafted(troubles);
    this.silences = new Drafted(silences);
    this.items = new Drafted(items);
    this.storms = new Drafted(storms);
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
    if (change.root != null)
      this.#byRoot.set(change.root, (this.#byRoot.get(change.root) ?? new Set()).add(id));
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
    const ids = new Set([...this.#memory.under(root), ...(this.#byRoot.get(root) ?? [])]);
    const open = [...ids].flatMap((id) => {
      const each = this.handlings.get(id);
      return each !== undefined && each.root === root && isOpen(each) ? [each] : [];
    });
    return open.sort((a, b) => a.alarm.raisedAt - b.alarm.raisedAt || (a.alarm.id < b.alarm.id ? -1 : 1));
  }

  /** The open alarms that explain this one by the flow graph, in no order. */
  explaining({ alarm }: Handling): readonly Handling[] {
    const known = this.#memory.holdings(this.definitions);
    const ids = new Set<string>();
    for (const { flow, key } of placesOf(this.definitions, alarm))
      for (const holdings of [known, this.#holdings])
        for (const holding of holdings.at(flow, key))
          if (isHeld(this.definitions, holding.hold, alarm)) for (const id of holding.ids) ids.add(id);
    return this.#openOf(ids, alarm.id);
  }

  /** Puts a new alarm where `explaining` finds it. */
  index({ alarm }: Handling): void {
    this.#holdings.add(alarm);
  }

  /** The trouble of a key; undefined where there is none. */
  troubleOf(key: string): Trouble | undefined {
    const id = this.#troubleByKey.get(key) ?? this.#memory.troubleOf(key);
    return id === undefined ? undefined : this.troubles.get(id);
  }

  begin(trouble: Trouble): Trouble {
    this.#troubleByKey.set(trouble.key, trouble.id);
    return this.troubles.set(trouble.id, trouble);
  }

  /** Whether something is due by now. */
  isDue(): boolean {
    const all = [this.silences, this.items, this.handlings, this.troubles, this.storms];
    return all.some((each) => each.dueBy(this.now).length > 0);
  }

  #openOf(ids: ReadonlySet<string>, except: string): readonly Handling[] {
    const found: Handling[] = [];
    for (const id of ids) {
      const handling = this.handlings.get(id);
      if (id !== except && handling !== undefined && isOpen(handling)) found.push(handling);
    }
    return found;
  }
}
