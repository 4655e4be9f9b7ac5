/** Contract §2 and §3: which instance an event belongs to, which step, and events that come twice. */
import { describe } from 'vitest';
import { at, end, scenario } from './timeline.ts';

const KEYED = `
flow: work
key: "clearing-{tradingDay}"
steps: { a: {}, b: {} }
connectors: [{ from: a, to: b }]
`;
const NO_KEY = { keyed: false };

describe('keys', () => {
  scenario(
    'the template of the flow gives the key of an event that has none',
    KEYED,
    [
      at('09:00', 'a committed'),
      end(null, {
        of: 'work/clearing-2026-11-23',
        status: 'running',
        instances: ['work/clearing-2026-11-23 running'],
      }),
    ],
    NO_KEY,
  );

  scenario(
    'an event with its key and one without meet in the same instance',
    KEYED,
    [
      at('09:00', 'a committed'),
      at('09:05', 'b committed', {}, { key: 'clearing-2026-11-23' }),
      end(null, {
        of: 'work/clearing-2026-11-23',
        status: 'committed',
        instances: ['work/clearing-2026-11-23 committed'],
      }),
    ],
    NO_KEY,
  );

  scenario(
    'without a template an event without a key is refused',
    KEYED.replace(/key.*\n/, ''),
    [
      at('09:00', 'a committed'),
      end(null, { of: 'work/k', status: 'none', instances: [], rejected: [[1, /key/]] }),
    ],
    NO_KEY,
  );

  scenario(
    'a key with an empty part is refused',
    KEYED,
    [
      at('09:00', 'a committed', {}, { key: 'a//b' }),
      at('09:00', 'a committed', {}, { key: '/a' }),
      at('09:00', 'a committed', {}, { key: 'a/' }),
      at('09:00', 'a committed', {}, { key: '' }),
      end(null, {
        of: 'work/k',
        status: 'none',
        rejected: [
          [1, /key/],
          [2, /key/],
          [3, /key/],
          [4, /key/],
        ],
      }),
    ],
    NO_KEY,
  );

  scenario(
    'any other string is a key, those of objects too',
    KEYED,
    [
      at('09:00', 'a committed', {}, { key: '__proto__' }),
      at('09:00', 'a committed', {}, { key: 'constructor' }),
      at('09:00', 'a committed', {}, { key: '结算 #1 {tradingDay}' }),
      end(null, {
        of: 'work/__proto__',
        status: 'running',
        instances: [
          'work/__proto__ running',
          'work/constructor running',
          'work/结算 #1 {tradingDay} running',
        ],
      }),
    ],
    NO_KEY,
  );

  scenario(
    'events of other keys leave an instance alone',
    KEYED,
    [
      at('09:00', 'a committed', {}, { key: 'one' }),
      at('09:01', 'a activated', {}, { key: 'two' }),
      at('09:02', 'b committed', {}, { key: 'one' }),
      end(null, {
        of: 'work/two',
        steps: { a: 'running', b: 'idle' },
        also: [{ of: 'work/one', status: 'committed' }],
      }),
    ],
    NO_KEY,
  );

  scenario('an event of a flow or a step that does not exist is refused with the reason', KEYED, [
    at('09:00', 'a committed', {}, { flow: 'wrok' }),
    at('09:00', 'aa committed'),
    end(null, {
      of: 'work/k',
      status: 'none',
      rejected: [
        [1, /wrok/],
        [2, /aa/],
      ],
    }),
  ]);

  scenario("the engine's own events are refused from outside", KEYED, [
    at('09:00', 'a committed', {}, { event: 'created' }),
    at('09:00', 'a committed', {}, { event: 'timer' }),
    at('09:00', 'a committed', {}, { event: 'start-timeout' }),
    end(null, {
      of: 'work/k',
      status: 'none',
      rejected: [
        [1, /event/],
        [2, /event/],
        [3, /event/],
      ],
    }),
  ]);

  scenario('what is refused does not block what comes after it', KEYED, [
    at('09:00', 'zz committed'),
    at('09:01', 'a committed'),
    end(null, { status: 'running', startedAt: '09:01', rejected: [[1, /zz/]] }),
  ]);
});

const SHARED = `
flow: work
steps:
  before: { as: report }
  mid: {}
  after: { as: report }
connectors:
  - { from: before, to: mid }
  - { from: mid, to: after }
`;

describe('as: names that steps share', () => {
  scenario('the event goes to the one that is active or running', SHARED, [
    at('09:00', 'report activated'),
    at('09:01', 'report committed'),
    at('09:05', 'mid committed'),
    at('09:10', 'report committed'),
    end(null, {
      status: 'committed',
      deviated: false,
      steps: { before: 'committed x1', after: 'committed x1' },
    }),
  ]);

  scenario('else to one that failed', SHARED, [
    at('09:01', 'report committed'),
    at('09:05', 'mid committed'),
    at('09:10', 'report exception'),
    at('09:15', 'report committed'),
    end(null, {
      status: 'committed',
      deviated: false,
      steps: { before: 'committed x1', after: 'committed x2' },
      alarms: ['09:10 exception at after (exception, critical) until 09:15'],
    }),
  ]);

  scenario('else to the first in the file, out of order', SHARED, [
    at('09:01', 'report committed'),
    at('09:02', 'report committed'),
    end(null, {
      steps: { before: 'committed x2', mid: 'active x1', after: 'idle' },
      alarms: ['09:02 out-of-order at before (out-of-order, warning)'],
    }),
  ]);

  scenario('events name what `as` says, not the step', SHARED, [
    at('09:01', 'after committed'),
    end(null, { status: 'none', rejected: [[1, /after/]] }),
  ]);
});

describe('events that come twice', () => {
  scenario('the same id with the same content is ignored', KEYED, [
    at('09:00', 'a activated', {}, { id: 'x' }),
    at('09:01', 'a committed', {}, { id: 'y' }),
    at('09:00', 'a activated', {}, { id: 'x' }),
    at('09:01', 'a committed', {}, { id: 'y' }),
    end(null, { deviated: false, steps: { a: 'committed x1', b: 'active x1' } }),
  ]);

  scenario('the same id with other content is refused', KEYED, [
    at('09:00', 'a activated', {}, { id: 'x' }),
    at('09:01', 'a committed', {}, { id: 'x' }),
    end(null, { steps: { a: 'running' }, rejected: [[2, /x/]] }),
  ]);

  scenario('ids are unique within their instance: another instance may use the same', KEYED, [
    at('09:00', 'a activated', {}, { id: 'x' }),
    at('09:01', 'a committed', {}, { id: 'x', key: 'other' }),
    end(null, { steps: { a: 'running' }, also: [{ of: 'work/other', steps: { a: 'committed' } }] }),
  ]);

  scenario('a repeat with the fields in another order and the time in another zone is the same', KEYED, [
    at('09:00', 'a activated', {}, { id: 'x' }),
    at('2026-11-23T17:00:00.000+08:00', 'a activated', {}, { id: 'x' }),
    end(null, { steps: { a: 'running x1' } }),
  ]);

  scenario('other params are other content', KEYED, [
    at('09:00', 'a activated', { N: 1 }, { id: 'x' }),
    at('09:00', 'a activated', { N: 2 }, { id: 'x' }),
    end(null, { rejected: [[2, /x/]] }),
  ]);

  scenario(
    'an event that was refused may come again under its id, corrected',
    KEYED.replace('a: {}', 'a: { params: { N: { type: number } } }'),
    [
      at('09:00', 'a activated', { N: 'one' }, { id: 'x' }),
      at('09:00', 'a activated', { N: 1 }, { id: 'x' }),
      end(null, { steps: { a: { is: 'running x1', params: { N: 1 } } }, rejected: [[1, /N/]] }),
    ],
  );
});
