/** Who may change anything over HTTP, and what is kept of who did what. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { definitionRoutes } from '../../adapters/http/index.ts';
import { StoreError } from '../../engine/index.ts';
import { TOKEN } from '../servers/operator.ts';
import {
  alarm,
  ask,
  event,
  NOW,
  post,
  type Reply,
  rejected,
  type Server,
  schemaErrors,
  startServer,
  store,
} from './http-server.ts';

const ID = 'settlement/2026-11-23/receive/stalled/1';
const WHY = { by: '李伟', reason: 'known' };
const NOBODY = { authorization: undefined, 'milepost-by': undefined };
const RELOAD = '/api/v1/definitions/reload';

let server: Server;
let reloads = 0;

const start = (change: Parameters<typeof startServer>[0] = () => ({})) =>
  startServer((options) => ({
    routes: definitionRoutes({
      reader: options.reader,
      revision: () => 'aaaaaaaaaaaa',
      reload: async () => {
        reloads += 1;
        const broken = reloads > 1;
        return {
          kind: broken ? 'broken' : 'activated',
          revision: 'b',
          errors: broken ? ['f.yaml:1:1: no'] : [],
          at: NOW,
        };
      },
      lastReload: () => null,
      candidate: () => null,
    }),
    ...change(options),
  }));

beforeEach(async () => {
  reloads = 0;
  server = await start();
  await store(server.storage, { alarms: [alarm(ID)], rejected: [rejected('s/1/1', event())] });
});
afterEach(() => server.close());

const changing = () =>
  server.http
    .routes()
    .filter(({ method, path }) => method !== 'GET' && path !== '/api/v1/events')
    .map(({ method, path }) => ({ method, path: path.replace(/\{\w+\}/g, encodeURIComponent(ID)) }));

/** What there is of things that were done. */
async function traces(): Promise<readonly unknown[]> {
  const { items } = await server.notices.reader.acts(10, null);
  const kept = await audit();
  return [...items, ...kept, ...server.sent, ...(reloads > 0 ? ['reloaded'] : [])];
}

async function audit(query = '') {
  const { status, body } = await ask(server, `/api/v1/audit${query}`);
  expect([status, await schemaErrors('AuditPage', body)]).toEqual([200, []]);
  return body.items;
}

const problem = ({ status, body }: Reply) => [status, body.type];

describe('without the token of operators', () => {
  test.each([
    ['no token', NOBODY],
    ['no token, but a name', { ...NOBODY, 'milepost-by': 'Ann' }],
    ['a password', { ...NOBODY, authorization: `Basic ${Buffer.from(`ann:${TOKEN}`).toString('base64')}` }],
    ['the token without its scheme', { ...NOBODY, authorization: TOKEN }],
    ['an empty token', { ...NOBODY, authorization: 'Bearer ', 'milepost-token': '' }],
  ])('nothing that changes anything is reached: %s', async (_, headers) => {
    expect(changing().length).toBeGreaterThan(12);
    for (const { method, path } of changing()) {
      const json = { ...headers, 'content-type': 'application/json' };
      const more = method === 'POST' ? { headers: json, body: JSON.stringify(WHY) } : { headers };
      const answered = await ask(server, path, { method, ...more });
      expect(problem(answered), `${method} ${path}`).toEqual([401, 'urn:milepost:problem:unauthorized']);
      expect(answered.headers['www-authenticate']).toBe('Bearer realm="milepost"');
      expect(answered.body.detail).toMatch(/operator-token.*--token-file/);
    }
    expect(await traces()).toEqual([]);
  });

  test('every address but those of reading and of events is for operators', () => {
    const addresses = server.http.routes().filter(({ method }) => method !== 'GET');
    expect(changing().length).toBe(addresses.length - 1);
  });

  test('applications send their events, and everybody reads', async () => {
    const headers = { ...NOBODY, 'content-type': 'application/json' };
    const taken = await ask(server, '/api/v1/events', { method: 'POST', headers, body: event() });
    expect(taken.status).toBe(202);
    expect((await ask(server, '/api/v1/alarms')).status).toBe(200);
  });

  test.each([
    ['shorter', 'the-token'],
    ['longer', `${TOKEN}s`],
    ['of the same length', TOKEN.replace('the', 'THE')],
    ['its hash', 'a'.repeat(64)],
  ])('one that is %s is wrong, and is said without telling it', async (_, token) => {
    const headers = { authorization: `Bearer ${token}` };
    const answered = await ask(server, RELOAD, { method: 'POST', headers });
    expect(problem(answered)).toEqual([401, 'urn:milepost:problem:unauthorized']);
    expect(server.wrong).toEqual(['a wrong token of operators was sent from 127.0.0.1']);
    expect(await traces()).toEqual([]);
  });
});

test('after ten wrong tokens an address has to wait, with the right one too', async () => {
  const wrong = () => ask(server, RELOAD, { method: 'POST', headers: { authorization: 'Bearer wrong' } });
  for (let tries = 0; tries < 10; tries += 1) expect((await wrong()).status).toBe(401);
  const blocked = await wrong();
  expect(problem(blocked)).toEqual([429, 'urn:milepost:problem:too-many-attempts']);
  expect(blocked.headers['retry-after']).toBe('6');
  expect((await ask(server, RELOAD, { method: 'POST' })).status).toBe(429);
  expect(server.wrong.length).toBe(10);
  expect((await ask(server, '/api/v1/alarms')).status).toBe(200);
});

test('where there is no token nobody acts, and that is said', async () => {
  const { close } = server;
  server = await start(() => ({ operators: { token: null, onWrong: () => undefined } }));
  await close();
  expect(problem(await ask(server, RELOAD, { method: 'POST' }))).toEqual([
    403,
    'urn:milepost:problem:read-only',
  ]);
});

describe('with the token', () => {
  test('a name is asked for', async () => {
    for (const name of [undefined, '', ' ', 'x'.repeat(129), '%00', '%zz', 'a%0ab']) {
      const answered = await ask(server, RELOAD, { method: 'POST', headers: { 'milepost-by': name } });
      expect(problem(answered), name).toEqual([422, 'urn:milepost:problem:act-refused']);
      expect(answered.body.errors).toMatchObject([{ path: 'by' }]);
    }
    expect(await traces()).toEqual([]);
  });

  test('the name may be in the header, and the token in a field of its own', async () => {
    const headers = { ...NOBODY, 'milepost-token': TOKEN, 'milepost-by': encodeURIComponent('李伟') };
    expect((await ask(server, RELOAD, { method: 'POST', headers })).status).toBe(200);
    const comment = { ...headers, 'content-type': 'application/json' };
    const path = `/api/v1/alarms/${encodeURIComponent(ID)}/comment`;
    await ask(server, path, { method: 'POST', headers: comment, body: '{"text":"x"}' });
    expect((await audit()).map(({ by }: { by: string }) => by)).toEqual(['李伟', '李伟']);
    const { items } = await server.notices.reader.acts(10, null);
    expect(items[0]?.act.by).toBe('李伟');
  });

  const on = (act: string) => `/api/v1/alarms/${encodeURIComponent(ID)}/${act}`;
  const until = '2026-11-23T12:00:00.000Z';
  test.each([
    ['ack', on('ack'), { by: '李伟', text: 'on it' }, ID, { text: 'on it' }, 'taken'],
    ['unack', on('unack'), { by: '李伟' }, ID, {}, 'taken'],
    ['comment', on('comment'), { by: '李伟', text: 'x' }, ID, { text: 'x' }, 'taken'],
    ['assign', on('assign'), { by: '李伟', to: 'wang' }, ID, { to: 'wang' }, 'taken'],
    ['not-useful', on('not-useful'), { by: '李伟' }, ID, {}, 'taken'],
    ['mute', on('mute'), { ...WHY, until }, ID, { reason: 'known', until }, 'taken'],
    ['close', on('close'), WHY, ID, { reason: 'known' }, 'taken'],
    [
      'silence',
      '/api/v1/silences',
      { ...WHY, until, match: { flow: 'a' } },
      null,
      { reason: 'known', until, match: { flow: 'a' } },
      'taken',
    ],
    ['unsilence', '/api/v1/silences/none/end', { by: '李伟' }, 'none', {}, 'refused'],
    [
      'waive',
      '/api/v1/waivers',
      { ...WHY, flow: 'settlement', step: 'check', day: '2026-11-23' },
      'settlement/check/2026-11-23',
      { reason: 'known', flow: 'settlement', step: 'check', day: '2026-11-23' },
      'taken',
    ],
    [
      'unwaive',
      '/api/v1/waivers/revoke',
      { ...WHY, flow: 'settlement', key: '2026-11-23' },
      'settlement/2026-11-23',
      { reason: 'known', flow: 'settlement', key: '2026-11-23' },
      'taken',
    ],
    ['trial', '/api/v1/channels/desk/trial', { by: '李伟' }, 'desk', {}, 'taken'],
  ])(
    '%s is in the audit: who, when, what, from where, and what came of it',
    async (kind, path, body, target, detail, outcome) => {
      const answered = await post(server, path, JSON.stringify(body));
      const [entry] = await audit();
      expect(entry).toEqual({
        ...{ id: expect.any(String), at: new Date(NOW).toISOString(), by: '李伟', kind, target, detail },
        ...{ origin: '127.0.0.1', outcome, act: answered.body.id ?? null },
        reason: outcome === 'refused' ? answered.body.detail : null,
      });
      expect(await audit(`?kind=${kind}&by=${encodeURIComponent('李伟')}`)).toEqual([entry]);
      expect(await audit('?by=nobody')).toEqual([]);
    },
  );

  test('sending again, reloading and ending a silence by DELETE are in the audit', async () => {
    const again = `/api/v1/rejected/${encodeURIComponent('s/1/1')}/resend`;
    expect((await post(server, again, event({ id: 'e2' }))).status).toBe(202);
    expect((await ask(server, RELOAD, { method: 'POST' })).status).toBe(200);
    expect((await ask(server, RELOAD, { method: 'POST' })).body.kind).toBe('broken');
    await ask(server, '/api/v1/silences/none?by=Ann&reason=over', { method: 'DELETE' });
    expect(await audit()).toMatchObject([
      {
        ...{ by: 'Ann', kind: 'unsilence', target: 'none', detail: { reason: 'over' } },
        outcome: 'refused',
      },
      { by: 'Tester', kind: 'reload', target: null, outcome: 'refused', reason: 'f.yaml:1:1: no' },
      { by: 'Tester', kind: 'reload', target: null, outcome: 'done', reason: null },
      {
        ...{ by: 'Tester', kind: 'resend', target: 's/1/1', detail: { body: event({ id: 'e2' }) } },
        outcome: 'done',
      },
    ]);
  });

  test('what was refused is in the audit, with why', async () => {
    await post(server, on('ack'), JSON.stringify({ by: '李伟', txt: 'x' }));
    expect(await audit()).toMatchObject([{ outcome: 'refused', reason: expect.stringContaining('text') }]);
  });

  test('what is very long is cut in the audit', async () => {
    await post(server, on('comment'), JSON.stringify({ by: '李伟', text: 'x'.repeat(100_000) }));
    const [{ detail }] = await audit();
    expect(Object.keys(detail)).toEqual(['cut']);
  });

  test('what cannot be kept is not done', async () => {
    const { close } = server;
    const begin = async () => {
      throw new StoreError('the database is away', false, null);
    };
    server = await start(({ audit: log }) => ({ audit: { ...log, begin } }));
    await close();
    expect((await ask(server, RELOAD, { method: 'POST' })).status).toBe(503);
    expect(reloads).toBe(0);
  });

  test('what was done is answered, whether its end can be kept or not', async () => {
    const { close } = server;
    const settle = async () => {
      throw new StoreError('the database is away', false, null);
    };
    server = await start(({ audit: log }) => ({ audit: { ...log, settle } }));
    await close();
    expect((await ask(server, RELOAD, { method: 'POST' })).status).toBe(200);
    expect(await audit()).toMatchObject([{ kind: 'reload', outcome: null }]);
    expect(server.errors.map(({ where }) => where)).toEqual([
      'keeping what became of reload (entry 1 of the audit)',
    ]);
  });
});
