/**
 * Documents of the kind `view` -> business views: what their nodes show is looked up, with its place and what was
 * probably meant.
 *
 * 1. A node that is linked shows something that there is; a checkpoint type or a view may come to nothing all the same.
 * 2. Views nest, and never in a circle.
 */
import type { CheckpointDocument, Document, FlowDocument } from './document.ts';
import { type Findings, unknownName } from './findings.ts';
import { type Arc, refuseCircles } from './link-circles.ts';
import { lacks } from './lost.ts';
import type { Located } from './place.ts';
import type { Title } from './title.ts';
import type { Shown, StepOfFlow, View, ViewNode } from './view.ts';
import type { ViewDocument, ViewNodeDocument } from './view-document.ts';

export interface ViewContext {
  readonly flows: ReadonlyMap<string, FlowDocument>;
  readonly types: ReadonlyMap<string, CheckpointDocument>;
  readonly mayBeUnread: (kind: Document['kind'], name: string) => boolean;
  /** there is no flow that could not be read */
  readonly complete: boolean;
  readonly findings: Findings;
}

interface Linking extends ViewContext {
  readonly views: ReadonlyMap<string, ViewDocument>;
}

/** Links all views, in the order of the documents; those without a name are only looked at. */
export function linkViews(
  found: { readonly named: ReadonlyMap<string, ViewDocument>; readonly nameless: readonly ViewDocument[] },
  context: ViewContext,
): ReadonlyMap<string, View> {
  const linking: Linking = { ...context, views: found.named };
  const arcs = new Map<string, readonly Arc[]>();
  for (const view of found.named.values()) arcs.set(view.name, arcsOf(view));
  refuseCircles(arcs, (at, path) =>
    context.findings.error(
      at,
      'view-circle',
      `views show each other in a circle: ${path}; take one of these nodes out`,
    ),
  );
  for (const view of found.nameless) linkView(view, linking);
  return new Map([...found.named].map(([name, view]) => [name, linkView(view, linking)]));
}

function arcsOf({ nodes }: ViewDocument): readonly Arc[] {
  return nodes.flatMap(({ shows }) =>
    shows.kind === 'view' ? [{ to: shows.view.value, at: shows.view.at }] : [],
  );
}

function linkView(view: ViewDocument, linking: Linking): View {
  const nodes = view.nodes.flatMap((node) => linkNode(node, linking) ?? []);
  checkLinks(view, linking.findings);
  return {
    name: view.name,
    title: view.title,
    nodes,
    links: view.links.map(({ from, to, label }) => ({ from: from.value, to: to.value, label })),
    notes: view.notes.map(({ text, spot }) => ({ text, spot })),
    parents: [...linking.views.values()]
      .filter((other) => arcsOf(other).some(({ to }) => to === view.name))
      .map(({ name }) => name),
    at: view.at,
  };
}

function checkLinks({ nodes, links, ...view }: ViewDocument, findings: Findings): void {
  const names = new Set(nodes.map(({ name }) => name));
  const sure = !lacks(view, 'nodes') && nodes.every((node) => !lacks(node, 'name'));
  for (const { at, from, to } of links) {
    for (const end of [from, to])
      if (sure && !names.has(end.value))
        findings.error(end.at, 'unknown-node', unknownName('node of this view', end.value, names));
    if (from.value === to.value)
      findings.error(
        at,
        'self-link',
        'a link joins two nodes, and this one begins and ends at the same: name another',
      );
  }
}

/** The node with what it shows; null where that is not there, which is said unless it may be in what was not read. */
function linkNode(node: ViewNodeDocument, linking: Linking): ViewNode | null {
  const { name, spot, at } = node;
  const found = lookUp(node, linking);
  return found === null ? null : { name, title: node.title ?? found.title, shows: found.shows, spot, at };
}

function lookUp(
  { shows }: ViewNodeDocument,
  { flows, types, views, mayBeUnread, complete, findings }: Linking,
): { readonly shows: Shown; readonly title: Title } | null {
  const unknown = (
    kind: 'flow' | 'checkpoint' | 'view',
    { value, at }: Located<string>,
    names: Iterable<string>,
  ) => {
    if (!mayBeUnread(kind, value)) findings.error(at, `unknown-${kind}`, unknownName(kind, value, names));
    return null;
  };
  switch (shows.kind) {
    case 'flow': {
      const flow = flows.get(shows.flow.value);
      if (flow === undefined) return unknown('flow', shows.flow, flows.keys());
      if (shows.step === null)
        return { shows: { kind: 'flow', flow: flow.name }, title: flow.title ?? flow.name };
      return lookUpStep(flow, shows.step, findings);
    }
    case 'checkpoint': {
      const type = types.get(shows.checkpoint.value);
      if (type === undefined) return unknown('checkpoint', shows.checkpoint, types.keys());
      const steps = [...flows.values()].flatMap((flow) => stepsOfType(flow, type.name));
      return { shows: { kind: 'checkpoint', checkpoint: type.name, steps }, title: type.title ?? type.name };
    }
    case 'group': {
      const { value, at } = shows.group;
      const members = [...flows.values()].filter(({ group }) => group === value).map(({ name }) => name);
      const sure = complete && [...flows.values()].every((flow) => !lacks(flow, 'group'));
      if (members.length === 0) {
        const groups = new Set([...flows.values()].flatMap(({ group }) => group ?? []));
        if (sure) findings.error(at, 'unknown-group', unknownName('group of flows', value, groups));
        return null;
      }
      return { shows: { kind: 'group', group: value, flows: members }, title: value };
    }
    case 'view': {
      const view = views.get(shows.view.value);
      if (view === undefined) return unknown('view', shows.view, views.keys());
      return { shows: { kind: 'view', view: view.name }, title: view.title ?? view.name };
    }
    case 'label':
      return { shows: { kind: 'label' }, title: shows.label };
    default:
      return shows satisfies never;
  }
}

function lookUpStep(
  flow: FlowDocument,
  { value, at }: Located<string>,
  findings: Findings,
): { readonly shows: Shown; readonly title: Title } | null {
  const step = flow.steps.find(({ name }) => name === value);
  if (step !== undefined)
    return { shows: { kind: 'step', flow: flow.name, step: value }, title: step.title ?? value };
  const names = flow.steps.map(({ name }) => name);
  const sure = !lacks(flow, 'steps') && flow.steps.every((each) => !lacks(each, 'name'));
  if (sure) findings.error(at, 'unknown-step', unknownName(`step of flow '${flow.name}'`, value, names));
  return null;
}

function stepsOfType(flow: FlowDocument, type: string): readonly StepOfFlow[] {
  return flow.steps
    .filter(({ checkpoint }) => checkpoint?.value === type)
    .map(({ name: step }) => ({ flow: flow.name, step }));
}
