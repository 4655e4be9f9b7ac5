/**
 * A worker in small: it takes what arrives in batches, keeps what it decided in a store of plain text, forgets what has
 * ended, and is stopped and started again. A batch whose transaction is lost is taken again from the store.
 */
import { type CheckpointEvent, eventDigest } from '../../checkpoints/index.ts';
import type { Definitions } from '../../definitions/index.ts';
import {
  type Act,
  type AlarmChange,
  actDigest,
  checkEvent,
  type createWatch,
  decodeInstance,
  encodeInstance,
  type Harvest,
  type InstanceKey,
  nameOf,
  type Watch,
} from '../../engine/index.ts';

/** What a batch is made of. */
export type Item =
  | { readonly kind: 'event'; readonly arrival: number; readonly event: CheckpointEvent }
  | { readonly kind: 'act'; readonly arrival: number; readonly act: Act };

/** How a watch is made; tests put a broken one here. */
export type MakeWatch = typeof createWatch;

interface Kept {
  readonly flow: string;
  readonly key: string;
  readonly snapshot: string;
  readonly live: boolean;
}

export interface Counts {
  accepted: number;
  repeats: number;
  refused: number;
}

export class Station {
  readonly #definitions: Definitions;
  readonly #make: MakeWatch;
  readonly #store = new Map<string, Kept>();
  readonly #seen = new Map<string, string>();
  readonly #since = new Map<string, number>();
  #clock: number | null = null;
  #watch: Watch;
  /** every alarm in its latest form */
  readonly alarms = new Map<string, AlarmChange>();
  /** how often each alarm was said to be raised */
  readonly raised = new Map<string, number>();
  readonly counts: Counts = { accepted: 0, repeats: 0, refused: 0 };

  constructor(definitions: Definitions, make: MakeWatch) {
    this.#definitions = definitions;
    this.#make = make;
    this.#watch = make({ definitions, clock: null });
  }

  get inMemory(): number {
    return this.#watch.instances.size;
  }

  get nextDue(): number | null {
    return this.#watch.nextDue();
  }

  /** The stored form of an instance; null where there is none. */
  snapshot(name: string): string | null {
    return this.#store.get(name)?.snapshot ?? null;
  }

  /** Names of all that is stored. */
  names(): readonly string[] {
    return [...this.#store.keys()];
  }

  /** Takes a batch. With `crash`, its first attempt is lost before it is stored. */
  take(items: readonly Item[], crash: boolean): void {
    if (crash) {
      this.#decide(items);
      this.restart();
    }
    const { seen, counts } = this.#decide(items);
    for (const [name, digest] of seen) this.#seen.set(name, digest);
    this.counts.accepted += counts.accepted;
    this.counts.repeats += counts.repeats;
    this.counts.refused += counts.refused;
    this.#keep();
  }

  /** Decides what is due before a time, when nothing arrives. */
  advance(clock: number): void {
    this.#load(this.#watch.wants([], clock));
    this.#watch.advance(clock);
    this.#keep();
  }

  /** Throws away what is in memory, and begins from the store. */
  restart(): void {
    this.#watch = this.#make({ definitions: this.#definitions, since: this.#since, clock: this.#clock });
    for (const { flow, key, live } of this.#store.values()) if (live) this.#load([{ flow, key }]);
  }

  #decide(items: readonly Item[]): { readonly seen: Map<string, string>; readonly counts: Counts } {
    const watch = this.#watch;
    const last = items.at(-1)?.arrival ?? 0;
    const events = items.flatMap((item) => (item.kind === 'event' ? [item.event] : []));
    const acts = items.flatMap((item) => (item.kind === 'act' ? [item.act] : []));
    watch.begin(items[0]?.arrival ?? 0);
    this.#load(watch.wants(events, last, acts));
    for (const event of events) {
      const checked = checkEvent(this.#definitions, event, () => null);
      if (!checked.ok) continue;
      const { flow, key, id } = checked.event;
      const digest = this.#seen.get(idOf(flow, key, id));
      if (digest !== undefined) watch.recall({ flow, key }, id, digest);
    }
    const seen = new Map<string, string>();
    const counts = { accepted: 0, repeats: 0, refused: 0 };
    for (const item of items) {
      watch.advance(item.arrival);
      if (item.kind === 'act') {
        const acted = watch.act(item.act, item.arrival);
        count(counts, acted.kind);
        if (acted.kind === 'accepted')
          seen.set(idOf(item.act.flow, acted.key, item.act.id), actDigest(item.act));
        continue;
      }
      const taken = watch.take(item.event, item.arrival);
      count(counts, taken.kind);
      if (taken.kind !== 'accepted') continue;
      const { flow, key, id } = taken.event;
      seen.set(idOf(flow, key, id), eventDigest(taken.event));
    }
    return { seen, counts };
  }

  #load(keys: readonly InstanceKey[]): void {
    for (const { flow, key } of keys) {
      const name = nameOf(flow, key);
      const kept = this.#store.get(name);
      const definition = this.#definitions.flows.get(flow);
      if (kept === undefined || definition === undefined || this.#watch.instances.has(name)) continue;
      this.#watch.adopt(decodeInstance(definition, kept.snapshot));
    }
  }

  /** What a transaction does. */
  #keep(): void {
    const harvest: Harvest = this.#watch.harvest();
    this.#clock = this.#watch.clock;
    for (const { flow, since } of harvest.watched) this.#since.set(flow, since);
    for (const { flow, key } of harvest.removed) this.#store.delete(nameOf(flow, key));
    for (const { instance } of harvest.changed) {
      const { flow, key, status, alarms } = instance;
      const live = status === 'expected' || status === 'running' || alarms.length > 0;
      this.#store.set(nameOf(flow, key), { flow, key, snapshot: encodeInstance(instance), live });
    }
    for (const change of harvest.alarms) {
      const { id } = change.alarm;
      this.alarms.set(id, change);
      if (change.raised) this.raised.set(id, (this.raised.get(id) ?? 0) + 1);
    }
    this.#watch.forget(harvest);
  }

  get since(): ReadonlyMap<string, number> {
    return this.#since;
  }
}

function count(counts: Counts, kind: 'accepted' | 'repeat' | 'refused'): void {
  if (kind === 'accepted') counts.accepted++;
  else if (kind === 'repeat') counts.repeats++;
  else counts.refused++;
}

function idOf(flow: string, key: string, id: string): string {
  return `${flow}\0${key}\0${id}`;
}
