/**
 * Random flows and random event logs for them: graphs with splits, joins, loops, gates, offers, ends, limits, guards on a
 * parameter, timers, a state table, nested flows and required starts. What the linker refuses is left out by `compiled`.
 */
import fc from 'fast-check';
import { compileDefinitions, type Definitions } from '../../../definitions/index.ts';

const START = Date.parse('2026-11-23T08:00:00Z');
export const FROM = Date.parse('2026-11-22T23:00:00Z');
export const UNTIL = Date.parse('2026-11-24T12:00:00Z');

interface RandomStep {
  readonly kind: 'checkpoint' | 'gate' | 'nested';
  readonly split: 'all' | 'first' | 'event';
  readonly join: 'all' | 'any';
  readonly end: boolean;
  readonly timer: 'none' | 'next' | 'commit' | 'time';
  readonly states: boolean;
  /** the step that leads here, as a fraction of those before it; null: a start step */
  readonly source: number | null;
}

interface RandomConnector {
  readonly from: number;
  readonly to: number;
  readonly when: string | null;
  readonly limit: number | null;
}

export interface RandomFlow {
  readonly steps: readonly RandomStep[];
  readonly connectors: readonly RandomConnector[];
  readonly guards: readonly (string | null)[];
  readonly splitStart: boolean;
  readonly start: boolean;
  readonly deadline: boolean;
  readonly disorder: number;
}

const fraction = fc.double({ min: 0, max: 0.999, noNaN: true });
const guard = fc.constantFrom(
  null,
  null,
  'N > 1',
  'N <= 1',
  'visits < 3',
  "steps.s0.status == 'committed'",
  'M > 1',
);

const step: fc.Arbitrary<RandomStep> = fc.record({
  kind: fc.constantFrom('checkpoint', 'checkpoint', 'checkpoint', 'gate', 'nested'),
  split: fc.constantFrom('all', 'all', 'first', 'event'),
  join: fc.constantFrom('all', 'all', 'any'),
  end: fc.constantFrom(false, false, true),
  timer: fc.constantFrom('none', 'next', 'commit', 'time'),
  states: fc.boolean(),
  source: fc.option(fraction, { freq: 6 }),
});

/** Flows with one to seven steps. */
export const randomFlow: fc.Arbitrary<RandomFlow> = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 7 }),
  connectors: fc.array(
    fc.record({
      from: fraction,
      to: fraction,
      when: guard,
      limit: fc.option(fc.integer({ min: 1, max: 2 })),
    }),
    { maxLength: 5 },
  ),
  guards: fc.array(guard, { minLength: 7, maxLength: 7 }),
  splitStart: fc.constantFrom(false, false, false, true),
  start: fc.boolean(),
  deadline: fc.boolean(),
  disorder: fc.constantFrom(0, 0, 60),
});

/** The YAML text of a random flow named `work`, and of the flow that its nested steps stand for. */
export function yamlOf(flow: RandomFlow): string {
  const steps = flow.steps.map((one, index) => `  s${index}: ${stepText(one, index)}`);
  const paths = flow.steps.flatMap(({ source }, index) =>
    index === 0 || source === null
      ? []
      : [{ from: Math.floor(source * index), to: index, when: flow.guards[index] ?? null, limit: null }],
  );
  const scaled = flow.connectors.map((one) => ({
    ...one,
    from: Math.floor(one.from * flow.steps.length),
    to: Math.floor(one.to * flow.steps.length),
  }));
  const connectors = [...paths, ...scaled].map((one) => connectorText(flow, one));
  const disorder = flow.disorder === 0 ? '' : `disorder: ${flow.disorder}s`;
  return [
    'flow: work',
    disorder,
    flow.splitStart ? 'split: event' : '',
    flow.start ? 'start: { by: "09:00" }' : '',
    flow.deadline ? 'deadline: { at: "20:00" }' : '',
    'steps:',
    ...steps,
    connectors.length === 0 ? '' : 'connectors:',
    ...connectors,
    '---',
    'flow: nested',
    disorder,
    'steps: { x: {}, y: {} }',
    'connectors: [{ from: x, to: y }]',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function stepText(one: RandomStep, index: number): string {
  const parts = [
    one.split === 'all' ? '' : `split: ${one.split}`,
    one.join === 'all' ? '' : `join: ${one.join}`,
    one.end ? 'end: true' : '',
  ];
  if (one.kind === 'gate') parts.push('gate: true');
  if (one.kind === 'nested') parts.push(`flow: nested, key: "{key}/n${index}"`);
  if (one.kind === 'checkpoint') {
    parts.push('params: { N: { type: number, default: 0, from: N }, M: { type: number } }');
    parts.push(
      'on: { params: { when: N > 1, do: { alarm: big } }, committed: { when: N > 2, do: { set: N, to: N - 1 } } }',
    );
    if (one.states) parts.push('states: { q: [r], r: [q, s], s: [] }');
    if (one.timer === 'next') parts.push('timers: { t: { after: activated, in: 5m } }');
    if (one.timer === 'commit') parts.push('timers: { t: { after: activated, in: 5m, until: committed } }');
    if (one.timer === 'time') parts.push('timers: { t: { at: "10:00" } }');
  }
  return `{ ${parts.filter((part) => part !== '').join(', ')} }`;
}

function connectorText(flow: RandomFlow, one: RandomConnector): string {
  const readsOwn = one.when !== null && /\b[NM]\b/.test(one.when);
  const guarded = one.when !== null && (!readsOwn || flow.steps[one.from]?.kind === 'checkpoint');
  const when = guarded ? `, when: "${one.when}"` : '';
  const limit = one.limit === null ? '' : `, limit: ${one.limit}`;
  return `  - { from: s${one.from}, to: s${one.to}${when}${limit} }`;
}

/** The definitions of a random flow; a flow that the linker refuses makes fast-check look for another. */
export function compiled(flow: RandomFlow): Definitions {
  const { definitions } = compileDefinitions([{ file: 'random.yaml', text: yamlOf(flow) }], 'r1');
  fc.pre(definitions !== null);
  if (definitions === null) throw new Error('broken rule: a precondition that fails does not return');
  return definitions;
}

export interface RandomEvent {
  readonly step: number;
  readonly kind: 'activated' | 'state' | 'params' | 'exception' | 'committed';
  readonly key: string;
  readonly N: number | null;
  readonly state: string;
  readonly inner: 'x' | 'y';
  /** seconds since the event before */
  readonly after: number;
  /** seconds until it arrives */
  readonly delay: number;
}

export const randomEvents: fc.Arbitrary<readonly RandomEvent[]> = fc.array(
  fc.record({
    step: fc.integer({ min: 0, max: 6 }),
    kind: fc.constantFrom('committed', 'committed', 'committed', 'activated', 'state', 'params', 'exception'),
    key: fc.constantFrom('k', 'k', '2026-11-23'),
    N: fc.option(fc.integer({ min: 0, max: 4 })),
    state: fc.constantFrom('q', 'r', 's', 'unknown'),
    inner: fc.constantFrom('x', 'y'),
    after: fc.constantFrom(1, 20, 70, 400),
    delay: fc.integer({ min: 0, max: 60 }),
  }),
  { minLength: 1, maxLength: 25 },
);

export interface Line {
  readonly text: string;
  /** seconds */
  readonly time: number;
  readonly delay: number;
}

/** The events as lines of a log, in the order of their times, which are all different. */
export function linesOf(flow: RandomFlow, events: readonly RandomEvent[]): readonly Line[] {
  let time = 0;
  return events.map((event, index) => {
    time += event.after;
    const at = event.step % flow.steps.length;
    const { kind } = flow.steps[at] ?? { kind: 'checkpoint' };
    const place =
      kind === 'nested'
        ? { flow: 'nested', key: `${event.key}/n${at}`, step: event.inner }
        : kind === 'gate'
          ? { flow: 'work', key: event.key }
          : { flow: 'work', key: event.key, step: `s${at}` };
    const said = kind === 'gate' ? { event: 'activated' } : { event: event.kind };
    const fields = {
      id: `e${index}`,
      ...place,
      ...said,
      time: new Date(START + time * 1000).toISOString(),
      ...(said.event === 'state' && { state: event.state }),
      ...(kind === 'checkpoint' && event.N !== null && { params: { N: event.N } }),
    };
    return { text: JSON.stringify(fields), time, delay: event.delay };
  });
}
