/**
 * The graph of a flow: which steps begin it, what leads where, which steps nothing leads to. Steps and connectors are
 * known by their index; names and expressions are no business of this file.
 *
 * 1. A step whose only incoming connectors are its own loops is a start step; where loops leave none, step 0 is.
 * 2. A step reaches itself only through a loop of one or more connectors.
 * 3. What a join waits for is sought on paths that avoid the join itself, so `reach` is false for the join.
 */

/** A connector as the graph sees it: two step indexes. */
export interface Edge {
  readonly from: number;
  readonly to: number;
}

/** What the graph knows of one step; the fields are documented at `Step`. */
export interface StepGraph {
  readonly outgoing: readonly number[];
  readonly incoming: readonly number[];
  readonly reach: readonly (readonly boolean[])[];
  readonly reachable: readonly boolean[];
}

export interface Graph {
  readonly steps: readonly StepGraph[];
  readonly startSteps: readonly number[];
  /** steps that no path from a start step leads to */
  readonly unreachable: readonly number[];
  /** gates on a loop of nothing but gates, which would go round forever */
  readonly gateLoops: readonly number[];
}

/** Computes the graph of a flow, its steps and connectors in file order. */
export function linkGraph(
  steps: readonly { readonly join: 'all' | 'any'; readonly gate: boolean }[],
  edges: readonly Edge[],
): Graph {
  const outgoing: number[][] = steps.map(() => []);
  const incoming: number[][] = steps.map(() => []);
  edges.forEach((edge, index) => {
    outgoing[edge.from]?.push(index);
    incoming[edge.to]?.push(index);
  });
  const sources = incoming.map((list) => list.map((index) => edges[index]?.from ?? 0));
  const targets = outgoing.map((list) => list.map((index) => edges[index]?.to ?? 0));

  const startSteps = findStartSteps(sources);
  const reached = visit(targets, startSteps, -1);
  return {
    steps: steps.map(({ join }, step) => ({
      outgoing: outgoing[step] ?? [],
      incoming: incoming[step] ?? [],
      reach: join === 'all' ? reachOf(step, sources) : [],
      reachable: visit(sources, sources[step] ?? [], -1),
    })),
    startSteps,
    unreachable: indexesWhere(reached, false),
    gateLoops: findGateLoops(steps, sources),
  };
}

/** The steps other than gates that can have led to `step`, directly or through gates; itself where a loop does. */
export function leadersOf(
  step: number,
  edges: readonly Edge[],
  isGate: readonly boolean[],
): readonly number[] {
  const seen = new Set<number>();
  const pending = [step];
  for (let target = pending.pop(); target !== undefined; target = pending.pop()) {
    for (const edge of edges) {
      if (edge.to !== target || seen.has(edge.from)) continue;
      seen.add(edge.from);
      if (isGate[edge.from]) pending.push(edge.from);
    }
  }
  return [...seen].filter((leader) => !isGate[leader]).sort((a, b) => a - b);
}

function findStartSteps(sources: readonly (readonly number[])[]): readonly number[] {
  const starts = sources.flatMap((from, step) => (from.every((source) => source === step) ? [step] : []));
  return starts.length > 0 || sources.length === 0 ? starts : [0];
}

function findGateLoops(
  steps: readonly { readonly gate: boolean }[],
  sources: readonly (readonly number[])[],
): readonly number[] {
  const gates = sources.map((from, step) =>
    steps[step]?.gate ? from.filter((source) => steps[source]?.gate) : [],
  );
  return gates.flatMap((from, step) => (visit(gates, from, -1)[step] ? [step] : []));
}

function indexesWhere(marks: readonly boolean[], wanted: boolean): readonly number[] {
  return marks.flatMap((mark, index) => (mark === wanted ? [index] : []));
}

function reachOf(step: number, sources: readonly (readonly number[])[]): readonly (readonly boolean[])[] {
  const own = sources[step] ?? [];
  return own.length < 2 ? [] : own.map((source) => visit(sources, [source], step));
}

/** Marks every step that can be visited from `starts` along `neighbours` without entering `avoid`. */
function visit(
  neighbours: readonly (readonly number[])[],
  starts: readonly number[],
  avoid: number,
): readonly boolean[] {
  const marks = neighbours.map(() => false);
  const pending: number[] = [];
  const enter = (step: number) => {
    if (step === avoid || marks[step]) return;
    marks[step] = true;
    pending.push(step);
  };
  starts.forEach(enter);
  for (let step = pending.pop(); step !== undefined; step = pending.pop()) neighbours[step]?.forEach(enter);
  return marks;
}
