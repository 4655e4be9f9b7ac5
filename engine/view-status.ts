/**
 * How business views stand on a trading day: every node is the worst of what it shows, a view the worst of its nodes.
 * Views that are shown in several places are looked at once.
 */
import type { Definitions, View, ViewNode } from '../definitions/index.ts';
import { nameOf } from './family.ts';
import type { LedgerQuestion } from './ledger.ts';
import type { EventsOf } from './ports.ts';
import { type Tone, worstFirst, worstTone } from './tone.ts';
import { createParts, type Part } from './view-parts.ts';

export type ToneCounts = Readonly<Record<Tone, number>>;

export interface NodeStatus {
  readonly node: ViewNode;
  /** null: there is nothing behind it, as behind a label */
  readonly status: Tone | null;
  /** of its parts; of a view, of the nodes in it */
  readonly counts: ToneCounts;
  /** the worst first; of a view, the worst of each node in it */
  readonly parts: readonly Part[];
}

export interface ViewStatus {
  readonly view: View;
  readonly status: Tone | null;
  /** of its nodes */
  readonly counts: ToneCounts;
  /** what makes it what it is; null where it shows nothing */
  readonly worst: Part | null;
  readonly nodes: readonly NodeStatus[];
}

/** The views on one trading day. */
export interface ViewStatuses {
  of(view: View): ViewStatus;
  /** where the events of the nodes are; nothing stands there twice */
  eventsOf(nodes: readonly NodeStatus[]): readonly EventsOf[];
}

/** Looks at the day in question; the flows that are not among its definitions' views need no entries. */
export function createViewStatuses(question: LedgerQuestion): ViewStatuses {
  const parts = createParts(question);
  const known = new Map<string, ViewStatus>();
  return { of: statusOf, eventsOf: (nodes) => eachOnce(nodes.flatMap(eventsOfNode)) };

  function eventsOfNode({ node, parts: own }: NodeStatus): readonly EventsOf[] {
    const { shows } = node;
    if (shows.kind !== 'view') return own.flatMap(parts.eventsOf);
    return statusOf(viewOf(question.definitions, shows.view)).nodes.flatMap(eventsOfNode);
  }

  function statusOf(view: View): ViewStatus {
    const found = known.get(view.name);
    if (found !== undefined) return found;
    const nodes = view.nodes.map(nodeStatus);
    const tones = nodes.flatMap(({ status }) => status ?? []);
    const [worst = null] = worstOfEach(nodes);
    const counts = countsOf(tones.map((status) => ({ status, count: 1 })));
    const made = { view, status: worstTone(tones), counts, worst, nodes };
    known.set(view.name, made);
    return made;
  }

  function nodeStatus(node: ViewNode): NodeStatus {
    const { shows } = node;
    if (shows.kind === 'view') {
      const inner = statusOf(viewOf(question.definitions, shows.view));
      return { node, status: inner.status, counts: inner.counts, parts: worstOfEach(inner.nodes) };
    }
    const found = partsOf(shows).toSorted(worstFirst);
    const status = worstTone(found.map((part) => part.status));
    return { node, status, counts: countsOf(found), parts: found };
  }

  function partsOf(shows: ViewNode['shows']): readonly Part[] {
    switch (shows.kind) {
      case 'flow':
        return parts.ofFlow(shows.flow);
      case 'step':
        return parts.ofStep(shows.flow, shows.step);
      case 'checkpoint':
        return shows.steps.flatMap(({ flow, step }) => parts.ofStep(flow, step));
      case 'group':
        return shows.flows.flatMap((flow) => parts.ofFlow(flow));
      case 'view':
      case 'label':
        return [];
      default:
        return shows satisfies never;
    }
  }
}

/**
 * The flows that views have to do with: those that they show, and those whose instances say what has become of them: what
 * they nest or are nested in, and what they start after.
 */
export function flowsBehind(definitions: Definitions, views: Iterable<View>): ReadonlySet<string> {
  const found = new Set<string>();
  const seen = new Set<View>();
  const look = (view: View | undefined) => {
    if (view === undefined || seen.has(view)) return;
    seen.add(view);
    for (const { shows } of view.nodes) {
      if (shows.kind === 'flow' || shows.kind === 'step') found.add(shows.flow);
      if (shows.kind === 'checkpoint') for (const { flow } of shows.steps) found.add(flow);
      if (shows.kind === 'group') for (const flow of shows.flows) found.add(flow);
      if (shows.kind === 'view') look(definitions.views.get(shows.view));
    }
  };
  for (const view of views) look(view);
  // a set that grows while it is walked is walked to its end
  for (const name of found) {
    const flow = definitions.flows.get(name);
    for (const { nested } of flow?.steps ?? []) if (nested !== null) found.add(nested.flow);
    for (const { flow: parent } of flow?.parents ?? []) found.add(parent);
    if (flow?.start?.kind === 'after') found.add(flow.start.flow);
  }
  return found;
}

/** Without repetitions, and without steps of an instance all of which is there. */
function eachOnce(of: readonly EventsOf[]): readonly EventsOf[] {
  const whole = new Set(of.filter(({ step }) => step === null).map(({ flow, key }) => nameOf(flow, key)));
  const found = new Map<string, EventsOf>();
  for (const each of of) {
    const name = nameOf(each.flow, each.key);
    if (each.step === null || !whole.has(name)) found.set(`${name} ${each.step ?? ''}`, each);
  }
  return [...found.values()];
}

/** The worst part of each node, the worst first. */
function worstOfEach(nodes: readonly NodeStatus[]): readonly Part[] {
  return nodes.flatMap(({ parts }) => parts[0] ?? []).toSorted(worstFirst);
}

function countsOf(parts: readonly Pick<Part, 'status' | 'count'>[]): ToneCounts {
  const counts = {
    critical: 0,
    warning: 0,
    unknown: 0,
    waiting: 0,
    running: 0,
    done: 0,
    idle: 0,
    excused: 0,
  };
  for (const { status, count } of parts) counts[status] += count;
  return counts;
}

function viewOf(definitions: Definitions, name: string): View {
  const view = definitions.views.get(name);
  if (view === undefined) throw new Error(`broken rule: a view shows view ${name}, which is not defined`);
  return view;
}
