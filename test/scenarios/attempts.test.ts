/** Attempts: every visit of a step is kept with its times and its outcome. */
import { describe } from 'vitest';
import { at, end, scenario, want } from './timeline.ts';

const LOOP = `
flow: work
steps:
  a: { states: { x: [y], y: [] } }
  b: {}
connectors:
  - { from: a, to: a, when: state != 'y' }
  - { from: a, to: b, when: state == 'y' }
`;

describe('the visits of a step', () => {
  scenario('one that has not been reached has none', LOOP, [
    at('09:00', 'a activated'),
    end(null, { visits: ['a 1 running 09:00-'] }),
  ]);

  scenario('a re-run after a failure is a second one; the first keeps its outcome', LOOP, [
    at('09:00', 'a activated'),
    at('09:05', 'a exception'),
    want('09:06', { visits: ['a 1 failed 09:00-09:05'] }),
    at('09:10', 'a activated'),
    want('09:11', { visits: ['a 1 failed 09:00-09:05', 'a 2 running 09:10-'] }),
    at('09:20', 'a committed', {}, { state: 'y' }),
    end(null, {
      visits: ['a 1 failed 09:00-09:05', 'a 2 committed 09:10-09:20', 'b 1 active 09:20-'],
      alarms: ['09:05 exception at a (exception, critical) until 09:10'],
    }),
  ]);

  scenario('a loop adds one each time', LOOP, [
    at('09:00', 'a committed'),
    at('09:10', 'a committed'),
    at('09:20', 'a committed', {}, { state: 'y' }),
    end(null, {
      visits: [
        'a 1 committed 09:00-09:00',
        'a 2 committed 09:00-09:10',
        'a 3 committed 09:10-09:20',
        'b 1 active 09:20-',
      ],
    }),
  ]);

  scenario('one out of order is a visit too', LOOP, [
    at('09:00', 'a activated'),
    at('09:05', 'b committed'),
    end(null, {
      deviated: true,
      visits: ['a 1 running 09:00-', 'b 1 committed 09:05-09:05'],
      alarms: ['09:05 out-of-order at b (out-of-order, warning)'],
    }),
  ]);

  scenario(
    'what another branch has won was a visit that was withdrawn',
    'flow: work\nsplit: event\nsteps: { a: {}, b: {} }\n',
    [
      at('09:00', 'activated'),
      at('09:10', 'b activated'),
      end(null, { visits: ['a 1 withdrawn 09:00-09:10', 'b 1 running 09:00-'] }),
    ],
  );

  scenario('the latest twenty are kept beside the present one, and the count goes on', LOOP, [
    ...Array.from({ length: 24 }, (_, index) => at(`09:${10 + index}`, 'a committed')),
    end(null, {
      steps: { a: 'active x25' },
      visits: [
        ...Array.from(
          { length: 20 },
          (_, index) => `a ${index + 5} committed 09:${13 + index}-09:${14 + index}`,
        ),
        'a 25 active 09:33-',
      ],
    }),
  ]);
});
