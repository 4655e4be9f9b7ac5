/**
 * From a log to a first flow: the inductive miner finds a tree, the tree becomes a flow, the engine tries the log on it and
 * gives the times for its timers.
 *
 * 1. The flow compiles without a finding; every case that was mined, and that noise did not touch, goes through it without
 *    leaving it. The engine has tried it: where it could not follow a way, the parallel parts were made coarser.
 * 2. A time stands only where it rests on observations, and says on how many.
 */

import type { FlowDraft, PlainMap } from '../flow-draft.ts';
import { draftOf } from '../flow-graph.ts';
import { writeYaml } from '../flow-yaml.ts';
import { many } from '../many.ts';
import { type GatheredLog, groupCases, type LoggedCase } from './case-log.ts';
import { dayTimes } from './day-times.ts';
import { mineTree } from './inductive-miner.ts';
import { percentile, readableSpan } from './percentile.ts';
import {
  activitiesOf,
  anyOrder,
  canBeEmpty,
  isOpen,
  node,
  orNothing,
  type ProcessTree,
} from './process-tree.ts';
import { covering, type TraceLog, variantKey } from './traces.ts';
import { graphOfTree, type StepNames } from './tree-flow.ts';
import { type Tried, tryFlow } from './try-flow.ts';

/** Beyond so many activities a flow helps nobody, and mining takes long. */
const MOST_ACTIVITIES = 500;

/** A time rests on at least so many observations. */
const LEAST = 20;

export interface DiscoverOptions {
  readonly flow: string;
  /** the share of cases whose variants are kept, the most frequent first */
  readonly cover: number;
  /** 0: every kept variant counts; above: rare ways are left out, see `mineTree` */
  readonly noise: number;
  /** null: no times, since the log has none of its own */
  readonly percentile: number | null;
  readonly zone: string;
  /** where the log comes from, for the comment at the top */
  readonly source: string;
  /** the step that an activity is called in events */
  readonly stepOf: (activity: string) => string;
}

export interface Discovered {
  readonly yaml: string;
  readonly report: {
    readonly cases: number;
    readonly events: number;
    readonly activities: number;
    readonly variants: number;
    readonly keptCases: number;
    readonly keptVariants: number;
    /** of the kept cases: through the flow without leaving it, and ended */
    readonly fitting: number;
    /** of all cases */
    readonly fittingOfAll: number;
    readonly timers: number;
  };
}

/** Discovers a flow; gives why not where the log is nothing to learn from. */
export function discover(
  log: GatheredLog,
  options: DiscoverOptions,
): { readonly ok: true; readonly value: Discovered } | { readonly ok: false; readonly problem: string } {
  if (log.cases.length === 0) return { ok: false, problem: 'there is no case in it: name another log' };
  if (log.activities.length > MOST_ACTIVITIES)
    return {
      ok: false,
      problem: `it has ${log.activities.length} activities, at most ${MOST_ACTIVITIES} are mined: name a coarser column with --activity`,
    };
  const { variants, casesOf } = groupCases(log);
  const kept = covering(variants, options.cover);
  const keptCases = kept.flatMap(({ trace }) => casesOf.get(variantKey(trace)) ?? []);
  const names: StepNames = new Map(log.activities.map((activity) => [activity, options.stepOf(activity)]));
  const nameOf = (activity: number) => log.activities[activity] ?? '';
  const stepOf = (activity: number) => names.get(nameOf(activity)) ?? '';
  const mined = mineTree(kept, { noise: options.noise, nameOf });
  const one = representatives(kept, casesOf);
  const tried = fittest(mined, (tree) => {
    const draft = draftFor(tree, {
      names,
      seen: seenIn(keptCases, log.activities),
      keys: {},
      comments: [],
      flow: options.flow,
      timers: new Map(),
    });
    return tryFlow(writeYaml([], [draft]), { flow: options.flow, cases: one, stepOf }).fitting;
  });
  return {
    ok: true,
    value: written({ tree: tried, log, options, keptCases, kept, variants, names, stepOf }),
  };
}

/** One case of each variant. */
function representatives(
  kept: TraceLog,
  casesOf: ReadonlyMap<string, readonly LoggedCase[]>,
): readonly LoggedCase[] {
  return kept.flatMap(({ trace }) => casesOf.get(variantKey(trace))?.slice(0, 1) ?? []);
}

/** The tree, or the first coarser one that more cases go through. */
function fittest(tree: ProcessTree, fitting: (tree: ProcessTree) => number): ProcessTree {
  const coarser = withoutOpenParallels(tree);
  if (JSON.stringify(coarser) === JSON.stringify(tree)) return tree;
  return fitting(tree) >= fitting(coarser) ? tree : coarser;
}

function withoutOpenParallels(tree: ProcessTree): ProcessTree {
  if (tree.kind === 'activity' || tree.kind === 'silent') return tree;
  const children = tree.children.map(withoutOpenParallels);
  if (tree.kind !== 'parallel' || !children.some(isOpen)) return node(tree.kind, children);
  const any = anyOrder(activitiesOf(tree));
  return canBeEmpty(tree) ? orNothing(any) : any;
}

interface Drafting {
  readonly flow: string;
  readonly names: StepNames;
  /** activity -> in how many of the kept cases it was done */
  readonly seen: ReadonlyMap<string, number>;
  readonly keys: PlainMap;
  readonly comments: readonly string[];
  /** step -> its timer and what to say of it */
  readonly timers: ReadonlyMap<string, { readonly keys: PlainMap; readonly comment: string }>;
}

function draftFor(tree: ProcessTree, { flow, names, seen, keys, comments, timers }: Drafting): FlowDraft {
  const graph = graphOfTree(tree, { name: flow, keys, comments, names }, (activity) => {
    const title = activity === names.get(activity) ? {} : { title: titleOf(activity) };
    return { keys: title, comments: [`Done in ${seen.get(activity) ?? 0} cases.`] };
  });
  const draft = draftOf(graph) ?? {
    name: flow,
    keys,
    comments,
    connectors: [],
    steps: [{ name: 'nothing', keys: { gate: true }, comments: [] }],
  };
  return {
    ...draft,
    steps: draft.steps.map((step) => {
      const timer = timers.get(step.name);
      return timer === undefined
        ? step
        : { ...step, keys: { ...step.keys, ...timer.keys }, comments: [...step.comments, timer.comment] };
    }),
  };
}

function titleOf(activity: string): string {
  const text = activity
    .toWellFormed()
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return text.slice(0, 200) || 'activity';
}

function seenIn(cases: readonly LoggedCase[], activities: readonly string[]): ReadonlyMap<string, number> {
  const seen = new Map<string, number>();
  for (const { events } of cases) {
    for (const activity of new Set(events.map((event) => event.activity))) {
      const name = activities[activity] ?? '';
      seen.set(name, (seen.get(name) ?? 0) + 1);
    }
  }
  return seen;
}

function written(found: {
  readonly tree: ProcessTree;
  readonly log: GatheredLog;
  readonly options: DiscoverOptions;
  readonly keptCases: readonly LoggedCase[];
  readonly kept: TraceLog;
  readonly variants: TraceLog;
  readonly names: StepNames;
  readonly stepOf: (activity: number) => string;
}): Discovered {
  const { tree, log, options, keptCases, kept, variants, names, stepOf } = found;
  const { flow, percentile: share, zone } = options;
  const seen = seenIn(keptCases, log.activities);
  const bare = draftFor(tree, { flow, names, seen, keys: {}, comments: [], timers: new Map() });
  const text = writeYaml([], [bare]);
  const tried = tryFlow(text, { flow, cases: keptCases, stepOf });
  const all =
    keptCases.length === log.cases.length ? tried : tryFlow(text, { flow, cases: log.cases, stepOf });
  const timers = share === null ? new Map() : timersFor(tried, share);
  const daily = share === null ? null : dayTimes(keptCases, { flow, zone, share });
  const deadline = share === null || daily !== null ? null : deadlineFor(keptCases, share);
  const percent = (part: number, whole: number) => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
  const comments = [
    `Found by milepost discover in ${options.source}: ${log.cases.length} cases, ${log.events} events, ${many(variants.length, 'variant')}.`,
    `Learnt from ${keptCases.length} cases of ${many(kept.length, 'variant')} (cover ${options.cover}, noise ${options.noise}); inductive miner, Leemans, Fahland, van der Aalst 2013.`,
    `${tried.fitting} of these (${percent(tried.fitting, tried.cases)}) go through it without leaving it; of all cases ${all.fitting} (${percent(all.fitting, all.cases)}).`,
    ...(share === null ? ['The log has no times of its own, so there are no timers.'] : []),
    ...(daily?.comments ?? []),
    ...(deadline === null ? [] : [deadline.comment]),
  ];
  const keys: PlainMap = { ...(daily?.keys ?? {}), ...(deadline?.keys ?? {}) };
  const draft = draftFor(tree, { flow, names, seen, keys, comments, timers });
  return {
    yaml: writeYaml([], [draft], daily === null ? [] : [daily.calendar]),
    report: {
      cases: log.cases.length,
      events: log.events,
      activities: log.activities.length,
      variants: variants.length,
      keptCases: keptCases.length,
      keptVariants: kept.length,
      fitting: tried.fitting,
      fittingOfAll: all.fitting,
      timers: timers.size,
    },
  };
}

/** A timer for each step that was expected often enough, and as a rule ended. */
function timersFor({ spans }: Tried, share: number): Drafting['timers'] {
  const timers = new Map<string, { readonly keys: PlainMap; readonly comment: string }>();
  for (const [step, all] of spans) {
    const time = percentile(all, share);
    if (all.length < LEAST || time === null || time === 0 || !Number.isFinite(time)) continue;
    const slow = { after: 'activated', in: readableSpan(time), until: 'committed' };
    const comment = `${Math.round(share * 1000) / 10} % of ${all.length} times it was expected no longer than this.`;
    timers.set(step, { keys: { timers: { slow } }, comment });
  }
  return timers;
}

function deadlineFor(
  cases: readonly LoggedCase[],
  share: number,
): { readonly keys: PlainMap; readonly comment: string } | null {
  const spans = cases.map(({ events }) => (events.at(-1)?.time ?? 0) - (events[0]?.time ?? 0));
  const time = percentile(spans, share);
  if (spans.length < LEAST || time === null || time === 0) return null;
  return {
    keys: { deadline: { in: readableSpan(time) } },
    comment: `${Math.round(share * 1000) / 10} % of ${spans.length} cases had ended by the deadline.`,
  };
}
