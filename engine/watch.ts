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
import { type Act, actDigest } from './act.ts';
import { type Agenda, createAgenda } from './agenda.ts';
import { actKey, checkAct } from './check-act.ts';
import { checkEvent, type KeyedEvent } from './check-event.ts';
import { nextDueTime } from './due-times.ts';
import { type ExpectedDay, firstExpected, nextExpected } from './expected-days.ts';
import { lagOf, nameOf, parentOf, relatives } from './family.ts';
import { createHarvest, type Harvest } from './harvest.ts';
import type { Instance } from './instance.ts';
import { Kin, NO_TICKET, type Watched } from './kin.ts';
import type { InstanceKey } from './ports.ts';
import { createSeenIds, type SeenIds } from './seen-ids.ts';
import type { Trace } from './trace.ts';

/** What became of an event that was offered to the watch. */
export type Taken =
  | { readonly kind: 'accepted'; readonly event: KeyedEvent; readonly digest: string }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'refused'; readonly reason: string };

/** What the agenda holds: a day that begins, an event held back, or an instance with something due. */
type Task =
  | { readonly kind: 'day'; readonly name: string; readonly flow: Flow; readonly expected: ExpectedDay }
  | { readonly kind: 'event'; readonly name: string; readonly event: KeyedEvent }
  | Watched;

/** What became of an operator's act; `key` is the instance that it was about. */
export type Acted =
  | { readonly kind: 'accepted'; readonly key: string }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'refused'; readonly reason: string };

export interface WatchOptions {
  readonly definitions: Definitions;
  /** definitions of earlier revisions, for instances that began under them */
  readonly earlier?: ReadonlyMap<string, Definitions>;
  /** flows that were watched before, and since when */
  readonly since?: ReadonlyMap<string, number>;
  /** where the clock stood; null when nothing was ever watched */
  readonly clock: number | null;
  /** hears what every decision does */
  readonly trace?: Trace;
  /** where the ids that were seen are kept; absent: as they are, until `forget` */
  readonly seen?: SeenIds;
}

export interface Watch {
  readonly clock: number | null;
  /** all instances in memory, by `<flow>/<key>` */
  readonly instances: ReadonlyMap<string, Watched>;
  /**
   * Begins to watch, `at` which flows that are new are first watched; the clock may stand earlier, where a backlog is still
   * to come. Nothing happens the second time.
   */
  begin(at: number): void;
  /** Moves the clock on and decides everything that comes due on the way. The first call begins the watch. */
  advance(clock: number): void;
  /**
   * Moves the clock to `clock`, then takes the event. Of a backlog (`backlog` true) the clock stays where it is, and only
   * what its own family had due before the event happened is decided first: what one application reported late must not
   * make another late. Flows with `disorder` keep their order by the clock all the same.
   */
  take(event: CheckpointEvent, clock: number, backlog?: boolean): Taken;
  /** Decides what was due at the clock itself, and everything held back, in the order of time. */
  flush(): void;
  /** Moves the clock to `clock`, then decides an operator's act. */
  act(act: Act, clock: number): Acted;
  /** The instances that these events and acts, and the clock moving there, may touch and that are not in memory. */
  wants(events: readonly CheckpointEvent[], clock: number, acts?: readonly Act[]): readonly InstanceKey[];
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
  readonly #since: ReadonlyMap<string, number>;
  readonly #agenda: Agenda<Task> = createAgenda();
  /** by their names on the agenda, which count them as they come */
  readonly #held = new Map<string, KeyedEvent>();
  readonly #seen: SeenIds;
  readonly #days = new Map<string, ExpectedDay>();
  readonly #harvest = createHarvest();
  readonly #kin: Kin;
  #clock: number | null;
  #begun = false;
  #holds = 0;

  constructor(options: WatchOptions) {
    this.#definitions = options.definitions;
    this.#since = options.since ?? new Map();
    this.#clock = options.clock;
    this.#seen = options.seen ?? createSeenIds();
    this.#kin = new Kin({
      definitions: options.definitions,
      earlier: options.earlier ?? new Map(),
      harvest: this.#harvest,
      changed: (watched) => this.#schedule(watched),
      dropped: (watched) => this.#unschedule(watched),
      trace: options.trace ?? null,
    });
  }

  get instances(): ReadonlyMap<string, Watched> {
    return this.#kin.instances;
  }

  get clock(): number | null {
    return this.#clock;
  }

  begin(at: number): void {
    if (this.#begun) return;
    for (const flow of this.#definitions.flows.values()) {
      if (!this.#since.has(flow.name)) this.#harvest.watch(flow.name, at);
      const first = this.#firstDay(flow, at);
      if (first !== null) this.#addDay(flow, first);
    }
    this.#begun = true;
  }

  advance(clock: number): void {
    this.begin(clock);
    if (this.#clock === null || clock > this.#clock) this.#clock = clock;
    this.#run(this.#clock, Number.POSITIVE_INFINITY);
  }

  take(event: CheckpointEvent, clock: number, backlog = false): Taken {
    const alone = backlog && this.#lag(event.flow) === 0;
    if (alone) this.#stand(clock);
    else this.advance(clock);
    const checked = checkEvent(
      this.#definitions,
      event,
      (flow, key) => this.instances.get(nameOf(flow, key))?.flow ?? null,
    );
    if (!checked.ok) return { kind: 'refused', reason: checked.reason };
    const keyed = checked.event;
    const digest = eventDigest(keyed);
    const name = nameOf(keyed.flow, keyed.key);
    const known = this.#seen.look(name, keyed.id, digest);
    if (known === 'same') return { kind: 'repeat' };
    if (known === 'other') {
      const owner = `${keyed.flow} ${keyed.key}`;
      return {
        kind: 'refused',
        reason: `id: another event of ${owner} had ${keyed.id} before: give each event its own id`,
      };
    }
    this.#seen.note(name, keyed.id, digest);
    if (alone) this.#kin.catchUp(keyed);
    const lag = this.#lag(keyed.flow);
    if (lag > 0 && keyed.time + lag >= this.#now()) {
      this.hold(keyed);
      this.#run(this.#now(), Number.POSITIVE_INFINITY);
    } else this.#kin.takeEvent(keyed);
    return { kind: 'accepted', event: keyed, digest };
  }

  /** The clock stays where it stands; where it has never stood, it begins here. */
  #stand(clock: number): void {
    this.begin(clock);
    this.#clock ??= clock;
  }

  flush(): void {
    const end = this.#now();
    const lags = [...this.#definitions.flows.keys()].map((flow) => this.#lag(flow));
    this.#run(end + Math.max(0, ...lags) + 1, end);
  }

  act(act: Act, clock: number): Acted {
    this.advance(clock);
    const known = this.#knownAct(act);
    if (known !== null) return known;
    const checked = checkAct(this.#definitions, act, (of) => this.#kin.find(of) ?? null);
    if (!checked.ok) return { kind: 'refused', reason: checked.reason };
    const { key, step } = checked;
    this.#seen.note(nameOf(act.flow, key), act.id, actDigest(act));
    const time = this.#now();
    const { by } = act;
    const watched = this.#kin.ensure({ flow: act.flow, key }, time);
    if (act.kind === 'close') this.#kin.apply(watched, { kind: 'close', alarm: act.alarm, by, time });
    else {
      const { reason } = act;
      this.#kin.waive(watched, { kind: 'waive', step, by, reason, revoked: act.kind === 'unwaive', time });
    }
    return { kind: 'accepted', key };
  }

  #knownAct(act: Act): Acted | null {
    const key = actKey(this.#definitions, act);
    if (key === null) return null;
    const known = this.#seen.look(nameOf(act.flow, key), act.id, actDigest(act));
    if (known === 'nothing') return null;
    if (known === 'same') return { kind: 'repeat' };
    const reason = `id: something else of ${act.flow} ${key} had ${act.id} before: give each act its own id`;
    return { kind: 'refused', reason };
  }

  wants(
    events: readonly CheckpointEvent[],
    clock: number,
    acts: readonly Act[] = [],
  ): readonly InstanceKey[] {
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
    for (const act of acts) {
      const key = actKey(this.#definitions, act);
      if (key !== null) want({ flow: act.flow, key });
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
    this.#kin.adopt(instance);
  }

  recall(of: InstanceKey, id: string, digest: string): void {
    this.#seen.note(nameOf(of.flow, of.key), id, digest);
  }

  held(): readonly KeyedEvent[] {
    return [...this.#held.values()];
  }

  hold(event: KeyedEvent): void {
    const name = String(this.#holds++).padStart(16, '0');
    this.#held.set(name, event);
    this.#agenda.add({ kind: 'event', name, event }, event.time + this.#lag(event.flow));
  }

  harvest(): Harvest {
    return this.#harvest.take();
  }

  forget(stored: Harvest): void {
    this.#seen.clear();
    for (const { instance } of stored.changed) {
      const watched = this.#kin.find(instance);
      if (watched === undefined) continue;
      if (watched.instance.alarms.length > 0 || nextDueTime(watched) !== null) continue;
      this.#kin.drop(instance);
    }
  }

  nextDue(): number | null {
    return this.#agenda.first();
  }

  /** Everything due up to `limit` on the agenda; due times after `end` are left for later. */
  #run(limit: number, end: number): void {
    const later: Watched[] = [];
    for (let due = this.#agenda.take(limit); due !== null; due = this.#agenda.take(limit)) {
      const task = due.item;
      switch (task.kind) {
        case 'day':
          if (task.expected.from <= end) this.#expectDay(task.flow, task.expected);
          break;
        case 'event':
          this.#held.delete(task.name);
          this.#kin.takeEvent(task.event);
          break;
        case 'due':
          task.ticket = NO_TICKET;
          if (!this.#fire(task, due.release, end)) later.push(task);
          break;
        default:
          task satisfies never;
      }
    }
    for (const watched of later) this.#schedule(watched);
  }

  /** Fires the next due time of an instance. Gives whether that could be done before `end`. */
  #fire(watched: Watched, release: number, end: number): boolean {
    const next = nextDueTime(watched);
    if (next === null) return true;
    if (next.due + this.#lag(watched.flow.name) > release) {
      this.#schedule(watched);
      return true;
    }
    if (next.due > end) return false;
    this.#kin.apply(watched, { kind: 'due', ...next });
    return true;
  }

  /**
   * Puts an instance on the agenda for its earliest due time. One that stands there already is only moved forward: what
   * has become later is seen when it is taken, so that events do not move it one by one.
   */
  #schedule(watched: Watched): void {
    const lag = this.#lag(watched.flow.name);
    if (watched.ticket === NO_TICKET) {
      const next = nextDueTime(watched);
      if (next !== null) watched.ticket = this.#agenda.add(watched, next.due + lag);
      return;
    }
    const { timers } = watched.instance;
    if (timers.length === 0) return;
    const release =
      timers.reduce((first, timer) => Math.min(first, timer.due), Number.POSITIVE_INFINITY) + lag;
    if (release < this.#agenda.releaseOf(watched.ticket)) this.#agenda.move(watched.ticket, release);
  }

  #unschedule(watched: Watched): void {
    if (watched.ticket !== NO_TICKET) this.#agenda.remove(watched.ticket);
    watched.ticket = NO_TICKET;
  }

  #expectDay(flow: Flow, expected: ExpectedDay): void {
    if (!this.instances.has(nameOf(flow.name, expected.key))) {
      const parent = parentOf(this.#definitions, flow, expected.key);
      const revision = this.#definitions.revision;
      const of = { flow: flow.name, key: expected.key };
      this.#kin.expect({ of, revision, day: expected.day, parent, time: expected.from, startDue: null });
    }
    this.#addDay(flow, nextExpected(flow, expected.day));
  }

  #addDay(flow: Flow, expected: ExpectedDay): void {
    this.#days.set(flow.name, expected);
    this.#agenda.add({ kind: 'day', name: flow.name, flow, expected }, expected.from);
  }

  /** A flow that is first watched is judged from `at` on; another goes on where the clock stood. */
  #firstDay(flow: Flow, at: number): ExpectedDay | null {
    if (this.#begun) return this.#days.get(flow.name) ?? null;
    const since = this.#since.get(flow.name);
    if (since === undefined) return firstExpected(flow, at, true);
    const clock = this.#clock ?? at;
    return clock < since ? firstExpected(flow, since, true) : firstExpected(flow, clock, false);
  }

  #lag(flow: string): number {
    return lagOf(this.#definitions, flow);
  }

  #now(): number {
    if (this.#clock === null) throw new Error('broken rule: a watch decides nothing before it has a clock');
    return this.#clock;
  }
}
