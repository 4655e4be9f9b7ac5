import { afterAll, beforeAll, expect, test } from 'vitest';
import { engineViews } from '../../adapters/http/index.ts';
import { readEvent } from '../../checkpoints/index.ts';
import {
  createWatch,
  encodeInstance,
  healthOf,
  type Instance,
  type InstanceRecord,
} from '../../engine/index.ts';
import {
  alarm,
  ask,
  definitions,
  NOW,
  type Server,
  schemaErrors,
  startServer,
  store,
} from './http-server.ts';

const active = definitions(`
calendar: shfe
zone: Asia/Shanghai
weekend: [sat, sun]
---
flow: settlement
title: { en: End-of-day settlement, zh: 日终结算 }
calendar: shfe
key: "{tradingDay}"
start: { by: "15:30" }
steps:
  receive: { title: { en: Receive trades, zh: 接收成交 } }
  check: {}
connectors:
  - { from: receive, to: check }
`);

/** An instance of a day that started at a time of it and took so many minutes, half of them for each step. */
function instanceOf(day: string, time: string, minutes: number): InstanceRecord {
  const start = Date.parse(`${day}T${time}:00+08:00`);
  const watch = createWatch({ definitions: active, since: new Map(), clock: start - 1 });
  const latest = new Map<string, Instance>();
  const send = (id: string, step: string, event: string, time: number) => {
    const read = readEvent({
      id,
      flow: 'settlement',
      key: day,
      step,
      event,
      time: new Date(time).toISOString(),
    });
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    const taken = watch.take(read.event, time, false);
    if (taken.kind !== 'accepted') throw new Error(taken.kind);
    for (const { instance } of watch.harvest().changed) latest.set(instance.key, instance);
  };
  send('1', 'receive', 'activated', start);
  send('2', 'receive', 'committed', start + minutes * 30_000);
  send('3', 'check', 'committed', start + minutes * 60_000);
  const instance = latest.get(day);
  if (instance === undefined) throw new Error('the events of this test make an instance');
  return {
    flow: 'settlement',
    key: day,
    revision: active.revision,
    status: instance.status,
    health: healthOf(instance),
    deviated: false,
    group: null,
    tradingDay: day,
    startedAt: instance.startedAt,
    endedAt: instance.endedAt,
    updatedAt: start,
    openAlarms: 0,
    hasTimers: false,
    applied: 0,
    snapshot: encodeInstance(instance),
  };
}

let server: Server;

beforeAll(async () => {
  server = await startServer(({ reader }) =>
    engineViews({ reader, active, compile: () => null, now: () => NOW }),
  );
  await store(server.storage, {
    instances: [
      instanceOf('2026-11-18', '15:20', 10),
      instanceOf('2026-11-19', '15:22', 20),
      instanceOf('2026-11-20', '15:24', 60),
    ],
    alarms: [
      alarm('one', { flow: 'settlement', key: '2026-11-20', step: 'check', name: 'slow', raisedAt: NOW }),
    ],
  });
});
afterAll(() => server.close());

test('the trading day that it is has neighbours across the weekend', async () => {
  const { body } = await ask(server, '/api/v1/days');
  expect(body).toEqual({
    today: '2026-11-23',
    day: '2026-11-23',
    isTradingDay: true,
    previous: '2026-11-20',
    next: '2026-11-24',
    zone: 'Asia/Shanghai',
    asOf: '2026-11-23T08:00:00.000Z',
  });
  const sunday = await ask(server, '/api/v1/days?day=2026-11-22');
  expect(sunday.body).toMatchObject({
    day: '2026-11-22',
    isTradingDay: false,
    previous: '2026-11-20',
    next: '2026-11-23',
  });
  expect(await schemaErrors('TradingDay', sunday.body)).toEqual([]);
});

test('what is usual is the median of the days before, set on the day asked for', async () => {
  const { body } = await ask(server, '/api/v1/days/2026-11-23/usual');
  const minute = 60_000;
  expect(body).toEqual({
    day: '2026-11-23',
    items: [
      {
        flow: 'settlement',
        of: 3,
        start: '2026-11-23T07:22:00.000Z',
        took: 20 * minute,
        steps: { receive: 10 * minute, check: 10 * minute },
      },
    ],
  });
  expect(await schemaErrors('UsualDay', body)).toEqual([]);
  expect((await ask(server, '/api/v1/days/2026-11-18/usual')).body.items).toEqual([]);
});

test('the last days of a flow are told step by step, with the alarms of each', async () => {
  const { body } = await ask(server, '/api/v1/flows/settlement/history?days=2');
  expect(await schemaErrors('History', body)).toEqual([]);
  expect(body.items.map(({ key }: { key: string }) => key)).toEqual(['2026-11-20', '2026-11-19']);
  expect(body.items[0]).toMatchObject({
    status: 'committed',
    steps: {
      check: {
        status: 'committed',
        visits: 1,
        activatedAt: '2026-11-20T07:54:00.000Z',
        endedAt: '2026-11-20T08:24:00.000Z',
      },
    },
    alarms: [{ id: 'one', step: 'check', name: 'slow', severity: 'warning', clearedAt: null }],
  });
  expect(body.usual).toMatchObject({ of: 2, took: 40 * 60_000 });
  const earlier = await ask(server, '/api/v1/flows/settlement/history?until=2026-11-18');
  expect(earlier.body.items).toHaveLength(1);
  expect((await ask(server, '/api/v1/flows/setlement/history')).body.detail).toContain(
    'did you mean settlement?',
  );
});

test.each([
  ['settle', ['flow settlement']],
  ['结算', ['flow settlement']],
  ['接收', ['step settlement receive']],
  ['11-20', ['instance settlement 2026-11-20']],
  ['SLOW', ['alarm settlement 2026-11-20 check']],
  ['%', []],
  ['', []],
])('a search for "%s" finds %j', async (text, expected) => {
  const { body } = await ask(server, `/api/v1/search?q=${encodeURIComponent(text)}`);
  expect(await schemaErrors('SearchHits', body)).toEqual([]);
  const names = body.items.map(({ kind, flow, key, step }: Record<string, string | null>) =>
    [kind, flow, key, step].filter((part) => part !== null).join(' '),
  );
  expect(names).toEqual(expected);
});
