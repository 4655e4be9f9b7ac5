/**
 * What tests of definitions have reached: steps, connectors, rules and timers. It listens to decisions and changes nothing.
 *
 * 1. A step is reached when it has reported (a gate: when it was passed), a connector when it was taken, a rule when its condition held and its actions
 *    were done, a timer when it ran out.
 * 2. What is of a checkpoint type counts for each step of it apart: reached in one flow is not reached in another.
 */
import type { Definitions, Flow, Place } from '../definitions/index.ts';
import type { Trace } from './trace.ts';

export interface CoverageItem {
  readonly kind: 'step' | 'connector' | 'rule' | 'timer';
  readonly flow: string;
  /** `receive`, `receive->check#1`, `receive/committed/1`, `receive/stalled` */
  readonly name: string;
  readonly at: Place;
  /** how often it was reached */
  readonly hits: number;
  /** of rules: how often its condition was asked, whatever it gave */
  readonly asked: number;
}

export interface Coverage {
  readonly trace: Trace;
  /** every step, connector, rule and timer, in the order of the definitions */
  items(): readonly CoverageItem[];
}

/** Begins to listen; pass `trace` to the runs. */
export function createCoverage(definitions: Definitions): Coverage {
  const items = new Map<string, { -readonly [K in keyof CoverageItem]: CoverageItem[K] }>();
  for (const flow of definitions.flows.values())
    for (const item of itemsOf(flow)) items.set(idOf(item), { ...item, hits: 0, asked: 0 });
  const of = (kind: CoverageItem['kind'], flow: string, name: string) =>
    items.get(idOf({ kind, flow, name }));

  const trace: Trace = (before, entry) => {
    const flow = definitions.flows.get(before.flow);
    if (flow === undefined) return;
    const hit = (kind: CoverageItem['kind'], name: string) => {
      const item = of(kind, flow.name, name);
      if (item !== undefined) item.hits++;
    };
    switch (entry.kind) {
      case 'step':
        if (REPORTED.has(entry.to)) hit('step', flow.steps[entry.step]?.name ?? '');
        break;
      case 'taken':
        hit('connector', connectorNames(flow)[entry.connector] ?? '');
        break;
      case 'rule': {
        const item = of('rule', flow.name, entry.rule.id);
        if (item === undefined) break;
        item.asked++;
        if (entry.held) item.hits++;
        break;
      }
      case 'happened':
        if (entry.event.startsWith('timer.'))
          hit('timer', `${flow.steps[entry.step]?.name}/${entry.event.slice('timer.'.length)}`);
        break;
      default:
        break;
    }
  };
  return { trace, items: () => [...items.values()] };
}

const REPORTED: ReadonlySet<string> = new Set(['running', 'committed', 'failed']);

type Named = Pick<CoverageItem, 'kind' | 'flow' | 'name'>;

function idOf({ kind, flow, name }: Named): string {
  return `${kind} ${flow} ${name}`;
}

function* itemsOf(flow: Flow): Generator<Named & Pick<CoverageItem, 'at'>> {
  const head = { flow: flow.name };
  const rules = [flow.on, ...flow.steps.map(({ on }) => on), ...flow.connectors.map(({ on }) => on)];
  for (const step of flow.steps) {
    yield { ...head, kind: 'step', name: step.name, at: step.at };
    for (const timer of step.timers)
      yield { ...head, kind: 'timer', name: `${step.name}/${timer.name}`, at: timer.at };
  }
  for (const [index, { at }] of flow.connectors.entries())
    yield { ...head, kind: 'connector', name: connectorNames(flow)[index] ?? '', at };
  for (const rule of rules.flatMap((on) => [...on.values()].flat()))
    yield { ...head, kind: 'rule', name: rule.id, at: rule.at };
}

const known = new WeakMap<Flow, readonly string[]>();

/** `from->to#n`, n counting the connectors between these two. */
function connectorNames(flow: Flow): readonly string[] {
  const found = known.get(flow);
  if (found !== undefined) return found;
  const counts = new Map<string, number>();
  const names = flow.connectors.map(({ from, to }) => {
    const ends = `${flow.steps[from]?.name}->${flow.steps[to]?.name}`;
    const count = (counts.get(ends) ?? 0) + 1;
    counts.set(ends, count);
    return `${ends}#${count}`;
  });
  known.set(flow, names);
  return names;
}
