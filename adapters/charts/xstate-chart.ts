/**
 * A flow as a statechart in the JSON of xstate, which Stately opens: one region for each step, with the life of the step;
 * a connector is a transition that the commit of one step causes in the region of another.
 *
 * It shows a flow, and runs as far as statecharts can: guards are named by their expression, which whoever runs the chart
 * must supply, and joins, `limit` and timers of the day's clock stand as descriptions only.
 */
import { type FlowDraft, isPlainMap, type Plain, type PlainMap } from '../flow-draft.ts';
import { type ShapedStep, shapeOf, titleText } from '../flow-shape.ts';

type Json = Readonly<Record<string, unknown>>;

/** The chart of one flow. */
export function exportXstate(flow: FlowDraft): Json {
  const shape = shapeOf(flow);
  const title = titleText(flow.keys.title);
  return {
    id: flow.name,
    ...(title === null ? {} : { description: title }),
    type: 'parallel',
    states: Object.fromEntries(shape.map((each) => [each.step.name, regionOf(flow, each, shape)])),
  };
}

function regionOf(flow: FlowDraft, shaped: ShapedStep, shape: readonly ShapedStep[]): Json {
  const { step, isStart, kind, join, into } = shaped;
  const { name } = step;
  const arrivals = arrivalsOf(flow, shaped, shape);
  const reports: Json =
    kind === 'gate'
      ? {}
      : {
          [`${name}.activated`]: { target: 'running' },
          [`${name}.committed`]: { target: 'committed' },
          [`${name}.exception`]: { target: 'failed' },
        };
  const beside = siblingsOf(flow, shaped, shape);
  const withdrawn = Object.fromEntries(
    beside.map((other) => [`${other}.activated`, { target: 'withdrawn' }]),
  );
  const title = titleText(step.keys.title);
  const waits = into.length > 1 && join === 'all' ? 'waits for all that can still arrive' : '';
  const says = [title ?? '', kind === 'gate' ? 'gate: commits at once' : '', waits].filter(
    (text) => text !== '',
  );
  return {
    ...(says.length === 0 ? {} : { description: says.join('; ') }),
    initial: isStart ? 'active' : 'idle',
    states: {
      idle: { on: arrivals },
      active: {
        ...(kind === 'gate' ? { always: { target: 'committed' } } : { on: { ...withdrawn, ...reports } }),
        ...after(step.keys.timers),
      },
      ...(kind === 'gate' ? {} : { running: { on: reports, ...statesOf(name, step.keys.states) } }),
      committed: { on: arrivals },
      ...(kind === 'gate' ? {} : { failed: { on: reports } }),
      ...(beside.length === 0 || kind === 'gate' ? {} : { withdrawn: { on: arrivals } }),
    },
  };
}

/** What activates a step: the commit of those that lead to it, looked for behind gates. */
function arrivalsOf(flow: FlowDraft, { step }: ShapedStep, shape: readonly ShapedStep[]): Json {
  const kinds = new Map(shape.map((each) => [each.step.name, each.kind]));
  const found = new Map<string, { readonly target: string; readonly guard?: string }>();
  const seen = new Set<string>();
  const look = (name: string) => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const { from, to, keys } of flow.connectors) {
      if (to !== name) continue;
      if (kinds.get(from) === 'gate') look(from);
      else
        found.set(`${from}.committed`, {
          target: 'active',
          ...(keys.when === undefined ? {} : { guard: String(keys.when) }),
        });
    }
  };
  look(step.name);
  return Object.fromEntries(found);
}

/** The steps that are offered beside one, directly. */
function siblingsOf(flow: FlowDraft, { step }: ShapedStep, shape: readonly ShapedStep[]): readonly string[] {
  const choices = new Set(shape.filter(({ split }) => split === 'event').map((each) => each.step.name));
  const sources = new Set(
    flow.connectors.filter(({ from, to }) => to === step.name && choices.has(from)).map(({ from }) => from),
  );
  const targets = flow.connectors
    .filter(({ from, to }) => sources.has(from) && to !== step.name)
    .map(({ to }) => to);
  return [...new Set(targets)].filter((name) =>
    shape.some((each) => each.step.name === name && each.kind !== 'gate'),
  );
}

function after(timers: Plain | undefined): Json {
  if (!isPlainMap(timers)) return {};
  const says = Object.entries(timers).map(([name, timer]) => `timer ${name}: ${JSON.stringify(timer)}`);
  return says.length === 0 ? {} : { description: says.join('; ') };
}

/** The table of user-defined states, as states within running. */
function statesOf(step: string, states: Plain | undefined): Json {
  if (!isPlainMap(states)) return {};
  const names = Object.keys(states);
  const [first] = names;
  if (first === undefined) return {};
  const ids = new Map(
    names.map((name, index) => [name, name.replace(/[^\p{L}\p{N}_-]/gu, '_') || `state-${index}`]),
  );
  const table = names.map((name) => {
    const next = [nextOf(states, name)].flat().filter((each) => ids.has(each));
    const on = Object.fromEntries(next.map((each) => [`${step}.state.${each}`, { target: ids.get(each) }]));
    return [ids.get(name) ?? name, { on }] as const;
  });
  return { initial: ids.get(first), states: Object.fromEntries(table) };
}

function nextOf(states: PlainMap, name: string): readonly string[] {
  const next = states[name];
  return Array.isArray(next) ? next.map(String) : next === null || next === undefined ? [] : [String(next)];
}
