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
type: log
settings: {}
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
