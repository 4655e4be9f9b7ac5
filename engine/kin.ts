/**
 * The instances in memory and what they tell each other: a decision's effects on parents, children and followers become
 * facts of their own, worked off at once.
 *
 * 1. Parents hear of a child's start before the child's first event is decided, and of its outcome after.
 * 2. Whatever touches an instance is harvested, and `changed` is told, so that its next due time can be put down.
 */
import type { Definitions, Flow } from '../definitions/index.ts';
import { dayFromKey, type KeyedEvent } from './check-event.ts';
import { decide, newInstance, timeOf, tracedDecide } from './decide.ts';
import { healthOf } from './draft.ts';
import type { Decision, Effect, Fact } from './fact.ts';
import { childKey, nameOf, parentOf } from './family.ts';
import { FamilyDues } from './family-dues.ts';
import type { HarvestBasket } from './harvest.ts';
import type { Instance, ParentRef } from './instance.ts';
import { hasEnded } from './instance-status.ts';
import type { InstanceKey } from './ports.ts';
import type { Trace } from './trace.ts';
import { NO_TICKET, type Watched } from './watched.ts';

export interface KinOptions {
  readonly definitions: Definitions;
  /** definitions of earlier revisions, for instances that began under them */
  readonly earlier: ReadonlyMap<string, Definitions>;
  readonly harvest: HarvestBasket;
  /** told after an instance came into memory or was decided */
  readonly changed: (watched: Watched) => void;
  /** told after an instance left memory */
  readonly dropped: (watched: Watched) => void;
  /** hears what every decision does; null where nobody listens */
  readonly trace: Trace | null;
}

/** How an instance comes to be expected. */
export interface Expectation {
  readonly of: InstanceKey;
  readonly revision: string;
  readonly day: string;
  readonly parent: ParentRef | null;
  readonly time: number;
  /** due time of the start where another flow's commit sets it */
  readonly startDue: number | null;
}

export class Kin {
  readonly #definitions: Definitions;
  readonly #earlier: ReadonlyMap<string, Definitions>;
  readonly #harvest: HarvestBasket;
  readonly #changed: (watched: Watched) => void;
  readonly #dropped: (watched: Watched) => void;
  readonly #decide: typeof decide;
  readonly #dues: FamilyDues;
  /** by `<flow>/<key>` */
  readonly instances = new Map<string, Watched>();

  constructor(options: KinOptions) {
    this.#definitions = options.definitions;
    this.#earlier = options.earlier;
    this.#harvest = options.harvest;
    this.#changed = options.changed;
    this.#dropped = options.dropped;
    this.#dues = new FamilyDues(options.definitions, this.instances);
    this.#decide = options.trace === null ? decide : tracedDecide(options.trace);
  }

  /** The instance of this key in memory. */
  find(of: InstanceKey): Watched | undefined {
    return this.instances.get(nameOf(of.flow, of.key));
  }

  /** Takes an instance from the store into memory. */
  adopt(instance: Instance): Watched {
    return this.#add(this.#flowOf(instance.flow, instance.revision), instance);
  }

  /** Drops an instance from memory. */
  drop(of: InstanceKey): void {
    const watched = this.find(of);
    if (watched === undefined) return;
    this.instances.delete(watched.name);
    this.#dues.dropped(watched);
    this.#dropped(watched);
  }

  /** Decides what the event's family had due before the event happened, in the order of time. */
  catchUp(event: KeyedEvent): void {
    for (const { watched, next } of this.#dues.before(event, event.time))
      this.apply(watched, { kind: 'due', ...next });
  }

  /** Decides an event whose time has come. */
  takeEvent(event: KeyedEvent): void {
    const watched = this.ensure(event, event.time);
    if (watched.instance.status === 'expected') this.#announce(watched, event.time);
    // a waived step is passed when its turn comes, which takes away the instance that it expected: it is made anew
    this.apply(this.ensure(event, event.time), { kind: 'event', event });
  }

  #add(flow: Flow, instance: Instance): Watched {
    const name = nameOf(instance.flow, instance.key);
    const watched: Watched = { kind: 'due', name, flow, instance, ticket: NO_TICKET };
    this.instances.set(name, watched);
    this.#note(watched);
    return watched;
  }

  /** Its next due time may be another one. */
  #note(watched: Watched): void {
    this.#dues.changed(watched);
    this.#changed(watched);
  }

  /** The first event of a nested instance is its parent's step reporting, and so on upward. */
  #announce(watched: Watched, time: number): void {
    const ref = watched.instance.parent;
    if (ref === null) return;
    const parent = this.ensure(ref, time);
    if (parent.instance.status === 'expected') this.#announce(parent, time);
    const { step, entry } = ref;
    this.apply(this.ensure(ref, time), {
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
  ensure(of: InstanceKey, time: number): Watched {
    const existing = this.find(of);
    if (existing !== undefined) return existing;
    const flow = this.#flowOf(of.flow, this.#definitions.revision);
    const ref = parentOf(this.#definitions, flow, of.key);
    const parent = ref === null ? null : this.ensure(ref, time).instance;
    const born = this.find(of);
    if (born !== undefined) return born;
    const day = parent?.tradingDay ?? dayFromKey(flow, of.key) ?? flow.calendar.dayOf(time);
    return this.expect({
      of,
      revision: parent?.revision ?? this.#definitions.revision,
      day,
      parent: ref,
      time,
      startDue: null,
    });
  }

  /** Makes an instance that is expected; there must be none of its key. */
  expect(expectation: Expectation): Watched {
    const { of, revision, day: tradingDay, parent, time, startDue } = expectation;
    const flow = this.#flowOf(of.flow, revision);
    const watched = this.#add(flow, newInstance(flow, { key: of.key, revision, tradingDay, parent, time }));
    if (parent !== null) this.#inheritWaiver(parent, watched);
    this.apply(watched, { kind: 'expect', time, tradingDay, parent, startDue, again: false });
    return watched;
  }

  /** Decides a fact about an instance and everything that follows from it. */
  apply(watched: Watched, fact: Fact): void {
    const before = watched.instance;
    const { instance, effects }: Decision = this.#decide(watched.flow, before, fact);
    watched.instance = instance;
    this.#harvest.touch(watched);
    this.#note(watched);
    for (const effect of effects) this.#carry(watched, effect);
    if (instance.parent !== null) this.#tellParent(instance.parent, before, instance, timeOf(fact));
    if (instance.status === 'committed' && before.status !== 'committed')
      this.#tellFollowers(watched, timeOf(fact));
  }

  /** An operator excuses an instance or a step of it (-1: all of it), or takes that back; nested ones go with it. */
  waive(watched: Watched, waiver: Extract<Fact, { kind: 'waive' }>): void {
    this.apply(watched, waiver);
    for (const { index, nested } of watched.flow.steps) {
      if (nested === null || (waiver.step >= 0 && waiver.step !== index)) continue;
      nested.suffixes.forEach((_, entry) => {
        const child = this.find(childKey(watched.flow, watched.instance.key, index, entry));
        if (child !== undefined) this.waive(child, { ...waiver, step: -1 });
      });
    }
  }

  /** A child that comes to be expected under a waiver is excused from the start. */
  #inheritWaiver(ref: ParentRef, child: Watched): void {
    const waivers = this.find(ref)?.instance.waivers ?? [];
    const waiver = waivers.find((one) => one.step < 0 || one.step === ref.step);
    if (waiver === undefined) return;
    const { by, reason, at: time } = waiver;
    this.apply(child, { kind: 'waive', step: -1, by, reason, revoked: false, time });
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
    const child = this.find(of);
    if (child === undefined) {
      this.expect({ of, revision, day: tradingDay, parent, time, startDue: null });
    } else if (child.instance.status === 'running') {
      const health = healthOf(child.instance);
      this.apply(watched, {
        kind: 'child',
        step,
        entry,
        change: 'reopened',
        status: 'running',
        health,
        time,
      });
    } else if (child.instance.status !== 'expected' && effect.again) {
      this.apply(child, { kind: 'expect', time, tradingDay, parent, startDue: null, again: true });
    }
  }

  /** A nested instance that was offered and not taken is no longer expected. */
  #dropChild(watched: Watched, effect: Extract<Effect, { kind: 'drop-child' }>): void {
    const of = childKey(watched.flow, watched.instance.key, effect.step, effect.entry);
    const child = this.find(of);
    if (child?.instance.status !== 'expected') return;
    if (child.instance.steps.some((step) => step.visits > 0)) {
      this.#giveUp(child, effect.time);
      return;
    }
    for (const alarm of child.instance.alarms) {
      const ended = { ...alarm, clearedAt: Math.max(effect.time, alarm.raisedAt), clearedBy: 'withdrawn' };
      this.#harvest.add(child, { kind: 'alarm', alarm: ended, change: 'cleared' });
    }
    this.drop(of);
    this.#harvest.remove(of);
  }

  /** What it did before it was expected again is kept; its parent, which no longer expects it, is not told. */
  #giveUp(child: Watched, time: number): void {
    const { instance, effects } = this.#decide(child.flow, child.instance, {
      kind: 'due',
      step: -1,
      name: 'abandon',
      due: time,
    });
    child.instance = instance;
    this.#harvest.touch(child);
    this.#note(child);
    for (const effect of effects) this.#carry(child, effect);
  }

  #tellParent(ref: ParentRef, before: Instance, after: Instance, time: number): void {
    const parent = this.find(ref);
    if (parent === undefined) return;
    const health = healthOf(after);
    const change = changeFor(before, after, health);
    if (change === null) return;
    this.apply(parent, {
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
      this.expect({ of: { flow: name, key }, revision, day: tradingDay, parent, time, startDue });
    }
  }

  #flowOf(name: string, revision: string): Flow {
    const definitions =
      revision === this.#definitions.revision ? this.#definitions : this.#earlier.get(revision);
    const flow = definitions?.flows.get(name);
    if (flow === undefined)
      throw new Error(`broken rule: flow ${name} of revision ${revision} is not loaded`);
    return flow;
  }
}

/** What a parent is told of its child; null where nothing that concerns it has changed. */
function changeFor(
  before: Instance,
  after: Instance,
  health: string,
): 'outcome' | 'reopened' | 'health' | null {
  const ended = hasEnded(after.status);
  const wasEnded = hasEnded(before.status);
  if (ended && after.status !== before.status) return 'outcome';
  if (wasEnded && after.status === 'running') return 'reopened';
  return healthOf(before) === health ? null : 'health';
}
