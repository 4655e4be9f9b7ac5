/** What a waiver keeps quiet and what it must not touch: effects of rules, failed and abandoned instances. */
import { describe, expect, it } from 'vitest';
import { createReplay, type Wish } from '../../engine/index.ts';
import { act, at, compile, end, scenario, want } from './timeline.ts';

describe('a step that failed is waived', () => {
  const PARALLEL = 'flow: work\nabandon: 1h\nsteps: { a: {}, b: {} }\n';

  scenario('while another still runs: the instance commits with that one', PARALLEL, [
    at('09:00', 'a exception'),
    act('09:05', 'waive a'),
    at('09:10', 'b committed'),
    end(null, {
      status: 'committed',
      steps: { a: 'committed x2' },
      alarms: ['09:00 exception at a (exception, critical) until 09:05'],
    }),
  ]);

  scenario('in an instance that was given up: it stays failed', PARALLEL, [
    at('09:00', 'a exception'),
    want('10:30', { status: 'abandoned' }),
    act('10:40', 'waive a'),
    end('11:00', {
      status: 'abandoned',
      steps: { a: 'failed x1', b: 'active' },
      alarms: ['09:00 exception at a (exception, critical) until 10:40'],
    }),
  ]);
});

describe('a waiver', () => {
  scenario(
    'is what rules of a connector see that is taken by it',
    `
flow: work
steps: { a: {}, b: {} }
connectors: [{ from: a, to: b, on: { taken: { do: { alarm: passed, text: "{event.event} {event.step}" } } } }]
`,
    [
      act('08:00', 'waive a'),
      at('09:00', 'activated'),
      act('09:10', 'unwaive a'),
      end(null, { alarms: ['09:00 passed (expression, warning) "activated ?"'] }),
    ],
  );

  it('of a step lets none of its rules tell or start anything, and all the others do', () => {
    const rules = '{ on: { exception: [{ do: { notify: desk } }, { do: { run: restart } }] } }';
    const yaml = `
flow: work
steps: { a: ${rules}, b: ${rules} }
---
channel: desk
webhook: { url: "http://127.0.0.1:1/" }
`;
    const replay = createReplay(compile(yaml), { from: null, until: null });
    const time = '2026-11-23T09:00:00Z';
    const of = { flow: 'work', key: 'k', time };
    for (const step of ['a', 'b']) replay.line(JSON.stringify({ id: step, ...of, step, event: 'activated' }));
    replay.line(JSON.stringify({ act: 'waive', id: 'w', ...of, step: 'a', reason: 'r', by: 'ann' }));
    for (const step of ['a', 'b'])
      replay.line(JSON.stringify({ id: `${step}2`, ...of, step, event: 'exception' }));
    const asked: readonly Wish['effect'][] = replay.watch.harvest().wishes.map(({ effect }) => effect);
    expect(asked).toEqual([
      { kind: 'notify', channel: 'desk', text: 'work k: exception', time: Date.parse(time) },
      { kind: 'run', operation: 'restart', step: 'b', time: Date.parse(time) },
    ]);
  });
});

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
