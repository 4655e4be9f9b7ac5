import type { Definitions, Flow } from '../../definitions/index.ts';
import type { Reader } from '../../engine/index.ts';

const MOST = 8;
const NOTHING = {
  flow: null,
  view: null,
  key: null,
  step: null,
  id: null,
  text: null,
  health: null,
  severity: null,
  open: null,
  tradingDay: null,
};

/** Flows, views, steps, instances and alarms that a text is found in: at most eight of each, what has a title by how early. */
export async function search(reader: Reader, definitions: Definitions, asked: string): Promise<object> {
  const wanted = asked.trim().toLowerCase();
  if (wanted === '') return { items: [] };
  const flows = [...definitions.flows.values()];
  const titleOf = (flow: string) => definitions.flows.get(flow)?.title ?? null;
  const { instances, alarms } = await reader.find(asked.trim(), MOST);
  const foundFlows = ranked(flows, (flow) => rank(wanted, flow)).map((flow) => ({
    ...NOTHING,
    kind: 'flow',
    flow: flow.name,
    title: flow.title,
  }));
  const steps = flows.flatMap((flow) => flow.steps.map((step) => ({ flow, step })));
  const foundSteps = ranked(steps, ({ step }) => rank(wanted, step)).map(({ flow, step }) => ({
    ...NOTHING,
    kind: 'step',
    flow: flow.name,
    step: step.name,
    title: step.title,
  }));
  const foundViews = ranked([...definitions.views.values()], (view) => rank(wanted, view)).map((view) => ({
    ...NOTHING,
    kind: 'view',
    view: view.name,
    title: view.title,
  }));
  const foundInstances = instances.map(({ flow, key, health, tradingDay }) => ({
    ...NOTHING,
    kind: 'instance',
    flow,
    key,
    title: titleOf(flow),
    health,
    tradingDay,
  }));
  const foundAlarms = alarms.map(({ id, flow, key, step, name, text, severity, clearedAt, tradingDay }) => ({
    ...NOTHING,
    kind: 'alarm',
    flow,
    key,
    step,
    id,
    title: name,
    text,
    severity,
    open: clearedAt === null,
    tradingDay,
  }));
  return { items: [...foundFlows, ...foundViews, ...foundInstances, ...foundSteps, ...foundAlarms] };
}

function ranked<T>(all: readonly T[], rankOf: (one: T) => number): readonly T[] {
  return all
    .map((one) => ({ one, rank: rankOf(one) }))
    .filter(({ rank: at }) => at < Number.POSITIVE_INFINITY)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST)
    .map(({ one }) => one);
}

/** Where the text begins in the name or a title; infinite where it is in none. */
function rank(wanted: string, { name, title }: Pick<Flow, 'name' | 'title'>): number {
  const texts = [name, ...(typeof title === 'string' ? [title] : Object.values(title ?? {}))];
  const places = texts
    .filter((text): text is string => typeof text === 'string')
    .map((text) => text.toLowerCase().indexOf(wanted))
    .filter((place) => place >= 0);
  return Math.min(Number.POSITIVE_INFINITY, ...places);
}
