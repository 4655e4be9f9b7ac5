/** Contract §4, nested flows: what a further turn keeps and forgets, of several children and of several parents. */
import { describe } from 'vitest';
import { at, end, from, scenario, want } from './timeline.ts';

const EACH = `
flow: day
steps: { r: { flow: report, each: [x, y] } }
---
flow: report
steps: { s: {} }
`;
const x = from('report/k/x');
const y = from('report/k/y');

describe('a step with a child for each entry', () => {
  scenario(
    'that failed by one of them commits when that one has made good: the other is not asked again',
    EACH,
    [
      x('09:00', 's committed'),
      y('09:10', 's exception'),
      want('09:11', { status: 'failed', steps: { r: 'failed x1' } }),
      y('09:20', 's committed'),
      end(null, {
        status: 'committed',
        steps: { r: 'committed x2' },
        instances: ['day/k committed', 'report/k/x committed', 'report/k/y committed'],
        alarms: ['09:10 exception at s of report/k/y (exception, critical) until 09:20'],
      }),
    ],
  );

  scenario('commits when all have, whichever starts while another runs', EACH, [
    x('09:00', 's activated'),
    y('09:01', 's activated'),
    want('09:02', { steps: { r: { is: 'running x1', from: '09:00' } } }),
    y('09:03', 's committed'),
    want('09:04', { steps: { r: 'running' } }),
    x('09:05', 's committed'),
    end(null, { status: 'committed', endedAt: '09:05' }),
  ]);
});

const AGAIN = `
flow: day
steps: { a: {}, m: { flow: child, end: true } }
connectors: [{ from: a, to: m }, { from: m, to: a, when: steps.a.N > 0 }]
---
flow: child
steps: { s: {}, t: {}, u: { end: true } }
connectors: [{ from: s, to: t }, { from: t, to: u, limit: 1 }]
`.replace('a: {}', 'a: { params: { N: { type: number, default: 0 } } }');
const child = from('child/k');

describe('a step that nests a flow and has another turn', () => {
  const round = (hour: string) => [
    at(`${hour}:00`, 'a committed', { N: 1 }),
    child(`${hour}:01`, 's committed'),
    child(`${hour}:02`, 't committed'),
    child(`${hour}:03`, 'u committed'),
  ];

  scenario('finds its flow as it was never run, but for the visits, and every limit counts anew', AGAIN, [
    ...round('09'),
    at('10:00', 'a committed', { N: 1 }),
    want('10:00:30', {
      of: 'child/k',
      status: 'expected',
      startedAt: null,
      endedAt: null,
      steps: { s: { is: 'idle x1', to: null }, t: { is: 'idle x1', from: null }, u: 'idle x1' },
    }),
    child('10:01', 's committed'),
    want('10:01:30', {
      of: 'child/k',
      startedAt: '10:01',
      steps: { s: 'committed x2', t: 'active x2', u: 'idle' },
    }),
    child('10:02', 't committed'),
    child('10:03', 'u committed'),
    end(null, { steps: { m: 'committed x2', a: 'active x3' }, deviated: false }),
  ]);
});

const TWO = `
flow: day
steps: { m: { flow: left }, n: { flow: right }, o: { flow: last } }
connectors: [{ from: m, to: o }, { from: n, to: o }]
---
flow: left
steps: { s: { on: { committed: { do: { alarm: odd } } } } }
---
flow: right
steps: { s: {} }
---
flow: last
steps: { s: {} }
`;

describe('a step that begins a turn', () => {
  scenario('forgets what its own flow came to, and not that of another: the health stays', TWO, [
    from('left/k')('09:00', 's committed'),
    want('09:01', { health: 'warning' }),
    from('right/k')('09:10', 's committed'),
    end(null, {
      steps: { m: 'committed', n: 'committed', o: 'active' },
      health: 'warning',
      alarms: ['09:00 odd at s of left/k (expression, warning)'],
    }),
  ]);
});

describe('disorder', () => {
  scenario(
    'of a flow holds what it nests as far behind the clock, and what those nest',
    `
flow: top
disorder: 10m
steps: { m: { flow: middle } }
---
flow: middle
steps: { n: { flow: low } }
---
flow: low
disorder: 1m
steps: { s: {}, t: {} }
connectors: [{ from: s, to: t }]
`,
    [
      from('low/k')('09:05', 't committed'),
      from('low/k')('09:00', 's committed'),
      end('10:00', {
        of: 'low/k',
        status: 'committed',
        deviated: false,
        steps: { s: { is: 'committed', to: '09:00' }, t: { is: 'committed x1', to: '09:05' } },
      }),
    ],
  );
});

describe('values', () => {
  scenario(
    'at the start are copied from no step, whatever it derives',
    `
flow: work
steps:
  a: { params: { N: { type: number, from: N, default: 1 } } }
  b: { params: { N: { type: number, value: 40 + 2 } } }
`,
    [at('09:00', 'activated'), end(null, { steps: { a: { is: 'active', params: { N: 1 } } } })],
  );

  scenario(
    'of the flow are seen by every step: its key, its group, its day, its start, its state',
    `
flow: work
group: ops
states: { calm: [] }
steps:
  a:
    on:
      committed:
        - { when: flow.startedAt > 0 and flow.group == 'ops', do: { alarm: seen, text: "{flow.key} {flow.group} {flow.tradingDay} {flow.state} {flow.status}" } }
`,
    [
      at('09:00', 'a committed'),
      end(null, { alarms: ['09:00 seen at a (expression, warning) "k ops 2026-11-23 calm running"'] }),
    ],
  );
});

describe('an alarm that is raised again', () => {
  const RAISING = (first: string, second: string) => `
flow: work
steps:
  a: { on: { params: { do: { alarm: x, severity: ${first}, text: "{N}" } }, state: { do: { alarm: x, severity: ${second}, text: "again" } } }, params: { N: { type: number } } }
`;
  scenario('is as bad as the worst of its causes: worse the second time', RAISING('info', 'critical'), [
    at('09:00', 'a params', { N: 1 }),
    at('09:10', 'a state y'),
    end(null, { health: 'critical', alarms: ['09:00 x at a (expression, critical) "again" x2'] }),
  ]);

  scenario('is as bad as the worst of its causes: less the second time', RAISING('critical', 'info'), [
    at('09:00', 'a params', { N: 1 }),
    at('09:10', 'a state y'),
    end(null, { health: 'critical', alarms: ['09:00 x at a (expression, critical) "again" x2'] }),
  ]);
});
