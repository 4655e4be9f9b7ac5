/** What the API shows of business views: how they stand on a trading day, why, and the events of what they show. */
import { formatTime, shown } from '../../checkpoints/index.ts';
import { closest, type Definitions, type Title, type View } from '../../definitions/index.ts';
import type { EventsOf, NodeStatus, Part, Reader, ViewStatuses } from '../../engine/index.ts';
import { tradingDayNow } from './looking-back.ts';
import type { Values } from './parameters.ts';
import { viewJournalRecord } from './record-views.ts';
import { Refusal } from './refusal.ts';
import { sharedRuns } from './shared-runs.ts';

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

/** So many days are looked at by many at once, at most. */
const MOST_DAYS = 16;

interface Looked {
  readonly set: Definitions;
  readonly views: readonly View[];
  readonly day: string;
  readonly at: number;
  /** null where there is no view */
  readonly statuses: ViewStatuses | null;
}

/** The reads, by name; each from checked parameters to a JSON value. */
export function viewQueries(options: ViewQueryOptions) {
  const { definitions, now, reader } = options;
  const days = new Map<string, () => Promise<Looked>>();

  /** How all views stand on a day. Many consoles ask for it at once, when something has changed. */
  function look(values: Values): Promise<Looked> {
    const day = values.text('day') ?? tradingDayNow(definitions(), now());
    if (days.size > MOST_DAYS) days.clear();
    const ask = days.get(day) ?? sharedRuns(() => lookAt(day));
    days.set(day, ask);
    return ask();
  }

  async function lookAt(day: string): Promise<Looked> {
    const [set, at] = [definitions(), now()];
    const views = [...set.views.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    const statuses = views.length === 0 ? null : await options.viewStatuses(set, views, day, at);
    return { set, views, day, at, statuses };
  }

  async function lookOne(name: string, values: Values) {
    find(definitions(), name);
    const { set, statuses, ...rest } = await look(values);
    const view = find(set, name);
    if (statuses === null) throw new Error('broken rule: views that there are have been looked at');
    return { ...rest, set, statuses, status: statuses.of(view) };
  }

  function find({ views }: Definitions, name: string): View {
    const view = views.get(name);
    if (view !== undefined) return view;
    const near = closest(name, views.keys());
    const remedy = near === null ? 'list the views with GET /api/v1/views' : `did you mean ${near}?`;
    throw new Refusal('not-found', `there is no view "${shown(name)}"; ${remedy}`);
  }

  return {
    async list(values: Values): Promise<object> {
      const { views, day, at, statuses } = await look(values);
      const items = views.flatMap((view) => {
        if (statuses === null) return [];
        const { status, counts, worst } = statuses.of(view);
        const nodes = view.nodes.length;
        return [{ ...named(view), status, counts, worst: partOrNull(worst), nodes, parents: view.parents }];
      });
      return { day, asOf: formatTime(at), items };
    },

    async one(name: string, values: Values): Promise<object> {
      const { set, day, at, status: found } = await lookOne(name, values);
      const { view } = found;
      const parents = view.parents.flatMap((parent) => set.views.get(parent) ?? []);
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
      const { day, statuses, status } = await lookOne(name, values);
      const wanted = values.text('node');
      const { nodes } = status;
      const chosen = wanted === undefined ? nodes : nodes.filter(({ node }) => node.name === wanted);
      if (chosen.length === 0 && wanted !== undefined) {
        const near = closest(
          wanted,
          nodes.map(({ node }) => node.name),
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
function textOf({ reason, count }: Part): string {
  const of = reason.step === null ? '' : ` «${english(reason.step.title, reason.step.name)}»`;
  switch (reason.kind) {
    case 'alarm':
      return reason.alarm?.text ?? '';
    case 'waiting':
      return of === '' ? 'not started' : `waiting for${of}`;
    case 'expected':
      return 'expected now';
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
    case 'others':
      return count === 1 ? '1 more' : `${count} more`;
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
