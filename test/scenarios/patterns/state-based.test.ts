/** State-based patterns: WCP-16 to WCP-18 of the workflow patterns (definitions/README.md). */
import { describe } from 'vitest';
import { at, end, scenario, want } from '../timeline.ts';

const RACE = `
flow: work
steps: { a: { split: event }, b: {}, c: {}, z: { join: any } }
connectors:
  - { from: a, to: b }
  - { from: a, to: c }
  - { from: b, to: z }
  - { from: c, to: z }
`;

describe('WCP-16 Deferred Choice', () => {
  scenario('all branches are offered, and the first to report is the one that was chosen', RACE, [
    at('09:00', 'a committed'),
    want('09:01', { steps: { b: 'active', c: 'active' } }),
    at('09:05', 'c activated'),
    want('09:06', { steps: { b: 'withdrawn', c: 'running' } }),
    at('09:10', 'c committed'),
    at('09:15', 'z committed'),
    end(null, { status: 'committed', deviated: false }),
  ]);

  scenario('another branch that reports after it is out of order', RACE, [
    at('09:00', 'a committed'),
    at('09:05', 'c activated'),
    at('09:06', 'b activated'),
    end(null, {
      deviated: true,
      steps: { b: 'running', c: 'running' },
      alarms: ['09:06 out-of-order at b (out-of-order, warning)'],
    }),
  ]);
});

const WRITTEN_OUT = `
flow: work
split: event
steps:
  a-first: { as: a }
  b-second: { as: b }
  b-first: { as: b }
  a-second: { as: a }
  z: { join: any }
connectors:
  - { from: a-first, to: b-second }
  - { from: b-first, to: a-second }
  - { from: b-second, to: z }
  - { from: a-second, to: z }
`;

const WATCHED = `
flow: work
steps:
  s: {}
  a: { on: { committed: { when: steps.b.status == 'running', do: { alarm: overlap } } } }
  b: { on: { committed: { when: steps.a.status == 'running', do: { alarm: overlap } } } }
  z: {}
connectors:
  - { from: s, to: a }
  - { from: s, to: b }
  - { from: a, to: z }
  - { from: b, to: z }
`;

describe('WCP-17 Interleaved Parallel Routing', () => {
  scenario('with every order written out the one that came is followed', WRITTEN_OUT, [
    at('09:00', 'b activated'),
    at('09:05', 'b committed'),
    want('09:06', { steps: { 'b-first': 'committed', 'a-second': 'active', 'a-first': 'withdrawn' } }),
    at('09:10', 'a activated'),
    at('09:15', 'a committed'),
    at('09:20', 'z committed'),
    end(null, { status: 'committed', deviated: false, steps: { 'b-second': 'idle' } }),
  ]);

  scenario('with every order written out two at a time are out of order', WRITTEN_OUT, [
    at('09:00', 'b activated'),
    at('09:05', 'a activated'),
    end(null, { deviated: true, alarms: ['09:05 out-of-order at a-first (out-of-order, warning)'] }),
  ]);

  scenario('beside each other, with a rule: in any order', WATCHED, [
    at('09:00', 's committed'),
    at('09:05', 'b activated'),
    at('09:10', 'b committed'),
    at('09:15', 'a activated'),
    at('09:20', 'a committed'),
    at('09:25', 'z committed'),
    end(null, { status: 'committed', deviated: false }),
  ]);

  scenario('beside each other, with a rule: two at a time raise its alarm', WATCHED, [
    at('09:00', 's committed'),
    at('09:05', 'b activated'),
    at('09:10', 'a activated'),
    at('09:15', 'a committed'),
    at('09:20', 'b committed'),
    end(null, { deviated: false, alarms: ['09:15 overlap at a (expression, warning)'] }),
  ]);
});

const PLACE = `
flow: work
steps: { order: { split: event }, change: { split: event }, ship: {} }
connectors:
  - { from: order, to: change }
  - { from: order, to: ship }
  - { from: change, to: change }
  - { from: change, to: ship }
`;

const BESIDE = `
flow: work
steps:
  s: {}
  reserve: {}
  ship: {}
  change:
    on:
      committed:
        - when: not (steps.reserve.status == 'committed' and steps.ship.status == 'active')
          do: { alarm: too-early-or-late, text: "reserve is {steps.reserve.status}, ship {steps.ship.status}" }
connectors:
  - { from: s, to: reserve }
  - { from: s, to: change }
  - { from: reserve, to: ship }
`;

describe('WCP-18 Milestone', () => {
  scenario('between one step and another a third may run, as often as it likes', PLACE, [
    at('09:00', 'order committed'),
    at('09:05', 'change committed'),
    at('09:06', 'change committed'),
    at('09:10', 'ship committed'),
    end(null, { status: 'committed', deviated: false, steps: { change: 'withdrawn x3' } }),
  ]);

  scenario('it need not run at all', PLACE, [
    at('09:00', 'order committed'),
    at('09:10', 'ship committed'),
    end(null, { status: 'committed', deviated: false, steps: { change: 'withdrawn x1' } }),
  ]);

  scenario('before and after it is out of order', PLACE, [
    at('09:00', 'order activated'),
    at('09:01', 'change committed'),
    at('09:02', 'order committed'),
    at('09:10', 'ship committed'),
    at('09:11', 'change committed'),
    end(null, {
      deviated: true,
      alarms: ['09:01 out-of-order at change (out-of-order, warning) x2'],
    }),
  ]);

  scenario('in a branch of its own a rule asks where the other branch is', BESIDE, [
    at('09:00', 's committed'),
    at('09:05', 'reserve committed'),
    at('09:06', 'change committed'),
    at('09:10', 'ship committed'),
    end(null, { status: 'committed', deviated: false }),
  ]);

  scenario('in a branch of its own the rule raises its alarm outside the milestone', BESIDE, [
    at('09:00', 's committed'),
    at('09:05', 'reserve committed'),
    at('09:10', 'ship activated'),
    at('09:11', 'change committed'),
    end(null, {
      alarms: [
        '09:11 too-early-or-late at change (expression, warning) "reserve is committed, ship running"',
      ],
    }),
  ]);
});
