import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StoreError } from '../../engine/index.ts';
import {
  alarm,
  ask,
  definitions,
  instance,
  journal,
  NOW,
  rejected,
  type Server,
  schemaErrors,
  startServer,
  store,
} from './http-server.ts';

const ODD_KEYS = [
  'a/b',
  '日终/结算',
  '__proto__',
  'constructor',
  '100%',
  '%2F',
  'a b+c',
  '<script>',
  '..x',
  '?#&=;',
];
const XSS = '<script>alert(1)</script><img src=x onerror=alert(1)>';

let server: Server;

beforeAll(async () => {
  server = await startServer();
  await store(server.storage, {
    instances: [
      instance('settlement', '2026-11-23', { health: 'warning' }),
      instance('settlement', '2026-11-20', {
        tradingDay: '2026-11-20',
        status: 'committed',
        health: 'normal',
      }),
      instance('retired', 'old', { revision: 'bbbbbbbbbbbb', group: null }),
      ...ODD_KEYS.map((key) => instance('report', key, { tradingDay: '2026-11-19' })),
    ],
    journal: [
      journal('settlement', '2026-11-23', 'e1'),
      journal('settlement', '2026-11-23', 'e2'),
      journal('report', 'a/b', 'e1'),
    ],
    alarms: [
      alarm('settlement/2026-11-23/receive/stalled/1', { text: XSS }),
      alarm('settlement/2026-11-23//late-start/1', {
        severity: 'critical',
        clearedAt: NOW,
        clearedBy: 'started',
        step: null,
      }),
      alarm('report/a%2Fb/write/x/1', { flow: 'report', key: 'a/b', group: 'reporting' }),
    ],
    rejected: [rejected('s/1/1', '{"broken'), rejected('s/2/1', 'x'.repeat(5000))],
  });
});

afterAll(() => server.close());

const path = (flow: string, key: string, more = '') =>
  `/api/v1/instances/${encodeURIComponent(flow)}/${encodeURIComponent(key)}${more}`;

describe('every address answers what its schema says', () => {
  test.each([
    ['/api/v1/flows', 'FlowPage'],
    ['/api/v1/flows?group=clearing', 'FlowPage'],
    ['/api/v1/flows/settlement', 'Flow'],
    ['/api/v1/flows/report', 'Flow'],
    ['/api/v1/instances', 'InstancePage'],
    [path('settlement', '2026-11-23'), 'Instance'],
    [path('settlement', '2026-11-23', '/events'), 'EventPage'],
    [path('settlement', '2026-11-23', '/graph'), 'Graph'],
    ['/api/v1/days/2026-11-23', 'Day'],
    ['/api/v1/alarms', 'AlarmPage'],
    [`/api/v1/alarms/${encodeURIComponent('settlement/2026-11-23/receive/stalled/1')}`, 'Alarm'],
    ['/api/v1/rejected', 'RejectedPage'],
    ['/api/v1/rejected/s%2F1%2F1', 'Rejected'],
    ['/livez', 'Liveness'],
    ['/readyz', 'Readiness'],
  ])('%s is a %s', async (address, schema) => {
    const answered = await ask(server, address);
    expect(answered.status, answered.text).toBe(200);
    expect(answered.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(await schemaErrors(schema, answered.body)).toEqual([]);
  });
});

describe('flows', () => {
  test("come with the counts and due times of their calendar's trading day", async () => {
    const { body } = await ask(server, '/api/v1/flows');
    expect(body.items.map(({ name }: { name: string }) => name)).toEqual(['report', 'settlement']);
    expect(body.items[1]).toMatchObject({
      title: { en: 'End-of-day settlement', zh: '日终结算' },
      key: '{tradingDay}',
      start: { due: '2026-11-23T07:30:00.000Z', grace: 'PT0S', severity: 'warning' },
      deadline: { due: '2026-11-23T11:00:00.000Z', severity: 'critical' },
      today: {
        day: '2026-11-23',
        counts: { expected: 0, running: 1, committed: 0, failed: 0, abandoned: 0 },
        health: 'warning',
      },
    });
    expect(body.items[0].today.health).toBeNull();
  });

  test('show steps by the names that events carry', async () => {
    const { body } = await ask(server, '/api/v1/flows/settlement');
    expect(body.steps.map(({ name, event }: { name: string; event: string }) => [name, event])).toEqual([
      ['receive', 'receive'],
      ['check', 'verify'],
    ]);
    expect(body.steps[0].timers).toMatchObject([{ name: 'stalled', after: 'activated', in: 'PT10M' }]);
    expect(body.connectors).toEqual([{ from: 'receive', to: 'check', when: 'PIN > 0', limit: null }]);
    expect(body.graph.nodes).toHaveLength(2);
  });
});

describe('instances', () => {
  test.each(ODD_KEYS)('are found by the percent-encoded key %j', async (key) => {
    const { status, body } = await ask(server, path('report', key));
    expect([status, body.key]).toEqual([200, key]);
  });

  test.each([
    ['flow=settlement', 2],
    ['flow=settlement&status=committed', 1],
    ['health=warning', 1],
    ['group=clearing', 2],
    ['day=2026-11-20', 1],
    ['flow=nothing', 0],
    ['flow=&status=&health=&group=&day=', 13],
  ])('are filtered by %s', async (query, count) => {
    const { body } = await ask(server, `/api/v1/instances?${query}`);
    expect(body.items).toHaveLength(count);
  });

  test('come in pages, each once', async () => {
    const seen: string[] = [];
    let next: string | null = '';
    for (let pages = 0; next !== null && pages < 20; pages += 1) {
      const { body } = await ask(server, `/api/v1/instances?limit=5&cursor=${next}`);
      seen.push(...body.items.map(({ flow, key }: { flow: string; key: string }) => `${flow} ${key}`));
      next = body.next;
    }
    expect(seen).toHaveLength(13);
    expect(new Set(seen).size).toBe(13);
  });

  test('of an older revision are shown by that revision', async () => {
    const older = definitions('flow: retired\nsteps:\n  only: {}\n', 'bbbbbbbbbbbb');
    const other = await startServer(({ reader }) => ({
      reader: { ...reader, instance: async () => instance('retired', 'old', { revision: 'bbbbbbbbbbbb' }) },
      definitionsOf: async (revision) => (revision === 'bbbbbbbbbbbb' ? older : null),
    }));
    const { body } = await ask(other, path('retired', 'old', '/graph'));
    expect(body.nodes).toMatchObject([{ id: 'only', kind: 'checkpoint' }]);
    await other.close();
  });

  test('of a revision that is gone are refused with the remedy', async () => {
    const { status, body } = await ask(server, path('retired', 'old'));
    expect(status).toBe(503);
    expect(body.detail).toContain('bbbbbbbbbbbb');
  });
});

test('events of an instance come in the order of acceptance with what was sent', async () => {
  const { body } = await ask(server, path('settlement', '2026-11-23', '/events'));
  expect(body.items.map(({ id }: { id: string }) => id)).toEqual(['e1', 'e2']);
  expect(body.items[0]).toMatchObject({
    event: 'activated',
    time: '2026-11-23T08:00:00.000Z',
    content: { id: 'e1' },
  });
  expect((await ask(server, path('report', 'a/b', '/events'))).body.items).toHaveLength(1);
});

test.each([
  ['open=true', 2],
  ['open=false', 1],
  ['severity=critical', 1],
  ['group=reporting', 1],
  ['flow=settlement&key=2026-11-23', 2],
  ['key=a%2Fb', 1],
  ['day=2026-11-23', 3],
  ['day=2026-11-24', 0],
])('alarms are filtered by %s', async (query, count) => {
  expect((await ask(server, `/api/v1/alarms?${query}`)).body.items).toHaveLength(count);
});

test('text that would be a script in a page comes out as JSON and nothing else', async () => {
  const answered = await ask(server, '/api/v1/alarms?open=true&severity=warning&flow=settlement');
  expect(answered.body.items[0].text).toBe(XSS);
  expect(answered.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(answered.headers['x-content-type-options']).toBe('nosniff');
  const missing = await ask(server, `/api/v1/flows/${encodeURIComponent(XSS)}`);
  expect(missing.headers['content-type']).toBe('application/problem+json; charset=utf-8');
});

test('rejected messages are shown cut in lists and whole by id', async () => {
  const { body } = await ask(server, '/api/v1/rejected');
  const long = body.items.find(({ id }: { id: string }) => id === 's/2/1');
  expect([long.cut, long.bytes, long.text.length]).toEqual([true, 5000, 2048]);
  const whole = await ask(server, '/api/v1/rejected/s%2F2%2F1');
  expect([whole.body.cut, whole.body.text.length]).toEqual([false, 5000]);
});

describe('what is not there is said so, with what is', () => {
  test.each([
    ['/api/v1/flows/setlement', 'did you mean settlement?'],
    ['/api/v1/flows/zzz', 'GET /api/v1/flows'],
    ['/api/v1/flows/__proto__', 'GET /api/v1/flows'],
    [path('settlement', '2026-11-13'), 'did you mean "2026-11-23"?'],
    [path('setlement', 'x'), 'did you mean settlement?'],
    [path('settlement', 'x', '/events'), '/api/v1/instances?flow=settlement'],
    [path('settlement', 'x', '/graph'), '/api/v1/instances?flow=settlement'],
    ['/api/v1/alarms/none', 'GET /api/v1/alarms'],
    ['/api/v1/rejected/none', 'GET /api/v1/rejected'],
    ['/api/v1/nothing', 'GET / lists the addresses'],
    ['/api/v1/instances/report/a/b', '%2F'],
  ])('%s', async (address, remedy) => {
    const { status, headers, body } = await ask(server, address);
    expect(status).toBe(404);
    expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(body).toMatchObject({ type: 'urn:milepost:problem:not-found', status: 404, instance: address });
    expect(body.detail).toContain(remedy);
    expect(await schemaErrors('Problem', body)).toEqual([]);
  });
});

describe('wrong parameters are refused with their name and the remedy', () => {
  test.each([
    ['/api/v1/instances?limit=0', 'limit', 'from 1 to 500'],
    ['/api/v1/instances?limit=501', 'limit', 'from 1 to 500'],
    ['/api/v1/instances?limit=1e2', 'limit', 'whole number'],
    ['/api/v1/instances?cursor=zzz', 'cursor', 'leave it out'],
    ['/api/v1/alarms?cursor=zzz', 'cursor', 'leave it out'],
    ['/api/v1/rejected?cursor=zzz', 'cursor', 'leave it out'],
    ['/api/v1/instances?status=done', 'status', 'expected, running, committed'],
    ['/api/v1/instances?health=red', 'health', 'critical'],
    ['/api/v1/instances?day=2026-02-30', 'day', 'YYYY-MM-DD'],
    ['/api/v1/instances?day=today', 'day', 'YYYY-MM-DD'],
    ['/api/v1/days/2026-13-01', 'day', 'YYYY-MM-DD'],
    ['/api/v1/alarms?open=yes', 'open', 'true or false'],
    ['/api/v1/alarms?severity=bad', 'severity', 'info, warning, critical'],
    ['/api/v1/instances?flow=a&flow=b', 'flow', 'more than once'],
    ['/api/v1/instances?statsu=running', 'statsu', 'did you mean status?'],
    ['/api/v1/instances?__proto__=x', '__proto__', 'known are flow, status'],
    ['/api/v1/flows/settlement?x=1', 'x', 'takes no parameters'],
    ['/api/v1/flows/settlement?flow=x', 'flow', 'part of the path'],
    ['/api/v1/instances?flow=a%00b', 'flow', 'U+0000'],
    ['/api/v1/instances/report/a%00b', 'key', 'U+0000'],
    ['/livez?x=1', 'x', 'takes no parameters'],
  ])('%s', async (address, field, remedy) => {
    const { status, body } = await ask(server, address);
    expect(status, JSON.stringify(body)).toBe(400);
    expect(body.type).toBe('urn:milepost:problem:bad-parameter');
    expect(body.errors).toEqual([{ path: field, message: expect.stringContaining(remedy) }]);
    expect(await schemaErrors('Problem', body)).toEqual([]);
  });
});

test('several wrong parameters are told at once', async () => {
  const { body } = await ask(server, '/api/v1/instances?limit=x&day=x&y=1');
  expect(body.errors.map(({ path: field }: { path: string }) => field)).toEqual(['limit', 'day', 'y']);
});

test('a database that is away is answered with 503 and told to whoever runs the server', async () => {
  const failing = await startServer(({ reader }) => ({
    reader: {
      ...reader,
      instances: async () => {
        throw new StoreError('connection to 10.0.0.7 refused', false, new Error('ECONNREFUSED'));
      },
    },
  }));
  const { status, headers, text } = await ask(failing, '/api/v1/instances');
  expect([status, headers['retry-after']]).toEqual([503, '5']);
  expect(text).not.toContain('10.0.0.7');
  expect(failing.errors).toHaveLength(1);
  await failing.close();
});

test('a mistake in the program is answered without a trace of the code', async () => {
  const failing = await startServer(() => ({
    graphView: () => {
      throw new TypeError('secret of the code');
    },
  }));
  const { status, text, body } = await ask(failing, '/api/v1/flows/settlement');
  expect(status).toBe(500);
  expect(text).not.toMatch(/secret|TypeError|\.ts/);
  expect(body.type).toBe('urn:milepost:problem:internal');
  expect(failing.errors).toHaveLength(1);
  await failing.close();
});
