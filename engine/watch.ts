/**
 * Everything that is being watched: the instances in memory, their due times, the days to come and the events held back.
 * It carries facts to `decide` and what follows to the next instance; it does no I/O and knows no clock but the one it
 * is given. Replay, simulation and the worker all run on it.
 *
 * 1. The clock never goes back. Before an event is taken, everything due before it has been decided.
 * 2. An instance that is not in memory does not exist: whoever has a store loads what `wants` names first.
 * 3. `harvest` gives what changed since the last one; a watch whose harvest could not be stored is thrown away.
 */
import { type CheckpointEvent, eventDigest } from '../checkpoints/index.ts';
import type { Definitions, Flow } from '../definitions/index.ts';
import { type Agenda, createAgenda, RANK } from './agenda.ts';
import { checkEvent, dayFromKey, type KeyedEvent } from './check-event.ts';
import { decide, newInstance, timeOf } from './decide.ts';
import { healthOf } from './draft.ts';
import { type ExpectedDay, firstExpected, nextExpected } from './expected-days.ts';
import type { Decision, Effect, Fact } from './fact.ts';
import { childKey, lagOf, nameOf, parentOf, relatives } from './family.ts';
import { createHarvest, type Harvest } from './harvest.ts';
import type { Instance, ParentRef } from './instance.ts';
import type { InstanceKey } from './ports.ts';

/** What became of an event that was offered to the watch. */
export type Taken =
  | { readonly kind: 'accepted'; readonly event: KeyedEvent; readonly digest: string }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'refused'; readonly reason: string };

export interface Watched {
  readonly flow: Flow;
  instance: Instance;
  /** release of its item on the agenda; null when it has none */
  next: number | null;
  /** sequence of that item: others of this instance are stale */
  token: number;
}

type Task =
  | { readonly kind: 'day'; readonly flow: Flow; readonly expected: ExpectedDay }
  | { readonly kind: 'event'; readonly event: KeyedEvent }
  | { readonly kind: 'due'; readonly watched: Watched };

export interface WatchOptions {
  readonly definitions: Definitions;
  /** definitions of earlier revisions, for instances that began under them */
  readonly earlier?: ReadonlyMap<string, Definitions>;
  /** flows that were watched before, and since when */
  readonly since?: ReadonlyMap<string, number>;
  /** where the clock stood; null when nothing was ever watched */
  readonly clock: number | null;
}

export interface Watch {
  readonly clock: number | null;
  /** all instances in memory, by `<flow>/<key>` */
  readonly instances: ReadonlyMap<string, Watched>;
  /** Moves the clock on and decides everything that comes due on the way. The first call begins the watch. */
  advance(clock: number): void;
  /** Moves the clock to `clock`, then takes the event. */
  take(event: CheckpointEvent, clock: number): Taken;
  /** Decides what was due at the clock itself, and everything held back, in the order of time. */
  flush(): void;
  /** Decides an operator's closing of an alarm. Gives whether there was such an alarm open. */
  close(of: InstanceKey, alarm: string, by: string): boolean;
  /** The instances that these events, and the clock moving there, may touch and that are not in memory. */
  wants(events: readonly CheckpointEvent[], clock: number): readonly InstanceKey[];
  /** Takes an instance from the store into memory. */
  adopt(instance: Instance): void;
  /** Remembers that an event was seen before. */
  recall(of: InstanceKey, id: string, digest: string): void;
  /** Events held back by `disorder` and not yet decided, in order of their times. */
  held(): readonly KeyedEvent[];
  /** Holds an event back again after a restart. */
  hold(event: KeyedEvent): void;
  harvest(): Harvest;
  /** Drops from memory what was stored: digests, and of the harvest's instances those that have ended and wait for nothing. */
  forget(stored: Harvest): void;
  /** the first time at which something is due; null when nothing is */
  nextDue(): number | null;
}

/** A watch over a set of definitions. Nothing happens before the first `advance` or `take`. */
export function createWatch(options: WatchOptions): Watch {
  return new LiveWatch(options);
}

class LiveWatch implements Watch {
  readonly #definitions: Definitions;
  readonly #earlier: ReadonlyMap<string, Definitions>;
  readonly #since: ReadonlyMap<string, number>;
  readonly #agenda: Agenda<Task> = createAgenda();
  readonly #held = new Map<number, KeyedEvent>();
  readonly #seen = new Map<string, Map<string, string>>();
  readonly #days = new Map<string, ExpectedDay>();
  readonly #harvest = createHarvest();
  readonly instances = new Map<string, Watched>();
  #clock: number | null;
  #begun = false;
  #sequence = 0;

  constructor(options: WatchOptions) {
    this.#definitions = options.definitions;
    this.#earlier = options.earlier ?? new Map();
    this.#since = options.since ?? new Map();
    this.#clock = options.clock;
  }

  get clock(): number | null {
    return this.#clock;
  }

  advance(clock: number): void {
    if (!this.#begun) this.#begin(this.#clock ?? clock);
    if (this.#clock === null || clock > this.#clock) this.#clock = clock;
    this.#run(this.#clock, Number.POSITIVE_INFINITY);
  }

  take(event: CheckpointEvent, clock: number): Taken {
    this.advance(clock);
    const checked = checkEvent(
      this.#definitions,
      event,
      (flow, key) => this.instances.get(nameOf(flow, key))?.flow ?? null,
    );
    if (!checked.ok) return { kind: 'refused', reason: checked.reason };
    const keyed = checked.event;
    const digest = eventDigest(keyed);
    const seen = this.#seenBy(keyed);
    const known = seen.get(keyed.id);
    if (known === digest) return { kind: 'repeat' };
    if (known !== undefined) {
      const owner = `${keyed.flow} ${keyed.key}`;
      return {
        kind: 'refused',
        reason: `id: another event of ${owner} had ${keyed.id} before: give each event its own id`,
      };
    }
    seen.set(keyed.id, digest);
    const lag = this.#lag(keyed.flow);
    if (lag > 0 && keyed.time + lag >= this.#now()) {
      this.hold(keyed);
      this.#run(this.#now(), Number.POSITIVE_INFINITY);
    } else this.#decideEvent(keyed);
    return { kind: 'accepted', event: keyed, digest };
  }

  flush(): void {
    const end = this.#now();
    const lags = [...this.#definitions.flows.keys()].map((flow) => this.#lag(flow));
    this.#run(end + Math.max(0, ...lags) + 1, end);
  }

  close(of: InstanceKey, alarm: string, by: string): boolean {
    const watched = this.instances.get(nameOf(of.flow, of.key));
    if (watched === undefined || !watched.instance.alarms.some((open) => open.id === alarm)) return false;
    this.#apply(watched, { kind: 'close', alarm, by, time: this.#now() });
    return true;
  }

  wants(events: readonly CheckpointEvent[], clock: number): readonly InstanceKey[] {
    const wanted = new Map<string, InstanceKey>();
    const want = (of: InstanceKey) => {
      for (const one of relatives(this.#definitions, of)) {
        const name = nameOf(one.flow, one.key);
        if (!this.instances.has(name)) wanted.set(name, one);
      }
    };
    for (const event of events) {
      const checked = checkEvent(this.#definitions, event, () => null);
      if (checked.ok) want(checked.event);
      else if (event.key !== null) want({ flow: event.flow, key: event.key });
    }
    for (const event of this.#held.values()) want(event);
    for (const flow of this.#definitions.flows.values()) {
      for (
        let day = this.#firstDay(flow, clock);
        day !== null && day.from <= clock;
        day = nextExpected(flow, day.day)
      ) {
        want({ flow: flow.name, key: day.key });
      }
    }
    return [...wanted.values()];
  }

  adopt(instance: Instance): void {
    this.#add(this.#flowOf(instance.flow, instance.revision), instance);
  }

  recall(of: InstanceKey, id: string, digest: string): void {
    this.#seenBy(of).set(id, digest);
  }

  held(): readonly KeyedEvent[] {
    return [...this.#held.values()];
  }

  hold(event: KeyedEvent): void {
    const sequence = this.#sequence++;
    this.#held.set(sequence, event);
    const release = event.time + this.#lag(event.flow);
    this.#agenda.add({ release, rank: RANK.event, name: '', sequence, what: { kind: 'event', event } });
  }

  harvest(): Harvest {
    return this.#harvest.take();
  }

  forget(stored: Harvest): void {
    this.#seen.clear();
    for (const { instance } of stored.changed) {
      const name = nameOf(instance.flow, instance.key);
      const watched = this.instances.get(name);
      if (watched === undefined) continue;
      const { status, alarms, timers } = watched.instance;
      if (status === 'expected' || status === 'running' || alarms.length > 0 || timers.length > 0) continue;
      watched.token = GONE;
      this.instances.delete(name);
    }
  }

  nextDue(): number | null {
    return this.#agenda.first();
  }

  /** Everything due up to `limit` on the agenda; due times after `end` are left for later. */
  #run(limit: number, end: number): void {
    const later: Watched[] = [];
    for (let item = this.#agenda.take(limit); item !== null; item = this.#agenda.take(limit)) {
      const task = item.what;
      switch (task.kind) {
        case 'day':
          if (task.expected.from <= end) this.#expectDay(task.flow, task.expected);
          break;
        case 'event':
          this.#held.delete(item.sequence);
          this.#decideEvent(task.event);
          break;
        case 'due':
          if (task.watched.token === item.sequence && !this.#fire(task.watched, item.release, end))
            later.push(task.watched);
          break;
        default:
          task satisfies never;
      }
    }
    for (const watched of later) this.#schedule(watched);
  }

  /** Fires the next due time of an instance. Gives whether that could be done before `end`. */
  #fire(watched: Watched, release: number, end: number): boolean {
    watched.next = null;
    const next = this.#nextOf(watched);
    if (next === null) return true;
    if (next.due + this.#lag(watched.flow.name) > release) {
      this.#schedule(watched);
      return true;
    }
    if (next.due > end) return false;
    this.#apply(watched, { kind: 'due', ...next });
    return true;
  }

  #nextOf(watched: Watched): { step: number; name: string; due: number } | null {
    const { timers, status, lastEventAt, createdAt } = watched.instance;
    let next: { step: number; name: string; due: number } | null = null;
    for (const timer of timers) if (next === null || timer.due < next.due) next = timer;
    if (status !== 'expected' && status !== 'running') return next;
    const { calendar, abandon } = watched.flow;
    const given = calendar.add(lastEventAt ?? createdAt, abandon);
    return next === null || given < next.due ? { step: -1, name: 'abandon', due: given } : next;
  }

  #schedule(watched: Watched): void {
    let due = Number.POSITIVE_INFINITY;
    if (watched.next === null) due = this.#nextOf(watched)?.due ?? due;
    else for (const timer of watched.instance.timers) due = Math.min(due, timer.due);
    const release = due + this.#lag(watched.flow.name);
    if (release >= (watched.next ?? Number.POSITIVE_INFINITY)) return;
    watched.next = release;
    watched.token = this.#sequence++;
    const { flow, key } = watched.instance;
    this.#agenda.add({
      release,
      rank: RANK.due,
      name: nameOf(flow, key),
      sequence: watched.token,
      what: { kind: 'due', watched },
    });
  }

  #decideEvent(event: KeyedEvent): void {
    const watched = this.#ensure(event, event.time);
    if (watched.instance.status === 'expected') this.#announce(watched, event.time);
    this.#apply(watched, { kind: 'event', event });
  }

  /** The first event of a nested instance is its parent's step reporting, and so on upward. */
  #announce(watched: Watched, time: number): void {
    const ref = watched.instance.parent;
    if (ref === null) return;
    const parent = this.#ensure(ref, time);
    if (parent.instance.status === 'expected') this.#announce(parent, time);
    const { step, entry } = ref;
    this.#apply(parent, {
      kind: 'child',
      step,
      entry,
      change: 'starting',
      status: 'running',
      health: 'running',
      time,
    });
  }

  /** The instance of this key, made as expected where there is none; parents first, since they name its day. */
  #ensure(of: InstanceKey, time: number): Watched {
    const existing = this.instances.get(nameOf(of.flow, of.key));
    if (existing !== undefined) return existing;
    const flow = this.#flowOf(of.flow, this.#definitions.revision);
    const ref = parentOf(this.#definitions, flow, of.key);
    const parent = ref === null ? null : this.#ensure(ref, time).instance;
    const born = this.instances.get(nameOf(of.flow, of.key));
    if (born !== undefined) return born;
    const day = parent?.tradingDay ?? dayFromKey(flow, of.key) ?? flow.calendar.dayOf(time);
    return this.#expect({
      of,
      revision: parent?.revision ?? this.#definitions.revision,
      day,
      parent: ref,
      time,
      startDue: null,
    });
  }

  #expect(birth: {
    of: InstanceKey;
    revision: string;
    day: string;
    parent: ParentRef | null;
    time: number;
    startDue: number | null;
  }): Watched {
    const { of, revision, day: tradingDay, parent, time, startDue } = birth;
    const flow = this.#flowOf(of.flow, revision);
    const watched = this.#add(flow, newInstance(flow, { key: of.key, revision, tradingDay, parent, time }));
    this.#apply(watched, { kind: 'expect', time, tradingDay, parent, startDue, again: false });
    return watched;
  }

  #add(flow: Flow, instance: Instance): Watched {
    const watched: Watched = { flow, instance, next: null, token: GONE };
    this.instances.set(nameOf(instance.flow, instance.key), watched);
    this.#schedule(watched);
    return watched;
  }

  #apply(watched: Watched, fact: Fact): void {
    const before = watched.instance;
    const { instance, effects }: Decision = decide(watched.flow, before, fact);
    watched.instance = instance;
    this.#harvest.touch(watched);
    this.#schedule(watched);
    for (const effect of effects) this.#carry(watched, effect);
    if (instance.parent !== null) this.#tellParent(instance.parent, before, instance, timeOf(fact));
    if (instance.status === 'committed' && before.status !== 'committed')
      this.#tellFollowers(watched, timeOf(fact));
  }

  #carry(watched: Watched, effect: Effect): void {
    switch (effect.kind) {
      case 'expect-child':
        this.#expectChild(watched, effect);
        return;
      case 'drop-child':
        this.#dropChild(watched, effect);
        return;
      default:
        this.#harvest.add(watched, effect);
    }
  }

  #expectChild(watched: Watched, effect: Extract<Effect, { kind: 'expect-child' }>): void {
    const { flow, instance } = watched;
    const { step, entry, time } = effect;
    const of = childKey(flow, instance.key, step, entry);
    const parent = { flow: instance.flow, key: instance.key, step, entry };
    const { revision, tradingDay } = instance;
    const child = this.instances.get(nameOf(of.flow, of.key));
    if (child === undefined) this.#expect({ of, revision, day: tradingDay, parent, time, startDue: null });
    else if (child.instance.status === 'running') {
      const health = healthOf(child.instance);
      this.#apply(watched, {
        kind: 'child',
        step,
        entry,
        change: 'reopened',
        status: 'running',
        health,
        time,
      });
    } else if (child.instance.status !== 'expected' && effect.again) {
      this.#apply(child, { kind: 'expect', time, tradingDay, parent, startDue: null, again: true });
    }
  }

  /** A nested instance that was offered and not taken is no longer expected. */
  #dropChild(watched: Watched, effect: Extract<Effect, { kind: 'drop-child' }>): void {
    const of = childKey(watched.flow, watched.instance.key, effect.step, effect.entry);
    const child = this.instances.get(nameOf(of.flow, of.key));
    if (child?.instance.status !== 'expected') return;
    for (const alarm of child.instance.alarms) {
      const ended = { ...alarm, clearedAt: Math.max(effect.time, alarm.raisedAt), clearedBy: 'withdrawn' };
      this.#harvest.add(child, { kind: 'alarm', alarm: ended, change: 'cleared' });
    }
    child.token = GONE;
    this.instances.delete(nameOf(of.flow, of.key));
    this.#harvest.remove(of);
  }

  #tellParent(ref: ParentRef, before: Instance, after: Instance, time: number): void {
    const parent = this.instances.get(nameOf(ref.flow, ref.key));
    if (parent === undefined) return;
    const health = healthOf(after);
    const change = changeFor(before, after, health);
    if (change === null) return;
    this.#apply(parent, {
      kind: 'child',
      step: ref.step,
      entry: ref.entry,
      change,
      status: after.status,
      health,
      time,
    });
  }

  #tellFollowers(watched: Watched, time: number): void {
    const { key, tradingDay } = watched.instance;
    for (const name of watched.flow.followers) {
      const follower = this.#definitions.flows.get(name);
      if (follower?.start?.kind !== 'after' || this.instances.has(nameOf(name, key))) continue;
      const startDue = follower.calendar.add(time, follower.start.in);
      const parent = parentOf(this.#definitions, follower, key);
      const revision = this.#definitions.revision;
      this.#expect({ of: { flow: name, key }, revision, day: tradingDay, parent, time, startDue });
    }
  }

  #expectDay(flow: Flow, expected: ExpectedDay): void {
    if (!this.instances.has(nameOf(flow.name, expected.key))) {
      const parent = parentOf(this.#definitions, flow, expected.key);
      const revision = this.#definitions.revision;
      const of = { flow: flow.name, key: expected.key };
      this.#expect({ of, revision, day: expected.day, parent, time: expected.from, startDue: null });
    }
    this.#addDay(flow, nextExpected(flow, expected.day));
  }

  #addDay(flow: Flow, expected: ExpectedDay): void {
    this.#days.set(flow.name, expected);
    const sequence = this.#sequence++;
    this.#agenda.add({
      release: expected.from,
      rank: RANK.day,
      name: flow.name,
      sequence,
      what: { kind: 'day', flow, expected },
    });
  }

  #begin(clock: number): void {
    this.#begun = true;
    for (const flow of this.#definitions.flows.values()) {
      if (!this.#since.has(flow.name)) this.#harvest.watch(flow.name, clock);
      const first = firstExpected(flow, clock, !this.#since.has(flow.name));
      if (first !== null) this.#addDay(flow, first);
    }
  }

  #firstDay(flow: Flow, clock: number): ExpectedDay | null {
    if (this.#begun) return this.#days.get(flow.name) ?? null;
    return firstExpected(flow, this.#clock ?? clock, !this.#since.has(flow.name));
  }

  #flowOf(name: string, revision: string): Flow {
    const definitions =
      revision === this.#definitions.revision ? this.#definitions : this.#earlier.get(revision);
    const flow = definitions?.flows.get(name);
    if (flow === undefined)
      throw new Error(`broken rule: flow ${name} of revision ${revision} is not loaded`);
    return flow;
  }

  #seenBy(of: InstanceKey): Map<string, string> {
    const name = nameOf(of.flow, of.key);
    let seen = this.#seen.get(name);
    if (seen === undefined) {
      seen = new Map();
      this.#seen.set(name, seen);
    }
    return seen;
  }

  #lag(flow: string): number {
    return lagOf(this.#definitions, flow);
  }

  #now(): number {
    if (this.#clock === null) throw new Error('broken rule: a watch decides nothing before it has a clock');
    return this.#clock;
  }
}

/** The token of an instance that has no item on the agenda. */
const GONE = -1;

/** What a parent is told of its child; null where nothing that concerns it has changed. */
function changeFor(
  before: Instance,
  after: Instance,
  health: string,
): 'outcome' | 'reopened' | 'health' | null {
  const ended = after.status !== 'expected' && after.status !== 'running';
  const wasEnded = before.status !== 'expected' && before.status !== 'running';
  if (ended && after.status !== before.status) return 'outcome';
  if (wasEnded && after.status === 'running') return 'reopened';
  return healthOf(before) === health ? null : 'health';
}
