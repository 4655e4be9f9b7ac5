/** Contract §4: visits, and what one event does. */
import { describe } from 'vitest';
import { at, end, scenario, want } from './timeline.ts';

const LOOP = `
flow: work
steps:
  a:
    states: { fresh: [used, spoilt], used: [spoilt], spoilt: [] }
    params: { N: { type: number, default: 1 }, M: { type: string } }
    timers: { slow: { after: activated, in: 30m, until: committed } }
    on: { activated: { do: { alarm: begun, severity: info, text: "visit {visits}" } } }
  b: {}
connectors:
  - { from: a, to: a, when: state == 'spoilt' }
  - { from: a, to: b, when: state != 'spoilt' }
`;

const JOIN_ANY = `
flow: work
steps:
  a: {}
  b: {}
  c: { join: any, on: { activated: { do: { alarm: begun } } }, timers: { slow: { after: activated, in: 30m } } }
connectors:
  - { from: a, to: c }
  - { from: b, to: c }
`;

describe('visits', () => {
  scenario(
    'an arrival begins a visit: visits + 1, initial state, parameters at their defaults, timers anew',
    LOOP,
    [
      at('09:00', 'a state used', { N: 5, M: 'x' }),
      want('09:01', { steps: { a: { is: 'running used x1', params: { N: 5, M: 'x' } } } }),
      at('09:10', 'a committed', {}, { state: 'spoilt' }),
      want('09:11', {
        steps: { a: { is: 'active fresh x2', from: '09:10', to: null, params: { N: 1, M: null } } },
      }),
      end('09:50', {
        alarms: ['09:00 begun at a (expression, info) x2', '09:40 slow at a (timer, warning)'],
      }),
    ],
  );

  scenario('the report of a step that was activated begins no further visit', LOOP, [
    at('09:00', 'a committed', {}, { state: 'spoilt' }),
    at('09:10', 'a activated'),
    at('09:15', 'a activated'),
    want('09:16', { steps: { a: { is: 'running fresh x2', from: '09:00' } } }),
    end('09:16', { alarms: ['09:00 begun at a (expression, info) x2'] }),
  ]);

  scenario(
    'the report itself begins the visit of a start step: rules on activated and timers mean this moment, once',
    LOOP,
    [
      at('09:00', 'a params', { N: 2 }),
      at('09:05', 'a activated'),
      want('09:06', {
        open: ['begun at a'],
        steps: { a: { is: 'running x1', from: '09:00', params: { N: 2 } } },
      }),
      end('09:31', {
        alarms: ['09:00 begun at a (expression, info)', '09:30 slow at a (timer, warning)'],
      }),
    ],
  );

  scenario('the report itself begins the visit of a re-run', LOOP, [
    at('09:00', 'a state used', { N: 5 }),
    at('09:10', 'a exception'),
    at('09:20', 'a state used', { M: 'y' }),
    end('09:51', {
      steps: { a: { is: 'running used x2', from: '09:20', to: null, params: { N: 1, M: 'y' } } },
      alarms: [
        '09:00 begun at a (expression, info) x2',
        '09:10 exception at a (exception, critical) until 09:20',
        '09:50 slow at a (timer, warning)',
      ],
    }),
  ]);

  scenario('the report itself begins the visit of an out-of-order step', LOOP, [
    at('09:00', 'a state used', { N: 5 }),
    at('09:10', 'a committed'),
    at('09:20', 'a activated'),
    end('09:51', {
      steps: { a: { is: 'running fresh x2', from: '09:20', to: null, params: { N: 1 } }, b: 'active' },
      alarms: [
        '09:00 begun at a (expression, info) x2',
        '09:20 out-of-order at a (out-of-order, warning)',
        '09:50 slow at a (timer, warning)',
      ],
    }),
  ]);

  scenario('an arrival at an active step changes nothing', JOIN_ANY, [
    at('09:00', 'a committed'),
    at('09:10', 'b committed'),
    want('09:11', { steps: { c: { is: 'active x1', from: '09:00' } } }),
    end('09:59', {
      alarms: ['09:00 begun at c (expression, warning)', '09:30 slow at c (timer, warning)'],
    }),
  ]);

  scenario('an arrival at a running step changes nothing', JOIN_ANY, [
    at('09:00', 'a committed'),
    at('09:05', 'c activated'),
    at('09:10', 'b committed'),
    end('09:59', {
      steps: { c: { is: 'running x1', from: '09:00', to: null } },
      alarms: ['09:00 begun at c (expression, warning)'],
    }),
  ]);

  scenario('an arrival at a committed step begins the next visit', JOIN_ANY, [
    at('09:00', 'a committed'),
    at('09:05', 'c committed'),
    at('09:10', 'b committed'),
    end('09:11', {
      steps: { c: { is: 'active x2', from: '09:10', to: null } },
      alarms: ['09:00 begun at c (expression, warning) x2'],
    }),
  ]);

  scenario('an arrival at a failed step begins the next visit', JOIN_ANY, [
    at('09:00', 'a committed'),
    at('09:05', 'c exception'),
    at('09:10', 'b committed'),
    want('09:11', { steps: { c: { is: 'active x2', from: '09:10', to: null } } }),
    at('09:15', 'c activated'),
    end('09:16', {
      steps: { c: 'running x2' },
      alarms: [
        '09:00 begun at c (expression, warning) x2',
        '09:05 exception at c (exception, critical) until 09:15',
      ],
    }),
  ]);

  scenario(
    'the report that begins a visit stops none of its timers, the next one does',
    JOIN_ANY.replace('a: {}', 'a: { timers: { slow: { after: activated, in: 30m } } }'),
    [
      at('09:00', 'a activated'),
      at('09:29', 'a params'),
      end('09:59', { steps: { a: 'running x1' }, alarms: [] }),
    ],
  );

  scenario(
    'the report that begins a visit leaves its timers running',
    JOIN_ANY.replace('a: {}', 'a: { timers: { slow: { after: activated, in: 30m } } }'),
    [
      at('09:00', 'a activated'),
      end('09:59', { steps: { a: 'running x1' }, alarms: ['09:30 slow at a (timer, warning)'] }),
    ],
  );
});

const ONE = `
flow: work
steps:
  a:
    states: { open: [shut], shut: [open] }
    params: { N: { type: number } }
    on:
      params: { do: { alarm: p, text: "{N} {state} {status}" } }
      state: { do: { alarm: s, text: "{N} {state} {status}" } }
      committed: { do: { alarm: c, text: "{N} {state} {status}" } }
      exception: { do: { alarm: x, text: "{N} {state} {status}" } }
  b: {}
connectors: [{ from: a, to: b, when: N == 3 and state == 'shut' }]
`;

describe('one event', () => {
  scenario('it applies its params, then its state, then its own kind, and the rules of all three run', ONE, [
    at('09:00', 'a activated'),
    at('09:05', 'a committed', { N: 3 }, { state: 'shut' }),
    end(null, {
      steps: { a: { is: 'committed shut x1', params: { N: 3 } }, b: 'active' },
      alarms: [
        '09:05 c at a (expression, warning) "3 shut committed"',
        '09:05 p at a (expression, warning)',
        '09:05 s at a (expression, warning)',
      ],
    }),
  ]);

  scenario('rules for params and state do not run when the event carries none', ONE, [
    at('09:00', 'a activated'),
    at('09:05', 'a committed'),
    end(null, {
      status: 'failed',
      alarms: [
        '09:05 c at a (expression, warning)',
        '09:05 dead-end at a (dead-end, critical)',
        '09:05 expression-error at a (expression-error, warning)',
      ],
    }),
  ]);

  scenario('a state event with params runs the rules of both', ONE, [
    at('09:00', 'a state shut', { N: 1 }),
    end(null, {
      status: 'running',
      alarms: ['09:00 p at a (expression, warning)', '09:00 s at a (expression, warning)'],
    }),
  ]);

  scenario('an exception takes its params and its state along', ONE, [
    at('09:00', 'a activated'),
    at('09:05', 'a exception', { N: 9 }, { state: 'shut', message: 'gone' }),
    end(null, {
      status: 'failed',
      steps: { a: { is: 'failed shut x1', params: { N: 9 } } },
      alarms: [
        '09:05 p at a (expression, warning)',
        '09:05 s at a (expression, warning)',
        '09:05 x at a (exception, warning) "9 shut failed"',
      ],
    }),
  ]);

  scenario('the same state again is no change', ONE, [
    at('09:00', 'a activated'),
    at('09:05', 'a state open'),
    end(null, { deviated: false, steps: { a: 'running open' }, alarms: [] }),
  ]);

  scenario('where there is no state table a state is kept and never illegal', ONE, [
    at('09:00', 'a committed', { N: 3 }, { state: 'shut' }),
    at('09:05', 'b state anything'),
    at('09:06', 'b state other'),
    end(null, {
      deviated: false,
      steps: { b: 'running other' },
      alarms: [
        '09:00 c at a (expression, warning)',
        '09:00 p at a (expression, warning)',
        '09:00 s at a (expression, warning)',
      ],
    }),
  ]);

  scenario(
    'a new visit of a step without a state table forgets the state that was kept',
    LOOP.replace('b: {}', 'b: {}').replace(/ {4}states: .*\n/, ''),
    [
      at('09:00', 'a committed', {}, { state: 'spoilt' }),
      end('09:01', { steps: { a: 'active null x2' }, alarms: ['09:00 begun at a (expression, info) x2'] }),
    ],
  );
});
