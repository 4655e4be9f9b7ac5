/** Basic control flow: WCP-1 to WCP-5 of the workflow patterns (definitions/README.md). */
import { describe } from 'vitest';
import { at, end, scenario, want } from '../timeline.ts';

describe('WCP-1 Sequence', () => {
  const SEQUENCE = `
flow: work
steps: { a: {}, b: {}, c: {} }
connectors:
  - { from: a, to: b }
  - { from: b, to: c }
`;

  scenario('a step is expected once the one before it has committed', SEQUENCE, [
    at('09:00', 'a committed'),
    want('09:01', { steps: { a: 'committed', b: 'active', c: 'idle' } }),
    at('09:05', 'b committed'),
    at('09:10', 'c committed'),
    end(null, { status: 'committed', deviated: false }),
  ]);

  scenario('a step that comes before its turn is out of order', SEQUENCE, [
    at('09:00', 'a committed'),
    at('09:05', 'c committed'),
    at('09:10', 'b committed'),
    end(null, {
      status: 'committed',
      deviated: true,
      steps: { b: 'committed x1', c: 'committed x1' },
      alarms: ['09:05 out-of-order at c (out-of-order, warning)'],
    }),
  ]);

  scenario('a step that is left out keeps the instance open', SEQUENCE, [
    at('09:00', 'a committed'),
    at('09:05', 'c committed'),
    end(null, {
      status: 'running',
      deviated: true,
      steps: { b: 'active' },
      alarms: ['09:05 out-of-order at c (out-of-order, warning)'],
    }),
  ]);
});

const DIAMOND = `
flow: work
steps: { a: {}, b: {}, c: {}, j: {} }
connectors:
  - { from: a, to: b }
  - { from: a, to: c }
  - { from: b, to: j }
  - { from: c, to: j }
`;

describe('WCP-2 Parallel Split', () => {
  scenario('every connector is followed: the branches are expected together, and run in any order', DIAMOND, [
    at('09:00', 'a committed'),
    want('09:01', { steps: { b: 'active', c: 'active' } }),
    at('09:05', 'c activated'),
    at('09:06', 'b activated'),
    at('09:10', 'b committed'),
    at('09:15', 'c committed'),
    at('09:20', 'j committed'),
    end(null, { status: 'committed', deviated: false }),
  ]);

  scenario('a branch that begins before the split is out of order', DIAMOND, [
    at('09:00', 'c committed'),
    at('09:05', 'a committed'),
    end(null, {
      deviated: true,
      steps: { b: 'active', c: 'committed x1', j: 'idle' },
      alarms: ['09:00 out-of-order at c (out-of-order, warning)'],
    }),
  ]);
});

describe('WCP-3 Synchronization', () => {
  scenario('the step behind the branches is expected once all of them have come', DIAMOND, [
    at('09:00', 'a committed'),
    at('09:05', 'b committed'),
    want('09:06', { steps: { j: 'idle' } }),
    at('09:10', 'c committed'),
    want('09:11', { steps: { j: { is: 'active x1', from: '09:10' } } }),
    at('09:15', 'j committed'),
    end(null, { status: 'committed', deviated: false }),
  ]);

  scenario('it is out of order while one of them is still to come', DIAMOND, [
    at('09:00', 'a committed'),
    at('09:05', 'b committed'),
    at('09:06', 'j committed'),
    at('09:10', 'c committed'),
    end(null, {
      status: 'committed',
      deviated: true,
      steps: { j: 'committed x1' },
      alarms: ['09:06 out-of-order at j (out-of-order, warning)'],
    }),
  ]);
});

describe('WCP-3 Synchronization inside another', () => {
  scenario(
    'of two joins that one commit completes the inner one is first, wherever they stand in the file',
    `
flow: work
steps: { a: {}, outer: { gate: true }, check: {}, b: {}, fork: { gate: true }, inner: { gate: true }, c: {}, d: {}, end: {} }
connectors:
  - { from: a, to: b }
  - { from: a, to: fork }
  - { from: fork, to: c }
  - { from: fork, to: d }
  - { from: c, to: inner }
  - { from: d, to: inner }
  - { from: b, to: outer }
  - { from: inner, to: outer }
  - { from: outer, to: check }
  - { from: check, to: a, when: state == 'again' }
  - { from: check, to: end, when: state == 'over' }
`,
    [
      at('09:00', 'a committed'),
      at('09:01', 'b committed'),
      at('09:02', 'c committed'),
      at('09:03', 'd committed'),
      want('09:04', { steps: { inner: 'committed x1', outer: 'committed x1', check: 'active x1' } }),
      at('09:05', 'check committed', {}, { state: 'over' }),
      at('09:06', 'end committed'),
      end(null, {
        status: 'committed',
        deviated: false,
        steps: { outer: 'committed x1', check: 'committed x1' },
      }),
    ],
  );
});

const CHOICE = `
flow: work
steps:
  a: { split: first, params: { N: { type: number } } }
  b: {}
  c: {}
  j: { join: any }
connectors:
  - { from: a, to: b, when: N > 10 }
  - { from: a, to: c, when: N > 5 }
  - { from: b, to: j }
  - { from: c, to: j }
`;

describe('WCP-4 Exclusive Choice', () => {
  scenario('only the first connector whose condition is true is followed', CHOICE, [
    at('09:00', 'a committed', { N: 11 }),
    want('09:01', { steps: { b: 'active', c: 'idle' } }),
    at('09:05', 'b committed'),
    at('09:10', 'j committed'),
    end(null, { status: 'committed', deviated: false }),
  ]);

  scenario('the branch that was not chosen is out of order', CHOICE, [
    at('09:00', 'a committed', { N: 11 }),
    at('09:05', 'c activated'),
    end(null, {
      deviated: true,
      steps: { b: 'active', c: 'running' },
      alarms: ['09:05 out-of-order at c (out-of-order, warning)'],
    }),
  ]);

  scenario('where no condition is true there is no way on', CHOICE, [
    at('09:00', 'a committed', { N: 1 }),
    end(null, { status: 'failed', deviated: true, alarms: ['09:00 dead-end at a (dead-end, critical)'] }),
  ]);
});

describe('WCP-5 Simple Merge', () => {
  scenario('the step where ways meet is expected when one of them arrives', CHOICE, [
    at('09:00', 'a committed', { N: 6 }),
    at('09:05', 'c committed'),
    want('09:06', { steps: { j: 'active x1' } }),
    at('09:10', 'j committed'),
    end(null, { status: 'committed', deviated: false, steps: { b: 'idle' } }),
  ]);

  scenario('the other way is out of order, and its arrival begins another visit', CHOICE, [
    at('09:00', 'a committed', { N: 6 }),
    at('09:05', 'c committed'),
    at('09:10', 'j committed'),
    at('09:15', 'b committed'),
    end(null, {
      status: 'running',
      deviated: true,
      steps: { j: 'active x2' },
      alarms: ['09:15 out-of-order at b (out-of-order, warning)'],
    }),
  ]);
});
