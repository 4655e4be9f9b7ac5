/** Contract §6: a log in virtual time: its clock, its ends, and the form of its report. */
import { describe, expect, it } from 'vitest';
import { createReplay } from '../../engine/index.ts';
import { at, compile, end, scenario } from './timeline.ts';

const FLOW = `
flow: work
steps:
  a: { params: { N: { type: number }, S: { type: string }, B: { type: boolean } }, timers: { slow: { after: activated, in: 10m } } }
  b: {}
connectors: [{ from: a, to: b }]
`;
const DAILY = `
flow: work
start: { by: "09:30" }
steps: { a: {} }
`;

describe('the clock of a replay', () => {
  scenario(
    'lines are taken in file order, the clock is the greatest time so far; no alarm clears before it was raised',
    FLOW,
    [
      at('09:00', 'a activated'),
      at('09:20', 'b activated'),
      at('09:05', 'a committed'),
      end(null, {
        steps: { a: { is: 'committed', to: '09:05' }, b: 'running' },
        alarms: [
          '09:10 slow at a (timer, warning) until 09:10',
          '09:20 out-of-order at b (out-of-order, warning)',
        ],
      }),
    ],
  );

  scenario('without until it ends where its clock ends', FLOW, [
    at('09:00', 'a activated'),
    end(null, { alarms: [] }),
  ]);

  scenario('timers due at until itself fire', FLOW, [
    at('09:00', 'a activated'),
    end('09:10', { alarms: ['09:10 slow at a (timer, warning)'] }),
  ]);

  scenario('timers due after until do not fire', FLOW, [
    at('09:00', 'a activated'),
    end('09:09:59.999', { alarms: [] }),
  ]);

  scenario('events after until are not taken', FLOW, [
    at('09:00', 'a activated'),
    at('09:05', 'a committed'),
    at('09:06', 'b committed'),
    end('09:05', { status: 'running', steps: { a: 'committed', b: 'active' } }),
  ]);

  scenario(
    'from sets the clock: days already begun count if their due time is still ahead',
    DAILY,
    [
      at('10:00', 'a committed', {}, { key: 'other' }),
      end(null, {
        of: 'work/2026-11-23',
        status: 'expected',
        alarms: ['09:30 start-timeout of work/2026-11-23 (start-timeout, warning)'],
      }),
    ],
    { from: '09:00' },
  );

  scenario('by default the clock begins at the first line', DAILY, [
    at('10:00', 'a committed', {}, { key: 'other' }),
    end(null, { of: 'work/2026-11-23', status: 'none', instances: ['work/other committed'] }),
  ]);

  scenario(
    'from drops nothing: earlier lines are taken',
    FLOW,
    [
      at('08:00', 'a activated'),
      end('09:05', { startedAt: '08:00', alarms: ['08:10 slow at a (timer, warning)'] }),
    ],
    { from: '09:00' },
  );

  scenario(
    'a log without lines is watched from from to until',
    DAILY,
    [
      end('10:00', {
        of: 'work/2026-11-23',
        alarms: ['09:30 start-timeout of work/2026-11-23 (start-timeout, warning)'],
      }),
    ],
    { from: '09:00' },
  );
});

function report(yaml: string, lines: readonly string[], until: string | null = null) {
  const replay = createReplay(compile(yaml), {
    from: null,
    until: until === null ? null : Date.parse(until),
  });
  for (const line of lines) replay.line(line);
  return replay.finish();
}

describe('the report of a replay', () => {
  it('has exactly the documented form', () => {
    const line =
      '{"id":"1","flow":"work","key":"k","step":"a","event":"activated","time":"2026-11-23T15:30:00+08:00","params":{"N":1.5,"S":"x"}}';
    expect(report(FLOW, [line, 'nonsense'], '2026-11-23T07:45:00Z')).toEqual({
      instances: [
        {
          flow: 'work',
          key: 'k',
          status: 'running',
          deviated: false,
          health: 'warning',
          startedAt: '2026-11-23T07:30:00.000Z',
          endedAt: null,
          steps: {
            a: {
              status: 'running',
              state: null,
              visits: 1,
              activatedAt: '2026-11-23T07:30:00.000Z',
              endedAt: null,
              params: { N: 1.5, S: 'x', B: null },
            },
            b: { status: 'idle', state: null, visits: 0, activatedAt: null, endedAt: null, params: {} },
          },
        },
      ],
      alarms: [
        {
          flow: 'work',
          key: 'k',
          step: 'a',
          name: 'slow',
          source: 'timer',
          severity: 'warning',
          text: expect.any(String),
          count: 1,
          raisedAt: '2026-11-23T07:40:00.000Z',
          clearedAt: null,
        },
      ],
      rejected: [{ line: 2, reason: expect.stringMatching(/JSON/) }],
    });
  });

  it('sorts instances by flow and key, alarms by time, flow, key, step and name', () => {
    const yaml = 'flow: b\nsteps: { x: {}, y: {} }\n---\nflow: a\nsteps: { x: {}, y: {} }\n';
    const event = (flow: string, key: string, step: string, time: string) =>
      JSON.stringify({ id: `${step}${time}`, flow, key, step, event: 'exception', time });
    const early = '2026-11-23T07:30:00Z';
    const late = '2026-11-23T07:31:00Z';
    const { instances, alarms } = report(yaml, [
      event('b', 'k', 'y', early),
      event('b', 'k', 'x', early),
      event('b', 'j', 'x', early),
      event('a', 'k', 'x', late),
      event('a', 'B', 'y', early),
    ]);
    expect(instances.map(({ flow, key }) => `${flow} ${key}`)).toEqual(['a B', 'a k', 'b j', 'b k']);
    expect(alarms.map(({ flow, key, step }) => `${flow} ${key} ${step}`)).toEqual([
      'a B y',
      'b j x',
      'b k x',
      'b k y',
      'a k x',
    ]);
  });

  it('keeps names that objects have by themselves', () => {
    const yaml = 'flow: work\nsteps: { constructor: { params: { toString: { type: number } } } }\n';
    const line =
      '{"id":"1","flow":"work","key":"__proto__","step":"constructor","event":"committed","time":"2026-11-23T07:30:00Z","params":{"toString":3}}';
    const text = JSON.stringify(report(yaml, [line]));
    expect(text).toContain('"key":"__proto__"');
    expect(text).toContain('"constructor":{"status":"committed"');
    expect(text).toContain('"params":{"toString":3}');
  });

  it('passes over empty lines and counts them', () => {
    const { rejected } = report(FLOW, ['', '  ', '{', '']);
    expect(rejected.map(({ line }) => line)).toEqual([3]);
  });
});
