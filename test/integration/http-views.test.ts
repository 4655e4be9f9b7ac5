import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engineViews } from '../../adapters/http/index.ts';
import { type CheckpointEvent, readEvent } from '../../checkpoints/index.ts';
import {
  createWatch,
  encodeInstance,
  healthOf,
  type Instance,
  type InstanceRecord,
  type JournalRecord,
} from '../../engine/index.ts';
import { ask, definitions, NOW, type Server, schemaErrors, startServer, store } from './http-server.ts';

const DAY = '2026-11-23';

const active = definitions(`
calendar: shfe
zone: Asia/Shanghai
---
view: evening
title: { en: The evening, zh: 盘后 }
nodes:
  exchange: { label: { en: The exchange, zh: 交易所 }, x: 0, y: 40 }
  clearing: { flow: settlement }
  check: { flow: settlement, step: check }
  funds: { view: funds }
links: { from: exchange, to: clearing, label: files }
notes: { text: Standby }
---
view: funds
nodes: { all: { group: funds } }
---
view: empty
nodes: { words: { label: Nothing } }
---
flow: settlement
title: { en: Settlement, zh: 日终结算 }
group: clearing
calendar: shfe
steps: { receive: { title: { en: Receive, zh: 接收 } }, check: { as: verify } }
connectors: [{ from: receive, to: check }]
---
flow: transfer
group: funds
calendar: shfe
steps: { send: {} }
`);

function eventOf(flow: string, key: string, step: string, event: string, minute: number): CheckpointEvent {
  const time = new Date(NOW - 60 * 60_000 + minute * 60_000).toISOString();
  const read = readEvent({ id: `${step} ${event}`, flow, key, step, event, time });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.event;
}

const EVENTS = [
  eventOf('settlement', 'a', 'receive', 'activated', 1),
  eventOf('settlement', 'a', 'receive', 'committed', 2),
  eventOf('settlement', 'b', 'receive', 'committed', 3),
  eventOf('settlement', 'a', 'verify', 'exception', 4),
  eventOf('transfer', 't', 'send', 'activated', 5),
  eventOf('transfer', 't', 'send', 'committed', 6),
];

/** What the engine makes of the events: instances and journal. */
function stored(): { instances: InstanceRecord[]; journal: JournalRecord[] } {
  const watch = createWatch({ definitions: active, since: new Map(), clock: NOW - 60 * 60_000 });
  const latest = new Map<string, Instance>();
  const journal = EVENTS.map((event, index): JournalRecord => {
    const taken = watch.take(event, event.time, false);
    if (taken.kind !== 'accepted') throw new Error(taken.kind);
    for (const { instance } of watch.harvest().changed)
      latest.set(`${instance.flow}/${instance.key}`, instance);
    const { id, flow, step, kind, time } = event;
    const content = JSON.stringify({ id, flow, key: event.key, step, event: kind });
    return {
      ...{ place: index + 1, clock: time, backlog: false, flow, key: event.key ?? '', id, digest: id },
      ...{ step, kind, time, receivedAt: time, event: content },
    };
  });
  const instances = [...latest.values()].map(
    (instance): InstanceRecord => ({
      ...{ flow: instance.flow, key: instance.key, revision: active.revision, status: instance.status },
      ...{ health: healthOf(instance), deviated: false, group: null, tradingDay: instance.tradingDay },
      ...{ startedAt: instance.startedAt, endedAt: instance.endedAt, updatedAt: NOW },
      ...{ openAlarms: instance.alarms.length, hasTimers: false, applied: 0 },
      snapshot: encodeInstance(instance),
    }),
  );
  return { instances, journal };
}

let server: Server;
beforeAll(async () => {
  server = await startServer(({ reader }) =>
    engineViews({ reader, active, compile: () => null, now: () => NOW }),
  );
  await store(server.storage, stored());
});
afterAll(() => server.close());

describe('the list of views', () => {
  test('has each by its name with its worst, its counts and the views that show it', async () => {
    const { body, status } = await ask(server, '/api/v1/views');
    expect(status).toBe(200);
    expect(body).toMatchObject({ day: DAY, asOf: '2026-11-23T08:00:00.000Z' });
    expect(await schemaErrors('ViewPage', body)).toEqual([]);
    const told = body.items.map(({ name, status: now, nodes, parents }: Record<string, unknown>) => ({
      ...{ name, now, nodes, parents },
    }));
    expect(told).toEqual([
      { name: 'empty', now: null, nodes: 1, parents: [] },
      { name: 'evening', now: 'critical', nodes: 4, parents: [] },
      { name: 'funds', now: 'done', nodes: 1, parents: ['evening'] },
    ]);
    expect(body.items[1]).toMatchObject({
      title: { en: 'The evening', zh: '盘后' },
      counts: { critical: 2, done: 1, idle: 0 },
      worst: { flow: 'settlement', key: 'a', reason: { kind: 'alarm' }, text: 'check: exception' },
    });
  });

  test('is of the day that is asked for', async () => {
    const { body } = await ask(server, '/api/v1/views?day=2026-11-20');
    expect(body).toMatchObject({ day: '2026-11-20', items: [{}, { status: 'idle' }, { status: 'idle' }] });
  });
});

describe('a view', () => {
  test('has its nodes with status, counts and parts worst first, its links, notes and places', async () => {
    const { body } = await ask(server, '/api/v1/views/evening');
    expect(await schemaErrors('View', body)).toEqual([]);
    const none = { x: null, y: null };
    expect(body.nodes).toMatchObject([
      { id: 'exchange', kind: 'label', title: { zh: '交易所' }, status: null, parts: [], x: 0, y: 40 },
      { id: 'clearing', kind: 'flow', flow: 'settlement', status: 'critical', ...none },
      { id: 'check', kind: 'step', flow: 'settlement', step: 'check', status: 'critical', ...none },
      { id: 'funds', kind: 'view', view: 'funds', title: 'funds', status: 'done', ...none },
    ]);
    expect(body.nodes[1].parts).toMatchObject([
      {
        ...{ key: 'a', status: 'critical', text: 'check: exception' },
        reason: { alarm: { flow: 'settlement', key: 'a', step: 'check', name: 'exception' } },
      },
      { key: 'b', status: 'waiting', text: 'waiting for «check»' },
    ]);
    expect(body.nodes[2].parts).toMatchObject([
      { key: 'a', status: 'critical' },
      { key: 'b', status: 'waiting', step: { name: 'check' }, text: 'expected now' },
    ]);
    expect(body.nodes[3]).toMatchObject({ counts: { done: 1 }, parts: [{ flow: 'transfer', key: 't' }] });
    expect(body).toMatchObject({
      links: [{ from: 'exchange', to: 'clearing', label: 'files' }],
      notes: [{ text: 'Standby', ...none }],
      parents: [],
    });
    expect((await ask(server, '/api/v1/views/funds')).body.parents).toEqual([
      { name: 'evening', title: { en: 'The evening', zh: '盘后' } },
    ]);
  });

  test.each([
    ['/api/v1/views/evning', 404, 'did you mean evening?'],
    ['/api/v1/views/evning/events', 404, 'did you mean evening?'],
    ['/api/v1/views/evening/events?node=chek', 404, 'did you mean check?'],
    ['/api/v1/views/evening?day=today', 400, 'day'],
    ['/api/v1/views/__proto__', 404, 'GET /api/v1/views'],
  ])('%s is refused with what to do', async (path, wanted, remedy) => {
    const { status, body } = await ask(server, path);
    expect(status).toBe(wanted);
    expect(body.detail).toContain(remedy);
  });
});

describe('the events of a view', () => {
  const ids = async (query: string) => {
    const { body } = await ask(server, `/api/v1/views/evening/events${query}`);
    expect(await schemaErrors('ViewEvents', body)).toEqual([]);
    return { ids: body.items.map(({ key, id }: Record<string, string>) => `${key} ${id}`), more: body.more };
  };

  test('are those of what it shows and of what the views in it show, latest first', async () => {
    expect(await ids('')).toEqual({
      ids: [
        ...['t send committed', 't send activated', 'a verify exception', 'b receive committed'],
        ...['a receive committed', 'a receive activated'],
      ],
      more: false,
    });
    expect(await ids('?limit=2')).toEqual({ ids: ['t send committed', 't send activated'], more: true });
  });

  test('of one node are its own, of a step by the name that its events carry', async () => {
    expect(await ids('?node=check')).toEqual({ ids: ['a verify exception'], more: false });
    expect((await ids('?node=funds')).ids).toEqual(['t send committed', 't send activated']);
    expect((await ids('?node=exchange')).ids).toEqual([]);
    expect((await ids('?day=2026-11-20')).ids).toEqual([]);
  });
});

test('a flow names the views that show it or steps of it', async () => {
  const { body } = await ask(server, '/api/v1/flows/settlement');
  expect(body.views).toEqual([
    { name: 'evening', title: { en: 'The evening', zh: '盘后' }, whole: true, steps: ['check'] },
  ]);
  expect(await schemaErrors('Flow', body)).toEqual([]);
  expect((await ask(server, '/api/v1/flows/transfer')).body.views).toMatchObject([
    { name: 'funds', whole: true },
  ]);
});

test('a view is found by its name and titles', async () => {
  for (const text of ['evenin', '盘后']) {
    const { body } = await ask(server, `/api/v1/search?q=${encodeURIComponent(text)}`);
    expect(body.items).toMatchObject([{ kind: 'view', view: 'evening', flow: null }]);
    expect(await schemaErrors('SearchHits', body)).toEqual([]);
  }
});
