/** Contract §3 and §4: flows as steps of flows. */
import { describe } from 'vitest';
import { at, end, from, scenario, want } from './timeline.ts';

const NESTED = `
flow: day
steps:
  a: {}
  m: { flow: margin, on: { committed: { do: { alarm: m-done, severity: info } } } }
  z: {}
connectors:
  - { from: a, to: m }
  - { from: m, to: z }
---
flow: margin
steps: { x: {}, y: {} }
connectors: [{ from: x, to: y }]
`;
const margin = from('margin/k');
const DONE = (time: string) => `${time} m-done at m (expression, info)`;

describe('a nested flow', () => {
  scenario('activating the step creates the child, as expected', NESTED, [
    at('09:00', 'a activated'),
    want('09:01', { of: 'margin/k', status: 'none' }),
    at('09:05', 'a committed'),
    end(null, {
      steps: { m: { is: 'active x1', from: '09:05' } },
      also: [{ of: 'margin/k', status: 'expected', health: 'normal', startedAt: null, steps: { x: 'idle' } }],
    }),
  ]);

  scenario("the child's first event is its step's report, its end is the step's", NESTED, [
    at('09:00', 'a committed'),
    margin('09:05', 'x activated'),
    want('09:06', { steps: { m: 'running x1' } }),
    margin('09:10', 'x committed'),
    margin('09:20', 'y committed'),
    want('09:21', { steps: { m: { is: 'committed x1', from: '09:00', to: '09:20' }, z: 'active' } }),
    at('09:30', 'z committed'),
    end(null, {
      status: 'committed',
      deviated: false,
      endedAt: '09:30',
      instances: ['day/k committed', 'margin/k committed'],
      also: [{ of: 'margin/k', startedAt: '09:05', endedAt: '09:20', deviated: false }],
      alarms: [DONE('09:20')],
    }),
  ]);

  scenario('its failure fails the step, without a second default alarm', NESTED, [
    at('09:00', 'a committed'),
    margin('09:05', 'x exception'),
    end(null, {
      status: 'failed',
      health: 'critical',
      steps: { m: 'failed x1' },
      instances: ['day/k failed', 'margin/k failed'],
      alarms: ['09:05 exception at x of margin/k (exception, critical)'],
    }),
  ]);

  scenario(
    "its failure runs the step's rules for exception",
    NESTED.replace(
      'on: { committed: { do: { alarm: m-done, severity: info } } }',
      'on: { exception: { do: { alarm: m-bad } } }',
    ),
    [
      at('09:00', 'a committed'),
      margin('09:05', 'x exception'),
      end(null, {
        alarms: [
          '09:05 m-bad at m (exception, warning)',
          '09:05 exception at x of margin/k (exception, critical)',
        ],
      }),
    ],
  );

  scenario('a re-run in the child runs the step and the parent again', NESTED, [
    at('09:00', 'a committed'),
    margin('09:05', 'x exception'),
    margin('09:10', 'x activated'),
    want('09:11', { status: 'running', health: 'running', deviated: false, steps: { m: 'running x2' } }),
    margin('09:15', 'x committed'),
    margin('09:20', 'y committed'),
    end(null, {
      status: 'running',
      steps: { m: 'committed x2', z: 'active x1' },
      alarms: ['09:05 exception at x of margin/k (exception, critical) until 09:10', DONE('09:20')],
    }),
  ]);

  scenario("the health of the parent is the worst of its own alarms and its children's", NESTED, [
    at('09:00', 'a committed'),
    margin('09:05', 'x activated'),
    margin('09:06', 'y activated'),
    want('09:07', { health: 'warning', deviated: false }),
    want('09:07', { of: 'margin/k', health: 'warning', deviated: true }),
    end(null, { alarms: ['09:06 out-of-order at y of margin/k (out-of-order, warning)'] }),
  ]);

  scenario("the child's first event starts the parent, where the step is out of order", NESTED, [
    margin('09:05', 'x activated'),
    end(null, {
      status: 'running',
      startedAt: '09:05',
      deviated: true,
      steps: { a: 'active x1', m: 'running x1', z: 'idle' },
      instances: ['day/k running', 'margin/k running'],
      alarms: ['09:05 out-of-order at m (out-of-order, warning)'],
    }),
  ]);

  scenario(
    "the child's first event starts the parent, where the step is a start step",
    NESTED.replace('  a: {}\n', '').replace('  - { from: a, to: m }\n', ''),
    [
      margin('09:05', 'x activated'),
      end(null, {
        status: 'running',
        deviated: false,
        steps: { m: 'running x1', z: 'idle' },
        also: [{ of: 'margin/k', status: 'running', deviated: false }],
      }),
    ],
  );

  scenario('the child may come and end out of order: the arrival is absorbed when it comes', NESTED, [
    at('09:00', 'a activated'),
    margin('09:05', 'x committed'),
    margin('09:10', 'y committed'),
    want('09:11', { steps: { a: 'running', m: 'committed x1', z: 'active' } }),
    at('09:15', 'a committed'),
    want('09:16', { steps: { m: 'committed x1' } }),
    at('09:20', 'z committed'),
    end(null, {
      status: 'committed',
      instances: ['day/k committed', 'margin/k committed'],
      alarms: ['09:05 out-of-order at m (out-of-order, warning)', DONE('09:10')],
    }),
  ]);

  scenario('an event that names the nested step itself is refused: its child speaks for it', NESTED, [
    at('09:00', 'a committed'),
    at('09:05', 'm committed'),
    end(null, { steps: { m: 'active' }, rejected: [[2, /m/]] }),
  ]);

  scenario(
    'an event out of order in a child that has ended runs it, its step and its parent again, with one alarm',
    NESTED,
    [
      at('09:00', 'a committed'),
      margin('09:05', 'x committed'),
      margin('09:10', 'y committed'),
      at('09:15', 'z committed'),
      want('09:16', { status: 'committed' }),
      margin('09:20', 'y activated'),
      want('09:21', { status: 'running', steps: { m: 'running x2' } }),
      margin('09:25', 'y committed'),
      end(null, {
        of: 'margin/k',
        status: 'committed',
        deviated: true,
        alarms: [`${DONE('09:10')} x2`, '09:20 out-of-order at y of margin/k (out-of-order, warning)'],
      }),
    ],
  );

  scenario(
    'the child counts to the trading day of its parent',
    NESTED.replace(
      'steps: { x: {}, y: {} }',
      'steps: { x: { on: { activated: { do: { alarm: said, text: "{flow.tradingDay}" } } } }, y: {} }',
    ),
    [
      at('22 23:59', 'a committed'),
      margin('23 00:01', 'x activated'),
      end(null, {
        alarms: ['00:01 said at x of margin/k (expression, warning) "2026-11-22"'],
      }),
    ],
  );
});

describe('nested to any depth', () => {
  const DEEP = `
flow: top
steps: { t: { flow: middle } }
---
flow: middle
steps: { m: { flow: bottom } }
---
flow: bottom
steps: { b: {}, c: {} }
connectors: [{ from: b, to: c }]
`;
  const bottom = from('bottom/k');

  scenario('the first event at the bottom starts its parents, and so on upward', DEEP, [
    bottom('09:00', 'b activated'),
    end(null, {
      startedAt: '09:00',
      deviated: false,
      steps: { t: 'running x1' },
      also: [{ of: 'middle/k', startedAt: '09:00', deviated: false, steps: { m: 'running x1' } }],
      instances: ['bottom/k running', 'middle/k running', 'top/k running'],
    }),
  ]);

  scenario('the end at the bottom ends all of them', DEEP, [
    bottom('09:00', 'b committed'),
    bottom('09:05', 'c committed'),
    end(null, {
      status: 'committed',
      endedAt: '09:05',
      instances: ['bottom/k committed', 'middle/k committed', 'top/k committed'],
    }),
  ]);

  scenario('a child is created when its own parent starts, not before', DEEP, [
    at('09:00', 'activated'),
    end(null, { steps: { t: 'active' }, instances: ['middle/k expected', 'top/k running'] }),
  ]);
});

const EACH = `
flow: day
steps:
  r: { flow: report, each: [cfmmc, csrc] }
  z: {}
connectors: [{ from: r, to: z }]
---
flow: report
steps: { x: {} }
`;
const cfmmc = from('report/k/cfmmc');
const csrc = from('report/k/csrc');

describe('each', () => {
  scenario('one child per entry, with the entry behind the key', EACH, [
    at('09:00', 'activated'),
    end(null, { instances: ['day/k running', 'report/k/cfmmc expected', 'report/k/csrc expected'] }),
  ]);

  scenario('it commits when all have', EACH, [
    cfmmc('09:00', 'x committed'),
    want('09:01', { steps: { r: 'running x1', z: 'idle' } }),
    csrc('09:10', 'x committed'),
    end(null, { deviated: false, steps: { r: { is: 'committed x1', to: '09:10' }, z: 'active' } }),
  ]);

  scenario('it fails once none is left that could commit it', EACH, [
    cfmmc('09:00', 'x exception'),
    csrc('09:10', 'x committed'),
    end(null, {
      status: 'failed',
      steps: { r: 'failed x1' },
      alarms: ['09:00 exception at x of report/k/cfmmc (exception, critical)'],
    }),
  ]);

  scenario('a re-run of the one that failed lets it commit', EACH, [
    cfmmc('09:00', 'x exception'),
    csrc('09:10', 'x committed'),
    cfmmc('09:20', 'x committed'),
    end(null, {
      status: 'running',
      deviated: false,
      steps: { r: 'committed', z: 'active' },
      alarms: ['09:00 exception at x of report/k/cfmmc (exception, critical) until 09:20'],
    }),
  ]);

  scenario('a child that belongs to no entry belongs to no parent', EACH, [
    from('report/k/other')('09:00', 'x committed'),
    end(null, { of: 'report/k/other', status: 'committed', instances: ['report/k/other committed'] }),
  ]);
});

describe('keys of children', () => {
  const KEYED = EACH.replace('each: [cfmmc, csrc]', 'key: "{key}/daily"');

  scenario('key adds to the key of the parent', KEYED, [
    at('09:00', 'activated'),
    end(null, { instances: ['day/k running', 'report/k/daily expected'] }),
  ]);

  scenario("the parent's key is read back from the child's", KEYED, [
    from('report/a/b/daily')('09:00', 'x activated'),
    end(null, {
      of: 'day/a/b',
      status: 'running',
      instances: ['day/a/b running', 'report/a/b/daily running'],
    }),
  ]);

  scenario(
    'with key and each the entry stands where the template says',
    EACH.replace('each:', 'key: "{key}/{each}/v1", each:'),
    [
      at('09:00', 'activated'),
      end(null, { instances: ['day/k running', 'report/k/cfmmc/v1 expected', 'report/k/csrc/v1 expected'] }),
    ],
  );
});

const RETRY = `
flow: day
steps:
  a: { params: { N: { type: number, default: 0 } } }
  m: { flow: margin }
  z: { end: true }
connectors:
  - { from: a, to: m }
  - { from: m, to: z }
  - { from: z, to: m, when: state == 'again' }
---
flow: margin
steps: { x: {} }
`;

describe('a nested flow in a loop or a race', () => {
  scenario('an arrival sets a child that has ended back to expected, and it runs anew', RETRY, [
    at('09:00', 'a committed'),
    margin('09:05', 'x committed'),
    at('09:10', 'z committed', {}, { state: 'again' }),
    want('09:11', { steps: { m: 'active x2' } }),
    want('09:11', { of: 'margin/k', status: 'expected', startedAt: null, endedAt: null }),
    margin('09:20', 'x committed'),
    want('09:21', {
      of: 'margin/k',
      status: 'committed',
      deviated: false,
      startedAt: '09:20',
      endedAt: '09:20',
    }),
    at('09:30', 'z committed', {}, { state: 'done' }),
    end(null, { status: 'committed', deviated: false, steps: { m: 'committed x2', z: 'committed x2' } }),
  ]);

  scenario(
    'a child that was only expected is dropped when another branch wins',
    `
flow: day
split: event
steps: { m: { flow: margin }, b: {} }
---
flow: margin
steps: { x: {} }
`,
    [
      at('09:00', 'activated'),
      want('09:01', { of: 'margin/k', status: 'expected' }),
      at('09:05', 'b committed'),
      end(null, {
        status: 'committed',
        steps: { m: 'withdrawn', b: 'committed' },
        instances: ['day/k committed'],
      }),
    ],
  );

  scenario(
    'the first event of an offered child wins its branch',
    `
flow: day
split: event
steps: { m: { flow: margin }, b: {} }
---
flow: margin
steps: { x: {} }
`,
    [
      at('09:00', 'activated'),
      margin('09:05', 'x activated'),
      end(null, { deviated: false, steps: { m: 'running', b: 'withdrawn' } }),
    ],
  );

  scenario(
    'a nested flow that two flows nest and neither expects starts none of them',
    `
flow: day
steps: { m: { flow: margin, key: "{key}/d" } }
---
flow: night
steps: { m: { flow: margin, key: "{key}/n" } }
---
flow: margin
steps: { x: {} }
`,
    [
      from('margin/k/d')('09:00', 'x activated'),
      from('margin/k')('09:05', 'x activated'),
      end(null, {
        of: 'margin/k/d',
        status: 'running',
        instances: ['day/k running', 'margin/k running', 'margin/k/d running'],
      }),
    ],
  );
});
