/** Every start of a timer, and what became of it. */
import { describe, expect, it } from 'vitest';
import { eventToJson } from '../../../checkpoints/index.ts';
import { timerRuns } from '../../../engine/explain-timers.ts';
import { createReplay, listenTo } from '../../../engine/index.ts';
import { at, defined, event, shown } from './watching.ts';

const YAML = `
flow: f
abandon: 3h
deadline: { at: "16:00" }
steps:
  a:
    timers:
      slow: { after: activated, in: 10m }
      other: { after: activated, in: 20m, until: committed }
      cut-off: { at: "15:30" }
      cut-out: { at: "15:40" }
    on: { params: { do: [{ start-timer: slow }, { start-timer: other }] } }
  b: { timers: { slow: { after: activated, in: 1m } } }
  c: {}
connectors: [{ from: a, to: b }, { from: b, to: c }]
`;

/** `armed -> due, what became of it` of every run, once these reports have come and the clock has got to `until`. */
function runs(
  name: string,
  reports: readonly (readonly [time: string, what: string])[],
  until: string,
  yaml = YAML,
): readonly string[] {
  const listener = listenTo({ flow: 'f', key: 'k' });
  const replay = createReplay(defined(yaml), { from: null, until: at(until), trace: listener.trace });
  for (const [time, what] of reports)
    replay.line(eventToJson(event(time, what.includes('/') ? what : `f/k ${what}`)));
  const { rejected } = replay.finish();
  if (rejected.length > 0) throw new Error(`a report was refused: ${rejected[0]?.reason}`);
  const [step = '', timer = ''] = name.split(' ');
  const index = step === 'flow' ? -1 : ['a', 'b', 'c'].indexOf(step);
  return timerRuns(listener.heard, index, timer).map(({ armedAt, due, end }) => {
    const began = `${shown(armedAt)} -> ${shown(due)}`;
    if (end === null) return began;
    const when = 'at' in end ? ` at ${shown(end.at)}` : '';
    const why = end.kind === 'stopped' ? ` by ${end.cause.kind}` : end.kind === 'dropped' ? ` ${end.by}` : '';
    return `${began}, ${end.kind}${when}${why}`;
  });
}

const BEGUN = ['15:00', 'a activated'] as const;

describe('a timer', () => {
  it.each<
    [
      says: string,
      name: string,
      reports: readonly (readonly [string, string])[],
      until: string,
      wanted: readonly string[],
    ]
  >([
    ['was never started', 'b slow', [BEGUN], '15:05', []],
    ['counts', 'a slow', [BEGUN], '15:05', ['15:00 -> 15:10']],
    ['ran out', 'a slow', [BEGUN], '15:15', ['15:00 -> 15:10, ran-out']],
    [
      'was stopped by an event',
      'a slow',
      [BEGUN, ['15:04', 'a activated']],
      '15:15',
      ['15:00 -> 15:10, stopped at 15:04 by event'],
    ],
    [
      'was started again by a rule after an event had stopped it, and then anew',
      'a slow',
      [BEGUN, ['15:04', 'a params'], ['15:06', 'a params']],
      '15:30',
      [
        '15:00 -> 15:10, stopped at 15:04 by event',
        '15:04 -> 15:14, stopped at 15:06 by event',
        '15:06 -> 15:16, ran-out',
      ],
    ],
    [
      'was started anew while it counted',
      'a other',
      [BEGUN, ['15:04', 'a params']],
      '15:30',
      ['15:00 -> 15:20, anew at 15:04', '15:04 -> 15:24, ran-out'],
    ],
    [
      'of another step with the same name is another',
      'b slow',
      [BEGUN, ['15:02', 'a committed']],
      '15:10',
      ['15:02 -> 15:03, ran-out'],
    ],
    [
      'of the same step with another name is another',
      'a other',
      [BEGUN, ['15:04', 'a activated']],
      '15:30',
      ['15:00 -> 15:20, ran-out'],
    ],
    [
      'with a time of day ran out while its step was running',
      'a cut-off',
      [BEGUN],
      '15:35',
      ['15:00 -> 15:30, ran-out'],
    ],
    [
      'with a time of day meant nothing any more',
      'a cut-off',
      [BEGUN, ['15:10', 'a committed']],
      '15:35',
      ['15:00 -> 15:30, moot'],
    ],
    ['of the flow ran out', 'flow deadline', [BEGUN], '16:10', ['15:00 -> 16:00, ran-out']],
    [
      'of the flow meant nothing any more',
      'flow deadline',
      [BEGUN, ['15:10', 'a committed'], ['15:10', 'b committed'], ['15:11', 'c committed']],
      '16:10',
      ['15:00 -> 16:00, moot'],
    ],
  ])('%s', (_, name, reports, until, wanted) => {
    expect(runs(name, reports, until)).toEqual(wanted);
  });

  it('was dropped with the rest when its instance was given up', () => {
    const given = runs('flow deadline', [BEGUN], '16:10', YAML.replace('abandon: 3h', 'abandon: 30m'));
    expect(given).toEqual(['15:00 -> 16:00, dropped at 15:30 abandoned']);
  });

  it('was dropped with the rest when its instance was expected once more', () => {
    const yaml = `
flow: f
steps: { a: { timers: { cut-off: { at: "15:30" } } } }
---
flow: outer
steps: { s: {}, n: { flow: f } }
connectors: [{ from: s, to: n }]
`;
    const reports = [
      ['14:50', 'outer/k s committed'],
      ['15:00', 'a committed'],
      ['15:10', 'outer/k s activated'],
      ['15:11', 'outer/k s committed'],
    ] as const;
    expect(runs('a cut-off', reports, '15:40', yaml)).toEqual(['15:00 -> 15:30, dropped at 15:11 set-back']);
  });
});
