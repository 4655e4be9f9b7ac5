/** What a watch has changed since it was last asked: the raw material of a transaction, or of a replay's answer. */

import type { Flow } from '../definitions/index.ts';
import type { Effect } from './fact.ts';
import { nameOf } from './family.ts';
import type { Alarm, Instance } from './instance.ts';
import type { InstanceKey } from './ports.ts';

/** An instance in memory, whose `instance` is always its latest form. */
export interface Owner {
  readonly flow: Flow;
  readonly instance: Instance;
}

export interface AlarmChange {
  readonly flow: Flow;
  readonly key: string;
  readonly tradingDay: string;
  /** its latest form */
  readonly alarm: Alarm;
  /** raised since the last harvest */
  readonly raised: boolean;
}

export interface Wish {
  readonly flow: Flow;
  readonly key: string;
  readonly effect: Extract<Effect, { kind: 'publish' | 'notify' | 'run' }>;
}

export interface Harvest {
  readonly changed: readonly Owner[];
  readonly removed: readonly InstanceKey[];
  /** one entry an alarm, in the order of their first change */
  readonly alarms: readonly AlarmChange[];
  readonly wishes: readonly Wish[];
  readonly watched: readonly { readonly flow: string; readonly since: number }[];
  /** roots of which something was held back, or let go */
  readonly held: readonly string[];
}

export interface HarvestBasket {
  touch(owner: Owner): void;
  remove(of: InstanceKey): void;
  add(owner: Owner, effect: Extract<Effect, { kind: 'alarm' | 'publish' | 'notify' | 'run' }>): void;
  watch(flow: string, since: number): void;
  hold(root: string): void;
  isEmpty(): boolean;
  /** Whether an instance was removed since the last harvest, by `<flow>/<key>`. */
  isRemoved(name: string): boolean;
  take(): Harvest;
}

/** Collects changes until they are taken; the latest form of each thing wins. */
export function createHarvest(): HarvestBasket {
  let changed = new Map<string, Owner>();
  let removed = new Map<string, InstanceKey>();
  let alarms = new Map<string, AlarmChange>();
  let wishes: Wish[] = [];
  let watched: { flow: string; since: number }[] = [];
  let held = new Set<string>();
  return {
    touch(owner) {
      const name = nameOf(owner.instance.flow, owner.instance.key);
      changed.set(name, owner);
      removed.delete(name);
    },
    remove(of) {
      const name = nameOf(of.flow, of.key);
      removed.set(name, of);
      changed.delete(name);
    },
    add(owner, effect) {
      const { flow, instance } = owner;
      if (effect.kind !== 'alarm') {
        wishes.push({ flow, key: instance.key, effect });
        return;
      }
      const { alarm } = effect;
      const raised = effect.change === 'raised' || alarms.get(alarm.id)?.raised === true;
      alarms.set(alarm.id, { flow, key: instance.key, tradingDay: instance.tradingDay, alarm, raised });
    },
    watch(flow, since) {
      watched.push({ flow, since });
    },
    hold(root) {
      held.add(root);
    },
    isEmpty: () =>
      changed.size + removed.size + alarms.size + wishes.length + watched.length + held.size === 0,
    isRemoved: (name) => removed.has(name),
    take() {
      const harvest = {
        changed: [...changed.values()],
        removed: [...removed.values()],
        alarms: [...alarms.values()],
        wishes,
        watched,
        held: [...held],
      };
      changed = new Map();
      removed = new Map();
      alarms = new Map();
      wishes = [];
      watched = [];
      held = new Set();
      return harvest;
    },
  };
}
