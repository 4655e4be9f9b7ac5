/** Multiple instances: WCP-12 to WCP-15 of the workflow patterns (definitions/README.md). */
import { describe } from 'vitest';
import { at, end, from, scenario, want } from '../timeline.ts';

const LOOSE = `
flow: work
steps:
  a: {}
  r: { flow: report, each: [north, south] }
  z: {}
connectors:
  - { from: a, to: r }
  - { from: a, to: z }
---
flow: report
steps: { x: {}, y: {} }
connectors: [{ from: x, to: y }]
`;
const north = from('report/k/north');
const south = from('report/k/south');

describe('WCP-12 Multiple Instances without Synchronization', () => {
  scenario('the instances run beside the rest, which does not wait for them', LOOSE, [
    at('09:00', 'a committed'),
    south('09:05', 'x committed'),
    at('09:10', 'z committed'),
    want('09:11', { status: 'running', steps: { r: 'running', z: 'committed' } }),
    north('09:15', 'x committed'),
    north('09:16', 'y committed'),
    south('09:20', 'y committed'),
    end(null, {
      status: 'committed',
      deviated: false,
      instances: ['report/k/north committed', 'report/k/south committed', 'work/k committed'],
    }),
  ]);

  scenario(
    'where their number is open they are a flow of their own, which nothing nests',
    LOOSE.replace('  r: { flow: report, each: [north, south] }\n', '').replace(
      '  - { from: a, to: r }\n',
      '',
    ),
    [
      at('09:00', 'a committed'),
      from('report/k/1')('09:01', 'x committed'),
      from('report/k/2')('09:02', 'x committed'),
      at('09:05', 'z committed'),
      from('report/k/2')('09:10', 'y committed'),
      end(null, {
        status: 'committed',
        deviated: false,
        instances: ['report/k/1 running', 'report/k/2 committed', 'work/k committed'],
      }),
    ],
  );

  scenario('an instance that runs before it was asked for is out of order', LOOSE, [
    north('09:00', 'x activated'),
    end(null, {
      deviated: true,
      steps: { a: 'active', r: 'running' },
      alarms: ['09:00 out-of-order at r (out-of-order, warning)'],
    }),
  ]);
});

const KNOWN = `
flow: work
steps:
  r: { flow: report, each: [north, south] }
  z: {}
connectors: [{ from: r, to: z }]
---
flow: report
steps: { x: {} }
`;

describe('WCP-13 Multiple Instances with a Priori Design-Time Knowledge', () => {
  scenario('as many instances as there are entries; what follows waits for all of them', KNOWN, [
    at('09:00', 'activated'),
    north('09:05', 'x activated'),
    south('09:06', 'x committed'),
    want('09:07', { steps: { r: 'running', z: 'idle' } }),
    north('09:10', 'x committed'),
    at('09:15', 'z committed'),
    end(null, { status: 'committed', deviated: false }),
  ]);

  scenario('what follows is out of order while one of them is not done', KNOWN, [
    south('09:06', 'x committed'),
    at('09:10', 'z committed'),
    end(null, {
      status: 'running',
      deviated: true,
      steps: { r: 'running', z: 'committed' },
      alarms: ['09:10 out-of-order at z (out-of-order, warning)'],
    }),
  ]);

  scenario('one that fails leaves no way on', KNOWN, [
    south('09:06', 'x committed'),
    north('09:10', 'x exception'),
    end(null, {
      status: 'failed',
      steps: { r: 'failed', z: 'idle' },
      alarms: ['09:10 exception at x of report/k/north (exception, critical)'],
    }),
  ]);
});

const COUNTED = `
flow: work
steps:
  a: { split: first, params: { N: { type: number } } }
  item: { split: first }
  z: { join: any }
connectors:
  - { from: a, to: z, when: N == 0 }
  - { from: a, to: item }
  - { from: item, to: item, when: visits < steps.a.N }
  - { from: item, to: z }
`;

describe('WCP-14 Multiple Instances with a Priori Run-Time Knowledge', () => {
  scenario('as many commits as were announced, and then on', COUNTED, [
    at('09:00', 'a committed', { N: 3 }),
    at('09:01', 'item committed'),
    at('09:02', 'item committed'),
    want('09:03', { steps: { item: 'active x3', z: 'idle' } }),
    at('09:04', 'item committed'),
    at('09:05', 'z committed'),
    end(null, { status: 'committed', deviated: false, steps: { item: 'committed x3' } }),
  ]);

  scenario('instances that overlap are counted by their commits', COUNTED, [
    at('09:00', 'a committed', { N: 2 }),
    at('09:01', 'item activated'),
    at('09:02', 'item activated'),
    at('09:03', 'item committed'),
    at('09:04', 'item committed'),
    at('09:05', 'z committed'),
    end(null, { status: 'committed', deviated: false, steps: { item: 'committed x2' } }),
  ]);

  scenario('none at all leads on at once', COUNTED, [
    at('09:00', 'a committed', { N: 0 }),
    at('09:05', 'z committed'),
    end(null, { status: 'committed', deviated: false, steps: { item: 'idle' } }),
  ]);

  scenario('what follows is out of order while one is missing', COUNTED, [
    at('09:00', 'a committed', { N: 3 }),
    at('09:01', 'item committed'),
    at('09:02', 'item committed'),
    at('09:05', 'z committed'),
    end(null, {
      status: 'running',
      deviated: true,
      steps: { item: 'active x3' },
      alarms: ['09:05 out-of-order at z (out-of-order, warning)'],
    }),
  ]);

  scenario('one more than was announced is out of order', COUNTED, [
    at('09:00', 'a committed', { N: 1 }),
    at('09:01', 'item committed'),
    at('09:02', 'item committed'),
    end(null, {
      deviated: true,
      steps: { item: 'committed x2' },
      alarms: ['09:02 out-of-order at item (out-of-order, warning)'],
    }),
  ]);
});

const GROWING = `
flow: work
steps:
  a: {}
  item: { split: event }
  closed: {}
connectors:
  - { from: a, to: item }
  - { from: item, to: item }
  - { from: item, to: closed }
`;

describe('WCP-15 Multiple Instances without a Priori Run-Time Knowledge', () => {
  scenario('after each commit either one more comes, or what follows', GROWING, [
    at('09:00', 'a committed'),
    at('09:01', 'item committed'),
    want('09:02', { steps: { item: 'active x2', closed: 'active' } }),
    at('09:03', 'item committed'),
    at('09:05', 'closed committed'),
    end(null, { status: 'committed', deviated: false, steps: { item: 'withdrawn x3' } }),
  ]);

  scenario('instances that overlap are counted by their commits', GROWING, [
    at('09:00', 'a committed'),
    at('09:01', 'item activated'),
    at('09:02', 'item activated'),
    at('09:03', 'item committed'),
    at('09:04', 'item committed'),
    at('09:05', 'closed committed'),
    end(null, { status: 'committed', deviated: false }),
  ]);

  scenario('one more after the close is out of order', GROWING, [
    at('09:00', 'a committed'),
    at('09:01', 'item committed'),
    at('09:05', 'closed committed'),
    at('09:06', 'item committed'),
    end(null, {
      deviated: true,
      steps: { closed: 'active x2' },
      alarms: ['09:06 out-of-order at item (out-of-order, warning)'],
    }),
  ]);

  scenario('the close is out of order before the first one', GROWING, [
    at('09:00', 'a committed'),
    at('09:01', 'closed committed'),
    end(null, {
      deviated: true,
      steps: { item: 'active x1' },
      alarms: ['09:01 out-of-order at closed (out-of-order, warning)'],
    }),
  ]);
});
