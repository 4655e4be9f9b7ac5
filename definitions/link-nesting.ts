/**
 * How flows hang together: which flow nests which, which is expected after which, and by which the source of which is heard.
 *
 * 1. Nesting, `start.after` and `source` have no circles.
 * 2. A child's key says which step of which flow it belongs to: of the suffixes under which one flow is nested, none
 *    ends with another.
 */
import type { FlowDocument, StepDocument } from './document.ts';
import { type Findings, formatPlace, unknownName } from './findings.ts';
import type { Nested, ParentLink } from './flow.ts';
import { type Arc, refuseCircles } from './link-circles.ts';
import { linkSuffixes } from './link-key.ts';
import { lacks, VARIANT } from './lost.ts';
import type { Located, Place } from './place.ts';

export interface Nesting {
  /** of every step that is a nested flow and is well defined */
  readonly nested: ReadonlyMap<StepDocument, Nested>;
  /** by the name of the nested flow, in the order of the documents */
  readonly parents: ReadonlyMap<string, readonly ParentLink[]>;
  /** by the name of the flow that the others start after */
  readonly followers: ReadonlyMap<string, readonly string[]>;
  /** by the name of the flow by which the source of the others is heard */
  readonly heard: ReadonlyMap<string, readonly string[]>;
}

interface Link extends ParentLink {
  readonly at: Place;
}

/**
 * Looks up nested flows and predecessors, and refuses circles and keys that two steps could claim. Flows without a name
 * lead somewhere, and nothing leads to them.
 */
export function linkNesting(
  found: {
    readonly flows: ReadonlyMap<string, FlowDocument>;
    readonly nameless: readonly FlowDocument[];
    readonly mayBeUnread: (kind: 'flow', name: string) => boolean;
  },
  findings: Findings,
): Nesting {
  const { flows, nameless, mayBeUnread } = found;
  const nested = new Map<StepDocument, Nested>();
  const parents = new Map<string, Link[]>();
  const followers = new Map<string, string[]>();
  const nestArcs = new Map<string, Arc[]>();
  const afterArcs = new Map<string, Arc[]>();
  const heard = new Map<string, string[]>();
  const sourceArcs = new Map<string, Arc[]>();

  const isFlow = ({ value, at }: Located<string>): boolean => {
    const known = flows.has(value);
    if (!known && !mayBeUnread('flow', value))
      findings.error(at, 'unknown-flow', unknownName('flow', value, flows.keys()));
    return known;
  };
  for (const flow of nameless) {
    for (const step of flow.steps.filter(isNested)) {
      linkSuffixes(step, findings);
      if (step.flow !== null) isFlow(step.flow);
    }
    if (flow.start?.kind === 'after') isFlow(flow.start.after);
    if (flow.source !== null) isFlow(flow.source);
  }
  for (const flow of flows.values()) {
    flow.steps.forEach((step, index) => {
      if (!isNested(step)) return;
      const suffixes = linkSuffixes(step, findings);
      if (step.flow === null || !isFlow(step.flow)) return;
      const { value: child, at } = step.flow;
      append(nestArcs, flow.name, { to: child, at });
      if (suffixes === null) return;
      nested.set(step, { flow: child, suffixes });
      for (const suffix of suffixes) append(parents, child, { flow: flow.name, step: index, suffix, at });
    });
    if (flow.source !== null && isFlow(flow.source)) {
      append(sourceArcs, flow.name, { to: flow.source.value, at: flow.source.at });
      append(heard, flow.source.value, flow.name);
    }
    if (flow.start?.kind !== 'after') continue;
    const { value: leader, at } = flow.start.after;
    if (!isFlow(flow.start.after)) continue;
    append(afterArcs, flow.name, { to: leader, at });
    append(followers, leader, flow.name);
  }

  for (const links of parents.values()) refuseSharedKeys(links, flows, findings);
  refuseCircles(nestArcs, (at, path) =>
    findings.error(at, 'nesting-circle', `flows nest in a circle: ${path}; take one of these steps out`),
  );
  refuseCircles(afterArcs, (at, path) =>
    findings.error(at, 'start-circle', `flows wait for each other to start: ${path}; give one another start`),
  );
  refuseCircles(sourceArcs, (at, path) =>
    findings.error(
      at,
      'source-circle',
      `flows are each other's source: ${path}; name a flow that only its source keeps alive`,
    ),
  );
  return {
    nested,
    parents: new Map(
      [...parents].map(([child, links]) => [
        child,
        links.map(({ flow, step, suffix }) => ({ flow, step, suffix })),
      ]),
    ),
    followers,
    heard,
  };
}

/** Whether a step is a nested flow for certain, also where the name of that flow is lost. */
function isNested(step: StepDocument): boolean {
  return (step.flow !== null || lacks(step, 'flow')) && !lacks(step, VARIANT);
}

function refuseSharedKeys(
  links: readonly Link[],
  flows: ReadonlyMap<string, FlowDocument>,
  findings: Findings,
): void {
  const bySuffix = new Map<string, Link>();
  for (const link of links) {
    const same = bySuffix.get(link.suffix);
    if (same === undefined) bySuffix.set(link.suffix, link);
    else refuse(same, link);
  }
  for (const link of bySuffix.values()) {
    for (const tail of tailsOf(link.suffix)) {
      const other = bySuffix.get(tail);
      if (other !== undefined) refuse(other, link);
    }
  }

  function refuse(one: Link, two: Link): void {
    if (one.flow === two.flow && one.step === two.step) return;
    const [first, second] = links.indexOf(one) < links.indexOf(two) ? [one, two] : [two, one];
    findings.error(
      second.at,
      'ambiguous-key',
      `${nameOf(second)} and ${nameOf(first)} at ${formatPlace(first.at)} could claim the same key of the nested flow; ` +
        `give each a key of its own, such as '{key}/${flows.get(second.flow)?.steps[second.step]?.name ?? 'name'}'`,
    );
  }

  function nameOf(link: Link): string {
    return `step '${flows.get(link.flow)?.steps[link.step]?.name ?? link.step}' of flow '${link.flow}'`;
  }
}

/** Every shorter end of a suffix that is a suffix itself: of `/a/b` these are `/b` and the empty one. */
function tailsOf(suffix: string): readonly string[] {
  const parts = suffix.split('/').slice(1);
  return parts.map((_, index) =>
    parts
      .slice(index + 1)
      .map((part) => `/${part}`)
      .join(''),
  );
}

function append<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}
