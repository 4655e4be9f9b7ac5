import type { ParamDocument } from './document.ts';
import type { Findings } from './findings.ts';
import { type Edge, leadersOf } from './link-graph.ts';
import { lacks } from './lost.ts';

/** A step as far as copying needs it; one that is `open` may have any parameter, since not all of them are known. */
export interface CopyingStep {
  readonly name: string;
  readonly gate: boolean;
  readonly open: boolean;
  readonly params: readonly ParamDocument[];
}

/**
 * Checks parameters that are copied (`from:`) from the step that led here: a warning where no step that can lead here
 * has such a parameter (a start step may do without), an error where one has it with another type.
 */
export function checkFrom(
  steps: readonly CopyingStep[],
  graph: {
    readonly edges: readonly Edge[];
    readonly startSteps: readonly number[];
    /** no connector and no step is left out */
    readonly whole: boolean;
  },
  findings: Findings,
): void {
  const { edges, startSteps, whole } = graph;
  const isGate = steps.map((step) => step.gate);
  steps.forEach((step, index) => {
    const copied = step.params.filter((param) => param.from !== null);
    if (copied.length === 0) return;
    const leaders = leadersOf(index, edges, isGate).flatMap((leader) => steps[leader] ?? []);
    for (const copy of copied) {
      const { name, type, from } = copy;
      if (from === null) continue;
      const sources = leaders.flatMap((leader) =>
        leader.params.filter((param) => param.name === from.value).map((param) => ({ leader, param })),
      );
      for (const { leader, param } of sources) {
        if (param.type === type || lacks(param, 'type') || lacks(copy, 'type')) continue;
        const message = `'${name}' of step '${step.name}' is a ${type}, but '${from.value}' of step '${leader.name}' is a ${param.type}; make them the same`;
        findings.error(from.at, 'from-type', message);
      }
      if (sources.length > 0 || startSteps.includes(index)) continue;
      if (!whole || leaders.some((leader) => leader.open)) continue;
      const message = `no step that leads to '${step.name}' has a parameter '${from.value}'; '${name}' would never be copied`;
      findings.warning(from.at, 'from-nowhere', message);
    }
  });
}
