/**
 * The inductive miner: a process tree that has every run of a log. Leemans, Fahland, van der Aalst, Discovering
 * Block-Structured Process Models from Event Logs, Petri Nets 2013; with `noise` over 0 the infrequent variant of the same
 * authors, Discovering Block-Structured Process Models from Event Logs Containing Infrequent Behaviour, BPM Workshops 2013.
 *
 * 1. Without noise every run of the log is a run of the tree.
 * 2. Each activity stands once in the tree.
 * 3. The same log gives the same tree.
 */
import { type Cut, findCut } from './cuts.ts';
import { followsOf, withoutNoise } from './follows.ts';
import { activity, anyOrder, node, orNothing, type ProcessTree, SILENT } from './process-tree.ts';
import { splitLog } from './split-log.ts';
import { activitiesIn, merged, projected, type Trace, type TraceLog } from './traces.ts';

/** Beyond so many activities none is tried as one that runs beside all others: it would take long. */
const MOST_TRIED = 60;

export interface Mining {
  /** from 0 (nothing is left out) up to 1 */
  readonly noise: number;
  readonly nameOf: (activity: number) => string;
}

/** Mines the tree of a log. */
export function mineTree(log: TraceLog, mining: Mining): ProcessTree {
  const empty = sum(log.filter(({ trace }) => trace.length === 0));
  const full = log.filter(({ trace }) => trace.length > 0);
  if (full.length === 0) return SILENT;
  if (empty > 0) {
    const tree = mineTree(full, mining);
    return empty >= mining.noise * sum(log) ? orNothing(tree) : tree;
  }
  const [only, ...more] = activitiesIn(log);
  if (only !== undefined && more.length === 0 && log.every(({ trace }) => trace.length === 1))
    return activity(mining.nameOf(only));
  const cut = cutOf(log, mining);
  if (cut !== null)
    return node(
      cut.kind,
      splitLog(log, cut).map((part) => mineTree(part, mining)),
    );
  return (
    onceInEach(log, mining) ??
    besideAll(log, mining) ??
    repeated(log, mining, endThenStart) ??
    repeated(log, mining, beforeStart) ??
    anyOrder(activitiesIn(log).map(mining.nameOf))
  );
}

function cutOf(log: TraceLog, { noise }: Mining): Cut | null {
  const follows = followsOf(log);
  return findCut(follows) ?? (noise > 0 ? findCut(withoutNoise(follows, noise)) : null);
}

function sum(log: TraceLog): number {
  return log.reduce((total, { count }) => total + count, 0);
}

/** An activity that every case has exactly once runs beside the rest. */
function onceInEach(log: TraceLog, mining: Mining): ProcessTree | null {
  const all = activitiesIn(log);
  if (all.length < 2) return null;
  const once = all.find((each) =>
    log.every(({ trace }) => trace.filter((doing) => doing.activity === each).length === 1),
  );
  return once === undefined ? null : apart(log, once, mining);
}

/** An activity without which there is a cut runs beside the rest. */
function besideAll(log: TraceLog, mining: Mining): ProcessTree | null {
  const all = activitiesIn(log);
  if (all.length < 2 || all.length > MOST_TRIED) return null;
  const free = all.find((each) => {
    const rest = projected(log, new Set(all.filter((other) => other !== each))).filter(
      ({ trace }) => trace.length > 0,
    );
    return rest.length > 0 && (cutOf(rest, mining) !== null || activitiesIn(rest).length === 1);
  });
  return free === undefined ? null : apart(log, free, mining);
}

function apart(log: TraceLog, one: number, mining: Mining): ProcessTree {
  const rest = new Set(activitiesIn(log).filter((other) => other !== one));
  return node('parallel', [
    mineTree(projected(log, new Set([one])), mining),
    mineTree(projected(log, rest), mining),
  ]);
}

type Cutting = (before: Trace[number], here: Trace[number], follows: ReturnType<typeof followsOf>) => boolean;

const endThenStart: Cutting = (before, here, { starts, ends }) =>
  ends.has(before.activity) && starts.has(here.activity);

const beforeStart: Cutting = (_, here, { starts }) => starts.has(here.activity);

/** Runs that are several rounds of the same. */
function repeated(log: TraceLog, mining: Mining, cuts: Cutting): ProcessTree | null {
  const follows = followsOf(log);
  const rounds = log.flatMap(({ trace, count }) => {
    const parts: Trace[number][][] = [[]];
    trace.forEach((doing, index) => {
      const before = trace[index - 1];
      if (before !== undefined && doing.start > before.end && cuts(before, doing, follows)) parts.push([]);
      parts.at(-1)?.push(doing);
    });
    return parts.map((part) => ({ trace: part, count }));
  });
  if (rounds.length === log.length) return null;
  return node('loop', [mineTree(merged(rounds), mining), SILENT]);
}
