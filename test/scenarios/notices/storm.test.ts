/** Ten thousand alarms in a minute: what people get, and what is known of each. */
import { expect, test } from 'vitest';
import {
  type AlarmNews,
  decideNotices,
  NO_STATE,
  type Notice,
  NotifierMemory,
  type NotifierState,
} from '../../../engine/index.ts';
import { definitionsOf, timeOf } from './notice-timeline.ts';

const DEFINITIONS = definitionsOf(`
flow: feed
steps: { beat: }
---
flow: order
source: feed
steps: { route: { timers: { late: { after: activated, in: 1m } } } }
---
{ channel: desk, type: bell }
---
policy: p
wait: 10s
repeat: 0s
routes: { levels: { over: desk } }
`);
const MANY = 10_000;

function alarm(flow: string, key: string, step: string, at: number): AlarmNews {
  const source = flow === 'feed' ? 'exception' : 'timer';
  return {
    ...{ id: `${flow}/${key}/${step}/late/1`, flow, key, step, name: 'late', source, severity: 'critical' },
    ...{ group: null, tradingDay: '2026-11-23', text: 'late', count: 1, raisedAt: at, lastAt: at },
    ...{ clearedAt: null, clearedBy: null },
  };
}

/** Takes alarms a thousand at a time within a minute, and what falls due within the next. */
function take(alarms: readonly AlarmNews[]): {
  readonly notices: readonly Notice[];
  readonly state: NotifierState;
} {
  const notices: Notice[] = [];
  const memory = new NotifierMemory(NO_STATE);
  const turn = (some: readonly AlarmNews[], now: number) => {
    const facts = some.map((each) => ({ kind: 'alarm' as const, alarm: each }));
    const decision = decideNotices({ definitions: DEFINITIONS }, memory, facts, now);
    notices.push(...decision.notices);
    memory.apply(decision);
  };
  const until = (time: number) => {
    for (let due = memory.nextDue(); due !== null && due <= time; due = memory.nextDue()) turn([], due);
  };
  for (let from = 0; from < alarms.length; from += 1000) {
    const now = timeOf('09:00') + from * 6;
    until(now - 1);
    turn(alarms.slice(from, from + 1000), now);
  }
  until(timeOf('09:02'));
  return { notices, state: memory };
}

const orders = Array.from({ length: MANY }, (_, index) =>
  alarm('order', `o${index}`, 'route', timeOf('09:00')),
);

test('row 38: of one silent source they are one message, about the source, and each is known as its consequence', () => {
  const { notices, state } = take([alarm('feed', 'main', 'beat', timeOf('09:00') - 1), ...orders]);
  expect(notices.map(({ kind, alarms: [first] }) => `${kind} ${first?.flow}`)).toEqual(['raised feed']);
  const outcomes = [...state.handlings.values()].filter(({ alarm: { flow } }) => flow === 'order');
  expect(outcomes.filter(({ outcome }) => outcome === 'folded')).toHaveLength(MANY);
}, 60_000);

test('row 38: that have nothing to do with each other they are a summary, and each is known to be in it', () => {
  const lone = orders.map((each): AlarmNews => ({ ...each, source: 'exception' }));
  const { notices, state } = take(lone);
  expect(notices.map(({ kind }) => kind)).toEqual(['storm']);
  expect([...state.handlings.values()].filter(({ outcome }) => outcome === 'storm')).toHaveLength(MANY);
}, 60_000);
