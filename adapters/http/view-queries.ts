/** What the API shows of business views: how they stand on a trading day, why, and the events of what they show. */
import { formatTime, shown } from '../../checkpoints/index.ts';
import { closest, type Definitions, type Title, type View } from '../../definitions/index.ts';
import type { EventsOf, NodeStatus, Part, Reader, ViewStatus, ViewStatuses } from '../../engine/index.ts';
import { tradingDayNow } from './looking-back.ts';
import type { Values } from './parameters.ts';
import { viewJournalRecord } from './record-views.ts';
import { Refusal } from './refusal.ts';

export interface ViewQueryOptions {
  readonly reader: Pick<Reader, 'latest'>;
  readonly definitions: () => Definitions;
  readonly now: () => number;
  /** how business views stand on a day */
  readonly viewStatuses: (
    definitions: Definitions,
    views: readonly View[],
    day: string,
    now: number,
  ) => Promise<ViewStatuses>;
}

/** Of a node that shows more, the worst are told. */
const MOST_PARTS = 50;
/** Events are sought in so many instances, those of the worst parts first. */
const MOST_SOURCES = 200;

/** The reads, by name; each from checked parameters to a JSON value. */
export function viewQueries(options: ViewQueryOptions) {
  const { definitions, now, reader } = options;

  async function ask(values: Values, views: readonly View[]) {
    const [set, at] = [definitions(), now()];
    const day = values.text('day') ?? tradingDayNow(set, at);
    return { day, at, statuses: await options.viewStatuses(set, views, day, at) };
  }

  function find(name: string): View {
    const { views } = definitions();
    const view = views.get(name);
    if (view !== undefined) return view;
    const near = closest(name, views.keys());
    const remedy = near === null ? 'list the views with GET /api/v1/views' : `did you mean ${near}?`;
    throw new Refusal('not-found', `there is no view "${shown(name)}"; ${remedy}`);
  }

  return {
    async list(values: Values): Promise<object> {
      const views = [...definitions().views.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
      if (views.length === 0) {
        const day = values.text('day') ?? tradingDayNow(definitions(), now());
        return { day, asOf: formatTime(now()), items: [] };
      }
      const { day, at, statuses } = await ask(values, views);
      const items = views.map((view) => {
        const { status, counts, worst } = statuses.of(view);
        const nodes = view.nodes.length;
        return { ...named(view), status, counts, worst: partOrNull(worst), nodes, parents: view.parents };
      });
      return { day, asOf: formatTime(at), items };
    },

    async one(name: string, values: Values): Promise<object> {
      const view = find(name);
      const { day, at, statuses } = await ask(values, [view]);
      const found: ViewStatus = statuses.of(view);
      const parents = view.parents.flatMap((parent) => definitions().views.get(parent) ?? []);
      return {
        ...named(view),
        day,
        asOf: formatTime(at),
        status: found.status,
        counts: found.counts,
        worst: partOrNull(found.worst),
        parents: parents.map(named),
        nodes: found.nodes.map(viewNode),
        links: view.links,
        notes: view.notes.map(({ text, spot }) => ({ text, x: spot?.x ?? null, y: spot?.y ?? null })),
      };
    },

    async events(name: string, values: Values): Promise<object> {
      const view = find(name);
      const { day, statuses } = await ask(values, [view]);
      const wanted = values.text('node');
      const { nodes } = statuses.of(view);
      const chosen = wanted === undefined ? nodes : nodes.filter(({ node }) => node.name === wanted);
      if (chosen.length === 0 && wanted !== undefined) {
        const near = closest(
          wanted,
          view.nodes.map((node) => node.name),
        );
        const remedy = near === null ? `its nodes are in GET /api/v1/views/${name}` : `did you mean ${near}?`;
        throw new Refusal('not-found', `the view ${name} has no node "${shown(wanted)}"; ${remedy}`);
      }
      const limit = values.number('limit') ?? 100;
      const sources: readonly EventsOf[] = statuses.eventsOf(chosen).slice(0, MOST_SOURCES);
      const found = await reader.latest(sources, limit + 1);
      return { day, items: found.slice(0, limit).map(viewJournalRecord), more: found.length > limit };
    },
  };
}

/** The views that show a flow, or steps of it: by themselves, by their type, or with its group. */
export function viewsShowing(definitions: Definitions, flow: string): readonly object[] {
  return [...definitions.views.values()].flatMap((view) => {
    const shown = view.nodes.map(({ shows }) => shows);
    const whole = shown.some(
      (each) =>
        (each.kind === 'flow' && each.flow === flow) || (each.kind === 'group' && each.flows.includes(flow)),
    );
    const steps = shown.flatMap((each) => {
      if (each.kind === 'checkpoint') return each.steps.filter((one) => one.flow === flow);
      return each.kind === 'step' && each.flow === flow ? [each] : [];
    });
    if (!whole && steps.length === 0) return [];
    return [{ ...named(view), whole, steps: [...new Set(steps.map(({ step }) => step))] }];
  });
}

function named({ name, title }: View): { readonly name: string; readonly title: Title | null } {
  return { name, title };
}

function viewNode({ node, status, counts, parts }: NodeStatus): object {
  const { shows, spot } = node;
  return {
    id: node.name,
    title: node.title,
    kind: shows.kind,
    flow: 'flow' in shows ? shows.flow : null,
    step: 'step' in shows ? shows.step : null,
    checkpoint: 'checkpoint' in shows ? shows.checkpoint : null,
    group: 'group' in shows ? shows.group : null,
    view: 'view' in shows ? shows.view : null,
    x: spot?.x ?? null,
    y: spot?.y ?? null,
    status,
    counts,
    parts: parts.slice(0, MOST_PARTS).map(viewPart),
  };
}

function partOrNull(part: Part | null): object | null {
  return part === null ? null : viewPart(part);
}

function viewPart(part: Part): object {
  const { waiver } = part.reason;
  const told = waiver === null ? null : { by: waiver.by, reason: waiver.reason };
  return { ...part, reason: { ...part.reason, waiver: told }, text: textOf(part) };
}

/** The reason in words. */
function textOf({ reason, step }: Part): string {
  const of = reason.step === null ? '' : ` «${english(reason.step.title, reason.step.name)}»`;
  switch (reason.kind) {
    case 'alarm':
      return reason.alarm?.text ?? '';
    case 'waiting':
      if (step !== null) return 'expected now';
      return of === '' ? 'not started' : `waiting for${of}`;
    case 'running':
      return `running${of}`;
    case 'missing':
      return 'did not run';
    case 'late':
      return 'finished late';
    case 'unknown':
      return 'not watched at its time';
    case 'not-due':
      return 'not due yet';
    case 'excused':
      return reason.waiver === null ? 'excused' : `excused by ${reason.waiver.by}: ${reason.waiver.reason}`;
    case 'done':
    case 'failed':
    case 'withdrawn':
      return reason.kind;
    default:
      return reason.kind satisfies never;
  }
}

function english(title: Title | null, name: string): string {
  if (title === null) return name;
  return typeof title === 'string' ? title : (title.en ?? title.zh ?? name);
}
