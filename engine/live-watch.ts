/** A watch as it lives in memory: the clock, the agenda, and what becomes of each thing whose time has come. */
import { type CheckpointEvent, eventDigest } from '../checkpoints/index.ts';
import type { Definitions, Flow } from '../definitions/index.ts';
import { type Act, actDigest } from './act.ts';
import { type Agenda, createAgenda } from './agenda.ts';
import { AwaitedDays } from './awaited-days.ts';
import { actKey, checkAct } from './check-act.ts';
import { checkEvent, type KeyedEvent, keyOf } from './check-event.ts';
import { nextDueTime } from './due-times.ts';
import type { ExpectedDay } from './expected-days.ts';
import { lagOf, nameOf, parentOf, relativesOfAll } from './family.ts';
import { createHarvest, type Harvest } from './harvest.ts';
import { HeldBack } from './held-back.ts';
import type { Instance } from './instance.ts';
import { Kin } from './kin.ts';
import { rootOf } from './partition.ts';
import type { InstanceKey } from './ports.ts';
import { createSeenIds, type SeenIds } from './seen-ids.ts';
import type { Acted, Taken, Watch, WatchOptions } from './watch.ts';
import { NO_TICKET, type Watched } from './watched.ts';

/** What the agenda holds: a day that begins, an event held back, or an instance with something due. */
type Task =
  | { readonly kind: 'day'; readonly name: string; readonly flow: Flow; readonly expected: ExpectedDay }
  | { readonly kind: 'event'; readonly name: string; readonly event: KeyedEvent }
  | Watched;

/** A watch over a set of definitions. Nothing happens before the first `advance` or `take`. */
export function createWatch(options: WatchOptions): Watch {
  return new LiveWatch(options);
}

class LiveWatch implements Watch {
  readonly #definitions: Definitions;
  readonly #mine: (key: string) => boolean;
  readonly #agenda: Agenda<Task> = createAgenda();
  readonly #held = new HeldBack();
  readonly #seen: SeenIds;
  readonly #days: AwaitedDays;
  readonly #harvest = createHarvest();
  readonly #kin: Kin;
  /** how far what is due stands behind its time on the agenda at most, ms */
  readonly #longestLag: number;
  #clock: number | null;

  constructor(options: WatchOptions) {
    this.#definitions = options.definitions;
    this.#mine = options.mine ?? (() => true);
    this.#clock = options.clock;
    this.#longestLag = Math.max(
      0,
      ...[...options.definitions.flows.keys()].map((flow) => lagOf(options.definitions, flow)),
    );
    this.#seen = options.seen ?? createSeenIds();
    this.#kin = new Kin({
      definitions: options.definitions,
      earlier: options.earlier ?? new Map(),
      harvest: this.#harvest,
      changed: (watched) => this.#schedule(watched),
      dropped: (watched) => this.#unschedule(watched),
      trace: options.trace ?? null,
    });
    this.#days = new AwaitedDays({
      definitions: options.definitions,
      since: options.since ?? new Map(),
      watched: (flow, since) => this.#harvest.watch(flow, since),
      awaited: (flow, expected) =>
        this.#agenda.add({ kind: 'day', name: flow.name, flow, expected }, expected.from),
    });
  }

  get instances(): ReadonlyMap<string, Watched> {
    return this.#kin.instances;
  }

  get clock(): number | null {
    return this.#clock;
  }

  get begun(): boolean {
    return this.#days.begun;
  }

  begin(at: number): void {
    if (!this.#days.begun) this.#days.begin(at, this.#clock);
  }

  advance(clock: number): void {
    this.begin(clock);
    if (this.#clock === null || clock > this.#clock) this.#clock = clock;
    this.#run(this.#clock, Number.POSITIVE_INFINITY);
  }

  tick(clock: number): void {
    const before = this.#clock;
    this.begin(clock);
    this.#moveTo(clock);
    if (before !== null && this.#harvest.isEmpty()) this.#clock = before;
  }

  take(event: CheckpointEvent, clock: number, backlog = false): Taken {
    const alone = this.#isAlone(event.flow, backlog);
    const judged = this.#judge(event);
    if (judged.kind === 'accepted') this.#takeIn(judged.event, clock, alone);
    else if (!alone) this.#moveTo(clock);
    return judged;
  }

  redo(event: KeyedEvent, clock: number, backlog: boolean): void {
    const alone = this.#isAlone(event.flow, backlog);
    if (alone) this.#moveTo(clock);
    this.#takeIn(event, clock, alone);
  }

  pass(flow: string | null, clock: number, backlog: boolean): void {
    if (flow === null || this.#isAlone(flow, backlog)) this.#moveTo(clock);
    else this.advance(clock);
  }

  /** Whether an event is new and makes sense; if so, its id is noted. */
  #judge(event: CheckpointEvent): Taken {
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
    return { kind: 'accepted', event: keyed, digest };
  }

  /** Moves the clock as the event wants it, and decides it or holds it back. What it leaves overdue is decided at once. */
  #takeIn(event: KeyedEvent, clock: number, alone: boolean): void {
    if (alone) {
      this.#stand(clock);
      if ((this.#agenda.first() ?? Number.POSITIVE_INFINITY) < event.time + this.#longestLag)
        this.#kin.catchUp(event);
      this.#kin.takeEvent(event);
      return;
    }
    this.advance(clock);
    const lag = this.#lag(event.flow);
    if (lag > 0 && event.time + lag >= this.#now()) {
      this.#harvest.hold(rootOf(event.key));
      this.#holdBack(event, lag);
    } else this.#kin.takeEvent(event);
    this.#run(this.#now(), Number.POSITIVE_INFINITY);
  }

  /** Of a backlog, and of a flow that is decided in the order of arrival: it moves nobody's clock. */
  #isAlone(flow: string, backlog: boolean): boolean {
    return backlog && this.#lag(flow) === 0;
  }

  /** The clock moves on to `clock`; nothing happens where it stands there already. */
  #moveTo(clock: number): void {
    if (this.#clock === null || clock > this.#clock) this.advance(clock);
  }

  /** The clock stays where it stands; where it has never stood, it begins here. */
  #stand(clock: number): void {
    if (this.#clock === null) this.advance(clock);
    else this.begin(clock);
  }

  flush(): void {
    const end = this.#now();
    const lags = [...this.#definitions.flows.keys()].map((flow) => this.#lag(flow));
    this.#run(end + Math.max(0, ...lags) + 1, end);
  }

  act(act: Act, clock: number): Acted {
    this.begin(clock);
    this.#moveTo(clock);
    const known = this.#knownAct(act);
    if (known !== null) return known;
    const checked = checkAct(this.#definitions, act, (of) => this.#kin.find(of) ?? null);
    if (!checked.ok) return { kind: 'refused', reason: checked.reason };
    this.#seen.note(nameOf(act.flow, checked.key), act.id, actDigest(act));
    this.#doAct(act, checked);
    return { kind: 'accepted', key: checked.key };
  }

  redoAct(act: Act, clock: number): void {
    this.begin(clock);
    this.#moveTo(clock);
    const checked = checkAct(this.#definitions, act, (of) => this.#kin.find(of) ?? null);
    if (!checked.ok) throw new Error(`broken rule: an act that was accepted is refused: ${checked.reason}`);
    this.#doAct(act, checked);
  }

  #doAct(act: Act, { key, step }: { readonly key: string; readonly step: number }): void {
    const time = this.#now();
    const { by } = act;
    const watched = this.#kin.ensure({ flow: act.flow, key }, time);
    if (act.kind === 'close') this.#kin.apply(watched, { kind: 'close', alarm: act.alarm, by, time });
    else {
      const { reason } = act;
      this.#kin.waive(watched, { kind: 'waive', step, by, reason, revoked: act.kind === 'unwaive', time });
    }
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
    const of: InstanceKey[] = [];
    for (const event of events) {
      const key = keyOf(this.#definitions, event);
      if (key !== null) of.push({ flow: event.flow, key });
    }
    for (const act of acts) {
      const key = actKey(this.#definitions, act);
      if (key !== null) of.push({ flow: act.flow, key });
    }
    return this.absent([...of, ...this.#held.all()], clock);
  }

  absent(of: readonly InstanceKey[], clock: number | null): readonly InstanceKey[] {
    const days = clock === null ? [] : this.#days.upTo(clock, this.#clock);
    const mine = days.filter(({ key }) => this.#mine(key));
    return [...relativesOfAll(this.#definitions, [...of, ...mine])]
      .filter(([name]) => !this.instances.has(name) && !this.#harvest.isRemoved(name))
      .map(([, one]) => one);
  }

  adopt(instance: Instance): Watched {
    return this.#kin.adopt(instance);
  }

  recall(of: InstanceKey, id: string, digest: string): void {
    this.#seen.note(nameOf(of.flow, of.key), id, digest);
  }

  held(): readonly KeyedEvent[] {
    return this.#held.all();
  }

  heldOf(root: string): readonly KeyedEvent[] {
    return this.#held.of(root);
  }

  hold(event: KeyedEvent): void {
    this.#holdBack(event, this.#lag(event.flow));
  }

  #holdBack(event: KeyedEvent, lag: number): void {
    const name = this.#held.add(event);
    this.#agenda.add({ kind: 'event', name, event }, event.time + lag);
  }

  harvest(): Harvest {
    return this.#harvest.take();
  }

  forget(stored: Harvest): void {
    this.#seen.clear();
    for (const { instance } of stored.changed) {
      const watched = this.#kin.find(instance);
      if (watched !== undefined) this.release(watched);
    }
  }

  release(watched: Watched): boolean {
    const { instance } = watched;
    if (instance.alarms.length > 0 || nextDueTime(watched) !== null) return true;
    if (this.#held.of(rootOf(instance.key)).length > 0) return false;
    this.#kin.drop(instance);
    return true;
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
          this.#held.remove(task.name, task.event);
          this.#harvest.hold(rootOf(task.event.key));
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
    if (this.#mine(expected.key) && !this.instances.has(nameOf(flow.name, expected.key))) {
      const parent = parentOf(this.#definitions, flow, expected.key);
      const revision = this.#definitions.revision;
      const of = { flow: flow.name, key: expected.key };
      this.#kin.expect({ of, revision, day: expected.day, parent, time: expected.from, startDue: null });
    }
    this.#days.passed(flow, expected);
  }

  #lag(flow: string): number {
    return lagOf(this.#definitions, flow);
  }

  #now(): number {
    if (this.#clock === null) throw new Error('broken rule: a watch decides nothing before it has a clock');
    return this.#clock;
  }
}
