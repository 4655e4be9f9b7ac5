/** Random flows that compile, with a good part of the language in them, and random logs for them. */
import fc from 'fast-check';
import type { ConnectorDraft, FlowDraft, Plain, PlainMap, StepDraft } from '../../../adapters/flow-draft.ts';
import { writeYaml } from '../../../adapters/flow-yaml.ts';
import { compileDefinitions, type Definitions } from '../../../definitions/index.ts';

const INNER: FlowDraft = {
  name: 'inner',
  comments: [],
  keys: {},
  steps: [
    { name: 'x', keys: {}, comments: [] },
    { name: 'y', keys: {}, comments: [] },
  ],
  connectors: [{ from: 'x', to: 'y', keys: {}, comments: [] }],
};

const TITLES: readonly Plain[] = ['Check it', 'a "b" <c> & d', { en: 'Both', zh: '两个' }, { zh: '只有' }];
const TIMERS: readonly PlainMap[] = [
  { slow: { after: 'activated', in: '1m' } },
  {
    slow: { after: 'activated', in: '2d1h', until: 'committed', severity: 'critical' },
    late: { after: 'activated', in: '30s' },
  },
  { slow: { after: 'state', in: '1m' }, late: { after: 'activated', in: '30s' } },
];
const BODIES: readonly PlainMap[] = [
  {},
  {},
  { states: { good: ['bad'], bad: [] }, params: { N: { type: 'number', default: 1 } } },
  {
    params: { N: { type: 'number', default: 0 } },
    on: { committed: { when: 'N > 1', do: { alarm: 'many' } } },
  },
];

const step = fc.record({
  kind: fc.constantFrom('checkpoint', 'checkpoint', 'checkpoint', 'gate', 'flow'),
  split: fc.constantFrom<Plain>('all', 'all', 'first', 'event'),
  join: fc.constantFrom<Plain>('all', 'any'),
  end: fc.boolean(),
  title: fc.option(fc.constantFrom(...TITLES), { nil: null, freq: 3 }),
  timers: fc.option(fc.constantFrom(...TIMERS), { nil: null, freq: 3 }),
  body: fc.constantFrom(...BODIES),
  each: fc.boolean(),
});

const connector = fc.record({
  from: fc.nat(7),
  to: fc.nat(7),
  when: fc.option(fc.constantFrom('visits < 2', 'visits > 3'), { nil: null, freq: 3 }),
  limit: fc.option(fc.integer({ min: 1, max: 3 }), { nil: null, freq: 5 }),
});

const shape = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 7 }),
  connectors: fc.array(connector, { maxLength: 11 }),
  split: fc.constantFrom(null, null, 'event'),
  title: fc.option(fc.constantFrom(...TITLES), { nil: null }),
});

type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never;

/** Flows without errors, with what they nest. */
export const flows: fc.Arbitrary<readonly FlowDraft[]> = shape
  .map(flowsOf)
  .filter((all) => definitionsOf(all) !== null);

function flowsOf({ steps, connectors, split, title }: Shape): readonly FlowDraft[] {
  const names = steps.map((_, index) => `s${index}`);
  let nested = false;
  const drafts = steps.map((one, index): StepDraft => {
    const name = names[index] ?? '';
    const first = one.title === null ? {} : { title: one.title };
    const kind = one.kind === 'flow' && nested ? 'checkpoint' : one.kind;
    nested ||= kind === 'flow';
    const timers = one.timers === null ? {} : { timers: one.timers };
    const own: PlainMap =
      kind === 'gate'
        ? { gate: true }
        : kind === 'flow'
          ? { flow: 'inner', ...(one.each ? { each: ['n', 's'] } : {}), ...timers }
          : { ...one.body, ...timers };
    const into = connectors.filter(({ to }) => names[to % names.length] === name).length;
    const outOf = connectors.filter(({ from }) => names[from % names.length] === name).length;
    // keys that change nothing are not written
    const keys: PlainMap = {
      ...first,
      ...own,
      ...(one.join === 'any' && into > 1 ? { join: 'any' } : {}),
      ...(one.split === 'first'
        ? outOf > 1 && { split: 'first' }
        : one.split === 'event' && outOf > 0 && { split: 'event' }),
      ...(one.end && outOf > 0 ? { end: true } : {}),
    };
    return { name, keys, comments: [] };
  });
  const lines = connectors.map(
    ({ from, to, when, limit }): ConnectorDraft => ({
      from: names[from % names.length] ?? '',
      to: names[to % names.length] ?? '',
      keys: { ...(when === null ? {} : { when }), ...(limit === null ? {} : { limit }) },
      comments: [],
    }),
  );
  const keys: PlainMap = { ...(title === null ? {} : { title }), ...(split === null ? {} : { split }) };
  const flow = { name: 'outer', comments: [], keys, steps: drafts, connectors: lines };
  return nested ? [flow, INNER] : [flow];
}

/** The definitions of drafts; null where they have errors. */
export function definitionsOf(drafts: readonly FlowDraft[]): Definitions | null {
  return compileDefinitions([{ file: 'flow.yaml', text: writeYaml([], drafts) }], 'r').definitions;
}

/** Events for some steps, one after another. */
export const logs: fc.Arbitrary<readonly string[]> = fc
  .array(
    fc.record({
      step: fc.nat(7),
      event: fc.constantFrom('committed', 'committed', 'committed', 'activated', 'exception', 'state'),
      gap: fc.constantFrom(1, 10, 40, 100),
      inner: fc.option(fc.constantFrom('x', 'y'), { nil: null, freq: 3 }),
      key: fc.constantFrom('k', 'k/n', 'k/s'),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((events) => {
    let time = Date.parse('2026-11-23T08:00:00Z');
    return events.map(({ step: index, event, gap, inner, key }, n) => {
      time += gap * 1000;
      const at =
        inner === null ? { flow: 'outer', key: 'k', step: `s${index}` } : { flow: 'inner', key, step: inner };
      const state = event === 'state' ? { state: 'bad' } : {};
      return JSON.stringify({ id: String(n), ...at, event, time: new Date(time).toISOString(), ...state });
    });
  });
