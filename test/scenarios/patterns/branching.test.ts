/** Advanced branching and synchronization: WCP-6 to WCP-9 of the workflow patterns (definitions/README.md). */
import { describe } from 'vitest';
import { at, end, scenario, want } from '../timeline.ts';

const INCLUSIVE = `
flow: work
steps:
  a: { params: { N: { type: number } } }
  b: {}
  c: {}
  d: {}
  j: {}
connectors:
  - { from: a, to: b, when: N > 0 }
  - { from: a, to: c, when: N > 5 }
  - { from: a, to: d, when: N > 10 }
  - { from: b, to: j }
  - { from: c, to: j }
  - { from: d, to: j }
`;

describe('WCP-6 Multi-Choice', () => {
  scenario('every connector whose condition is true is followed', INCLUSIVE, [
    at('09:00', 'a committed', { N: 7 }),
    end(null, { deviated: false, steps: { b: 'active', c: 'active', d: 'idle' } }),
  ]);

  scenario('a branch that was not chosen is out of order', INCLUSIVE, [
    at('09:00', 'a committed', { N: 7 }),
    at('09:05', 'd activated'),
    end(null, { deviated: true, alarms: ['09:05 out-of-order at d (out-of-order, warning)'] }),
  ]);
});

describe('WCP-7 Structured Synchronizing Merge', () => {
  scenario('the join waits for the branches that were chosen, and for no other', INCLUSIVE, [
    at('09:00', 'a committed', { N: 7 }),
    at('09:05', 'c committed'),
    want('09:06', { steps: { j: 'idle' } }),
    at('09:10', 'b committed'),
    want('09:11', { steps: { j: { is: 'active x1', from: '09:10' } } }),
    at('09:15', 'j committed'),
    end(null, { status: 'committed', deviated: false, steps: { d: 'idle' } }),
  ]);

  scenario('where one branch was chosen it does not wait at all', INCLUSIVE, [
    at('09:00', 'a committed', { N: 1 }),
    at('09:05', 'b committed'),
    at('09:10', 'j committed'),
    end(null, { status: 'committed', deviated: false }),
  ]);

  scenario('it is out of order while a chosen branch is still to come', INCLUSIVE, [
    at('09:00', 'a committed', { N: 7 }),
    at('09:05', 'c committed'),
    at('09:06', 'j committed'),
    at('09:10', 'b committed'),
    end(null, {
      status: 'committed',
      deviated: true,
      alarms: ['09:06 out-of-order at j (out-of-order, warning)'],
    }),
  ]);
});

const MERGE = `
flow: work
steps: { a: {}, b: {}, c: {}, j: { join: any } }
connectors:
  - { from: a, to: b }
  - { from: a, to: c }
  - { from: b, to: j }
  - { from: c, to: j }
`;

const COPIES = `
flow: work
steps: { a: {}, b: {}, c: {}, j-after-b: { as: j }, j-after-c: { as: j } }
connectors:
  - { from: a, to: b }
  - { from: a, to: c }
  - { from: b, to: j-after-b }
  - { from: c, to: j-after-c }
`;

describe('WCP-8 Multi-Merge', () => {
  scenario('the step runs once for every arrival, one after the other', MERGE, [
    at('09:00', 'a committed'),
    at('09:05', 'b committed'),
    at('09:06', 'j committed'),
    at('09:10', 'c committed'),
    at('09:11', 'j committed'),
    end(null, { status: 'committed', deviated: false, steps: { j: 'committed x2' } }),
  ]);

  scenario('arrivals while it is expected or runs are one visit: a step is where it is only once', MERGE, [
    at('09:00', 'a committed'),
    at('09:05', 'b committed'),
    at('09:06', 'c committed'),
    at('09:10', 'j committed'),
    want('09:11', { status: 'committed', deviated: false }),
    at('09:15', 'j committed'),
    end(null, {
      deviated: true,
      steps: { j: 'committed x2' },
      alarms: ['09:15 out-of-order at j (out-of-order, warning)'],
    }),
  ]);

  scenario('runs that overlap are a step for each branch, under one name', COPIES, [
    at('09:00', 'a committed'),
    at('09:05', 'b committed'),
    at('09:06', 'c committed'),
    at('09:10', 'j activated'),
    at('09:11', 'j activated'),
    at('09:15', 'j committed'),
    want('09:16', { status: 'running', steps: { 'j-after-b': 'committed', 'j-after-c': 'active' } }),
    at('09:20', 'j committed'),
    end(null, { status: 'committed', deviated: false }),
  ]);

  scenario('a run more than there were arrivals is out of order', COPIES, [
    at('09:00', 'a committed'),
    at('09:05', 'b committed'),
    at('09:10', 'j committed'),
    at('09:11', 'j committed'),
    end(null, {
      deviated: true,
      steps: { 'j-after-b': 'committed x2', c: 'active' },
      alarms: ['09:11 out-of-order at j-after-b (out-of-order, warning)'],
    }),
  ]);
});

const DISCRIMINATOR = `
flow: work
steps:
  a: {}
  b: { end: true }
  c: { end: true }
  j: { join: any }
  z: { split: first }
  done: {}
connectors:
  - { from: a, to: b }
  - { from: a, to: c }
  - { from: b, to: j, when: steps.j.visits < steps.a.visits }
  - { from: c, to: j, when: steps.j.visits < steps.a.visits }
  - { from: j, to: z }
  - { from: z, to: a, when: state == 'again' }
  - { from: z, to: done }
`;

describe('WCP-9 Structured Discriminator', () => {
  scenario('the first branch to come leads on, the others are waited for and lead nowhere', DISCRIMINATOR, [
    at('09:00', 'a committed'),
    at('09:05', 'c committed'),
    want('09:06', { steps: { b: 'active', j: 'active x1' } }),
    at('09:10', 'j committed'),
    at('09:15', 'b committed'),
    at('09:20', 'z committed', {}, { state: 'over' }),
    at('09:25', 'done committed'),
    end(null, { status: 'committed', deviated: false, steps: { j: 'committed x1' } }),
  ]);

  scenario('in the next round it is ready again', DISCRIMINATOR, [
    at('09:00', 'a committed'),
    at('09:05', 'c committed'),
    at('09:06', 'b committed'),
    at('09:10', 'j committed'),
    at('09:15', 'z committed', {}, { state: 'again' }),
    at('09:20', 'a committed'),
    at('09:25', 'b committed'),
    want('09:26', { steps: { j: 'active x2' } }),
    at('09:30', 'j committed'),
    at('09:31', 'c committed'),
    at('09:35', 'z committed', {}, { state: 'over' }),
    at('09:40', 'done committed'),
    end(null, { status: 'committed', deviated: false, steps: { j: 'committed x2' } }),
  ]);

  scenario('a second run for the second branch is out of order', DISCRIMINATOR, [
    at('09:00', 'a committed'),
    at('09:05', 'c committed'),
    at('09:10', 'j committed'),
    at('09:15', 'b committed'),
    at('09:20', 'j committed'),
    end(null, {
      deviated: true,
      steps: { j: 'committed x2' },
      alarms: ['09:20 out-of-order at j (out-of-order, warning)'],
    }),
  ]);

  scenario('a branch that never comes keeps the instance open', DISCRIMINATOR, [
    at('09:00', 'a committed'),
    at('09:05', 'c committed'),
    at('09:10', 'j committed'),
    at('09:15', 'z committed', {}, { state: 'over' }),
    at('09:20', 'done committed'),
    end(null, { status: 'running', steps: { b: 'active' } }),
  ]);
});
