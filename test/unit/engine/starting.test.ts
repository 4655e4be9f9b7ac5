/** When an event starts an instance, and when it finds one that has started. */
import { describe, expect, it } from 'vitest';
import { createWatch } from '../../../engine/index.ts';
import { at, defined, event, shown } from './watching.ts';

const YAML = `
flow: f
abandon: 2h
deadline: { in: 30m }
start: { by: "10:00" }
steps: { a: {}, b: {} }
connectors: [{ from: a, to: b }]
on: { activated: { do: { alarm: begun, severity: info } } }
`;

/** The instance of Monday once these reports have come and the clock has got to `until`. */
function seenAfter(reports: readonly (readonly [time: string, what: string])[], until: string) {
  const watch = createWatch({ definitions: defined(YAML), clock: at('08:00') });
  watch.advance(at('08:00'));
  for (const [time, what] of reports) watch.take(event(time, `f/2026-11-23 ${what}`), at(time));
  watch.advance(at(until));
  const instance = watch.instances.get('f/2026-11-23')?.instance;
  if (instance === undefined) throw new Error('it is expected at 08:00');
  const { status, startedAt, alarms, timers } = instance;
  return {
    status,
    started: shown(startedAt),
    alarms: alarms.map(({ name, count }) => `${name} x${count}`),
    due: timers.map(({ name, due }) => `${name} ${shown(due)}`),
  };
}

describe('an instance', () => {
  it.each<
    [
      says: string,
      reports: Parameters<typeof seenAfter>[0],
      until: string,
      seen: ReturnType<typeof seenAfter>,
    ]
  >([
    [
      'is expected, its start due',
      [],
      '09:00',
      { status: 'expected', started: null, alarms: [], due: ['start-timeout 10:00'] },
    ],
    [
      'starts with its first event: rules on `activated` run, its start is due no more, its deadline is',
      [['09:00', 'a activated']],
      '09:10',
      { status: 'running', started: '09:00', alarms: ['begun x1'], due: ['deadline 09:30'] },
    ],
    [
      'starts once',
      [
        ['09:00', 'a activated'],
        ['09:05', 'a committed'],
      ],
      '09:10',
      { status: 'running', started: '09:00', alarms: ['begun x1'], due: ['deadline 09:30'] },
    ],
    [
      'was given up before it had started: its first event starts it all the same',
      [['13:00', 'a activated']],
      '13:10',
      { status: 'running', started: '13:00', alarms: ['begun x1'], due: ['deadline 13:30'] },
    ],
    [
      'was given up while it ran: the next event goes on where it was, and starts nothing',
      [
        ['09:00', 'a activated'],
        ['13:00', 'a committed'],
      ],
      '13:10',
      { status: 'running', started: '09:00', alarms: ['begun x1'], due: [] },
    ],
  ])('%s', (_, reports, until, seen) => {
    expect(seenAfter(reports, until)).toEqual(seen);
  });

  it('is given up when nothing came for so long', () => {
    expect(seenAfter([], '12:30')).toMatchObject({ status: 'abandoned', started: null });
    expect(seenAfter([['09:00', 'a activated']], '11:30')).toMatchObject({
      status: 'abandoned',
      started: '09:00',
    });
  });
});
