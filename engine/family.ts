/**
 * Which instances belong together by their definitions: parents, children and followers, found by their keys alone.
 *
 * 1. A child's key is its parent's and a fixed suffix, so parents are read back from the child's key.
 * 2. A family is decided as far behind the clock as its most patient member.
 */
import type { Definitions, Flow } from '../definitions/index.ts';
import type { ParentRef } from './instance.ts';
import type { InstanceKey } from './ports.ts';

/** Flow names hold no slash, so this is unique. Asked again for what it was asked last, it gives the same text. */
export function nameOf(flow: string, key: string): string {
  if (key !== lately.key || flow !== lately.flow) lately = { flow, key, name: `${flow}/${key}` };
  return lately.name;
}

let lately = { flow: '', key: '', name: '/' };

/** The parent that an instance of this key would have; null where no flow nests it under such a key. */
export function parentOf(definitions: Definitions, flow: Flow, key: string): ParentRef | null {
  let found: Link | undefined;
  const links = linksOf(definitions, flow);
  for (const [length, bySuffix] of links) {
    if (key.length === length) continue;
    const link = bySuffix.get(key.slice(key.length - length));
    if (link !== undefined && (found === undefined || link.order < found.order)) found = link;
  }
  if (found === undefined) return null;
  const { suffix, ref } = found;
  return { flow: ref.flow, key: key.slice(0, key.length - suffix.length), step: ref.step, entry: ref.entry };
}

interface Link {
  readonly suffix: string;
  /** of several the first in the definitions counts */
  readonly order: number;
  readonly ref: Pick<ParentRef, 'flow' | 'step' | 'entry'>;
}

/** The links to parents by the length of their suffix: there may be thousands, and their lengths are few. */
type Links = ReadonlyMap<number, ReadonlyMap<string, Link>>;

const LINKS = new WeakMap<Flow, Links>();

function linksOf(definitions: Definitions, flow: Flow): Links {
  const known = LINKS.get(flow);
  if (known !== undefined) return known;
  const made = new Map<number, Map<string, Link>>();
  const entries = new Map<string, ReadonlyMap<string, number>>();
  for (const [order, { flow: parent, step, suffix }] of flow.parents.entries()) {
    const nested = definitions.flows.get(parent)?.steps[step]?.nested ?? null;
    if (nested === null) continue;
    const place = `${parent}/${step}`;
    const places = entries.get(place) ?? new Map(nested.suffixes.map((each, index) => [each, index]));
    entries.set(place, places);
    const bySuffix = made.get(suffix.length) ?? new Map<string, Link>();
    made.set(suffix.length, bySuffix);
    const ref = { flow: parent, step, entry: places.get(suffix) ?? -1 };
    if (!bySuffix.has(suffix)) bySuffix.set(suffix, { suffix, order, ref });
  }
  LINKS.set(flow, made);
  return made;
}

/** The key of a child of `parent`, by the entry of the step that nests it. */
export function childKey(flow: Flow, parentKey: string, step: number, entry: number): InstanceKey {
  const nested = flow.steps[step]?.nested ?? null;
  const suffix = nested?.suffixes[entry];
  if (nested === null || suffix === undefined)
    throw new Error(`broken rule: step ${step} of ${flow.name} nests no entry ${entry}`);
  return { flow: nested.flow, key: parentKey + suffix };
}

/** Every instance that a fact about this one may touch, itself included: up, down and along `start.after`. */
export function relatives(definitions: Definitions, of: InstanceKey): readonly InstanceKey[] {
  if (isSingle(definitions, of.flow)) return [{ flow: of.flow, key: of.key }];
  return [...relativesOfAll(definitions, [of]).values()];
}

/** Every instance that facts about these may touch, each once, by `<flow>/<key>`. */
export function relativesOfAll(
  definitions: Definitions,
  all: Iterable<InstanceKey>,
): ReadonlyMap<string, InstanceKey> {
  const found = new Map<string, InstanceKey>();
  const visit = (one: InstanceKey) => {
    const name = nameOf(one.flow, one.key);
    if (found.has(name)) return;
    found.set(name, { flow: one.flow, key: one.key });
    if (isSingle(definitions, one.flow)) return;
    const flow = definitions.flows.get(one.flow);
    if (flow === undefined) return;
    const parent = parentOf(definitions, flow, one.key);
    if (parent !== null) visit(parent);
    for (const step of flow.steps) {
      step.nested?.suffixes.forEach((_, entry) => {
        visit(childKey(flow, one.key, step.index, entry));
      });
    }
    for (const follower of flow.followers) visit({ flow: follower, key: one.key });
  };
  for (const of of all) visit(of);
  return found;
}

/** Whether a flow neither nests nor is nested, and nothing follows it: most have no relatives. */
export function isSingle(definitions: Definitions, name: string): boolean {
  const flow = definitions.flows.get(name);
  if (flow === undefined) return true;
  let single = SINGLES.get(flow);
  if (single === undefined) {
    single =
      flow.parents.length === 0 &&
      flow.followers.length === 0 &&
      flow.steps.every(({ nested }) => nested === null);
    SINGLES.set(flow, single);
  }
  return single;
}

const SINGLES = new WeakMap<Flow, boolean>();

const LAGS = new WeakMap<Definitions, ReadonlyMap<string, number>>();

/** How far behind the clock each flow is decided: the greatest `disorder` among the flows that it is nested with, in ms. */
export function lagOf(definitions: Definitions, flow: string): number {
  let lags = LAGS.get(definitions);
  if (lags === undefined) {
    lags = familyLags(definitions);
    LAGS.set(definitions, lags);
  }
  return lags.get(flow) ?? 0;
}

function familyLags(definitions: Definitions): ReadonlyMap<string, number> {
  const lags = new Map([...definitions.flows].map(([name, flow]) => [name, flow.disorder]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const [name, flow] of definitions.flows) {
      for (const { flow: parent } of flow.parents) {
        const lag = Math.max(lags.get(name) ?? 0, lags.get(parent) ?? 0);
        if (lags.get(name) === lag && lags.get(parent) === lag) continue;
        lags.set(name, lag).set(parent, lag);
        changed = true;
      }
    }
  }
  return lags;
}
