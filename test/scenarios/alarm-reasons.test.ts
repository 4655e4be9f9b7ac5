/** What an alarm is called and explained with, and what raises none. */
import { describe, expect, it } from 'vitest';
import { createReplay } from '../../engine/index.ts';
import { at, compile, end, scenario } from './timeline.ts';

describe('an alarm', () => {
  it('has an id of its place, its name and its episode there, and knows when it was raised last', () => {
    const yaml = `
flow: work
steps:
  a: { on: { params: { do: { alarm: x } }, state: { do: { clear: x } } } }
  b: { on: { params: { do: { alarm: x } } } }
on: { state: { do: { alarm: x } } }
`;
    const replay = createReplay(compile(yaml), { from: null, until: null });
    let told = 0;
    const say = (clock: string, fields: object) =>
      replay.line(
        JSON.stringify({
          id: `${told++}`,
          flow: 'work',
          key: 'k',
          time: `2026-11-23T${clock}:00Z`,
          ...fields,
        }),
      );
    say('09:00', { step: 'a', event: 'params', params: { N: 1 } });
    say('09:01', { step: 'a', event: 'state', state: 'y' });
    say('09:02', { step: 'a', event: 'params', params: { N: 1 } });
    say('09:03', { step: 'b', event: 'params', params: { N: 1 } });
    say('09:05', { step: 'b', event: 'params', params: { N: 1 } });
    say('09:04', { step: 'b', event: 'params', params: { N: 1 } });
    say('09:06', { event: 'state', state: 'z' });
    replay.finish();
    const [watched] = replay.watch.instances.values();
    expect(
      watched?.instance.alarms.map(
        ({ id, count, lastAt }) => `${id} x${count} ${new Date(lastAt).toISOString()}`,
      ),
    ).toEqual([
      'work/k/a/x/2 x1 2026-11-23T09:02:00.000Z',
      'work/k/b/x/1 x3 2026-11-23T09:05:00.000Z',
      'work/k//x/1 x1 2026-11-23T09:06:00.000Z',
    ]);
  });

  it('of an exception is explained with its message, and with nothing where there is none', () => {
    const replay = createReplay(compile('flow: work\nsteps: { a: {}, b: {} }\n'), {
      from: null,
      until: null,
    });
    const of = { flow: 'work', key: 'k', event: 'exception', time: '2026-11-23T09:00:00Z' };
    replay.line(JSON.stringify({ id: '1', ...of, step: 'a' }));
    replay.line(JSON.stringify({ id: '2', ...of, step: 'b', message: 'no disk' }));
    replay.line(JSON.stringify({ id: '3', ...of, message: 'no power' }));
    replay.line(JSON.stringify({ id: '4', ...of, key: 'other' }));
    replay.finish();
    const values = [...replay.watch.instances.values()].flatMap(({ instance }) =>
      instance.alarms.map(({ id, why }) => [id, why.values]),
    );
    expect(Object.fromEntries(values)).toEqual({
      'work/k/a/exception/1': [],
      'work/k/b/exception/1': [['message', 'no disk']],
      'work/k//exception/1': [['message', 'no power']],
      'work/other//exception/1': [],
    });
  });
});

describe('an alarm of a timer', () => {
  it('is explained with where its step stands: its status, and its state where it has one', () => {
    const yaml = `
flow: work
steps:
  a: { timers: { slow: { after: activated, in: 10m } } }
  b: { states: { one: [] }, timers: { slow: { after: activated, in: 10m } } }
`;
    const replay = createReplay(compile(yaml), { from: null, until: Date.parse('2026-11-23T10:00:00Z') });
    replay.line(
      JSON.stringify({ id: '1', flow: 'work', key: 'k', event: 'activated', time: '2026-11-23T09:00:00Z' }),
    );
    replay.finish();
    const [watched] = replay.watch.instances.values();
    expect(watched?.instance.alarms.map(({ step, why }) => [step, why.values])).toEqual([
      ['a', [['status', 'active']]],
      [
        'b',
        [
          ['status', 'active'],
          ['state', 'one'],
        ],
      ],
    ]);
  });
});

describe('an unknown state of a step', () => {
  scenario(
    'runs no rule on state and starts no timer that counts from one',
    `
flow: work
steps:
  a:
    states: { one: [] }
    timers: { still: { after: state, in: 10m } }
    on: { state: { do: { alarm: told } } }
`,
    [
      at('09:00', 'a state gone'),
      end('09:30', { alarms: ['09:00 illegal-state at a (illegal-state, critical)'] }),
    ],
  );
});

describe('a rule for expression-error of the first step', () => {
  scenario(
    'raises at that step',
    `
flow: work
steps: { a: { params: { N: { type: number } }, on: { committed: { when: N > 1, do: { alarm: big } }, expression-error: { do: { alarm: broken } } } } }
`,
    [at('09:00', 'a committed'), end(null, { alarms: ['09:00 broken at a (expression-error, warning)'] })],
  );
});
