import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ListenError, PortInUse } from '../../adapters/http/index.ts';
import { json, type Route } from '../../adapters/http/route.ts';
import { ask, event, post, type Server, schemaErrors, startServer, talk } from './http-server.ts';

let server: Server;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server.close());

describe('a name that is not ours is not answered, so that no page can be pointed at this machine', () => {
  test.each([
    'evil.example',
    'evil.example:80',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '10.0.0.7',
    'localhost:80:80',
    'a@localhost',
  ])('%j: 421', async (host) => {
    for (const path of ['/', '/api/v1/flows', '/nowhere']) {
      const { status, body } = await ask(server, path, { headers: { host } });
      expect([path, status]).toEqual([path, 421]);
      expect(body.detail).toContain('localhost');
    }
  });

  test.each(['localhost', 'localhost:4600', '127.0.0.1:80', '[::1]:4600', 'LocalHost'])(
    '%j: answered',
    async (host) => {
      expect((await ask(server, '/livez', { headers: { host } })).status).toBe(200);
    },
  );

  test('an empty one, and none at all: refused', async () => {
    const empty = await talk(server, 'GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n');
    expect(empty).toMatch(/^HTTP\/1.1 421 /);
    expect(await talk(server, 'GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 421 /);
    const absolute = 'GET http://localhost/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n';
    expect(await talk(server, absolute)).toMatch(/^HTTP\/1.1 421 /);
  });

  test('a further name is answered where it is configured', async () => {
    const proxied = await startServer(() => ({ hosts: ['milepost.bank.example'] }));
    expect((await ask(proxied, '/livez', { headers: { host: 'milepost.bank.example' } })).status).toBe(200);
    expect((await ask(proxied, '/livez', { headers: { host: 'evil.example' } })).status).toBe(421);
    await proxied.close();
  });
});

describe('what a page of another origin makes a browser send changes nothing', () => {
  test.each([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:1' },
    { 'sec-fetch-site': 'same-origin', origin: 'http://evil.example' },
  ])('%j: 403', async (headers: Readonly<Record<string, string | undefined>>) => {
    const answered = await ask(server, '/api/v1/events', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: event(),
    });
    expect(answered.status).toBe(403);
    expect(server.sent).toEqual([]);
  });

  test('our own page is let through', async () => {
    const own = await startServer();
    const headers = {
      'content-type': 'application/json',
      'sec-fetch-site': 'same-origin',
      origin: own.address,
    };
    expect((await ask(own, '/api/v1/events', { method: 'POST', headers, body: event() })).status).toBe(202);
    await own.close();
  });

  test('no answer allows another origin anything', async () => {
    const { headers } = await ask(server, '/api/v1/flows', { headers: { origin: 'http://evil.example' } });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

test.each(['/', '/api/v1/flows', '/nowhere', '/api/v1/flows/%zz', '/metrics', '/api/v1/instances?limit=x'])(
  '%s carries the headers that keep pages safe',
  async (path) => {
    const { headers } = await ask(server, path);
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringContaining("default-src 'self'"),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
  },
);

describe('methods and media types', () => {
  test.each([
    ['POST', '/api/v1/flows', 'GET, HEAD'],
    ['DELETE', '/api/v1/instances/a/b', 'GET, HEAD'],
    ['GET', '/api/v1/events', 'POST'],
    ['PUT', '/api/v1/events', 'POST'],
    ['OPTIONS', '/api/v1/events', 'POST'],
    ['TRACE', '/', 'GET, HEAD'],
    ['HEAD', '/api/v1/stream', 'GET'],
    ['PATCH', '/api/v1/rejected/x/resend', 'POST'],
  ])('%s %s: 405 with what is allowed', async (method, path, allow) => {
    const { status, headers } = await ask(server, path, { method });
    expect([status, headers.allow]).toEqual([405, allow]);
  });

  test('HEAD is answered like GET, without a body', async () => {
    const { status, text, headers } = await ask(server, '/api/v1/flows', { method: 'HEAD' });
    expect([status, text]).toEqual([200, '']);
    expect(Number(headers['content-length'])).toBeGreaterThan(2);
  });

  test.each([
    ['/api/v1/flows', 'text/html', 406],
    ['/api/v1/flows', 'application/json;q=0, text/html', 406],
    ['/api/v1/flows', 'text/html, */*;q=0.1', 200],
    ['/api/v1/flows', 'APPLICATION/*', 200],
    ['/metrics', 'application/openmetrics-text;q=1, text/plain;version=0.0.4;q=0.5', 200],
    ['/metrics', 'application/json', 406],
    ['/api/v1/stream', 'application/json', 406],
    ['/', 'text/html', 200],
  ])('%s accepting %s: %i', async (path, accept, status) => {
    expect((await ask(server, path, { headers: { accept } })).status).toBe(status);
  });
});

describe('what is no request is answered with problem details', () => {
  test.each([
    ['nonsense', 'hello\r\n\r\n', 400],
    ['no host', 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    [
      'two lengths',
      'POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
    ],
    [
      'length and chunks',
      'POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
    ],
    ['headers without end', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
  ])('%s: %i', async (name, text, status) => {
    const answered = await talk(server, text);
    expect(answered).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    if (name !== 'no host') {
      expect(answered).toContain('application/problem+json');
      const body = JSON.parse(answered.slice(answered.indexOf('\r\n\r\n') + 4));
      expect(await schemaErrors('Problem', body)).toEqual([]);
    }
  });

  test('a path that is not rightly encoded: 400', async () => {
    const { status, body } = await ask(server, '/api/v1/flows/%zz');
    expect([status, body.type]).toEqual([400, 'urn:milepost:problem:bad-request']);
  });

  test('an id longer than any: 400 or 404, never a failure', async () => {
    const { status } = await ask(server, `/api/v1/alarms/${'x'.repeat(20_000)}`);
    expect(status).toBe(400);
  });
});

test('a port that is taken is named, with the remedy', async () => {
  const failed = await startServer(() => ({}), server.port).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(PortInUse);
  expect(failed).toMatchObject({ permanent: true, address: `127.0.0.1:${server.port}` });
  expect(String(failed)).toContain('choose another port');
});

test('an address that this machine lacks is named', async () => {
  const failed = await startServer(() => ({}), 0, '192.0.2.1').catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(ListenError);
  expect(failed).not.toBeInstanceOf(PortInUse);
});

test('a route without a permission keeps the server from starting', async () => {
  const route = { method: 'GET', path: '/open', summary: 'x', parameters: [], accepts: [], answers: {} };
  const handle = async () => json(200, {});
  for (const permission of [undefined, 'anything']) {
    // a route as a program without types could make it
    const wrong = { ...route, handle, permission } as unknown as Route;
    await expect(startServer(() => ({ routes: [wrong] }))).rejects.toThrow(
      'declares a permission: GET /open',
    );
  }
});

test('a further route is answered and described', async () => {
  const page: Route = {
    method: 'GET',
    path: '/',
    permission: 'read',
    summary: 'The console',
    parameters: [],
    accepts: [],
    answers: { 200: { description: 'A page', type: 'text/html' } },
    handle: async () => ({ kind: 'text', status: 200, type: 'text/html; charset=utf-8', body: '<p>console' }),
  };
  const other = await startServer(() => ({ routes: [page] }));
  expect((await ask(other, '/')).text).toBe('<p>console');
  expect((await ask(other, '/openapi.json')).body.paths['/'].get.summary).toBe('The console');
  await other.close();
});

test('row 44: a request that comes letter by letter is cut off, and others are answered meanwhile', async () => {
  const socket = connect(server.port, '127.0.0.1');
  const cut = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => {});
  socket.resume();
  socket.write('GET /livez HTTP/1.1\r\nhost: localhost\r\nx-slow: ');
  const dripping = setInterval(() => socket.write('a'), 500);
  try {
    expect((await ask(server, '/livez')).status).toBe(200);
    await cut;
    expect((await ask(server, '/livez')).status).toBe(200);
  } finally {
    clearInterval(dripping);
    socket.destroy();
  }
}, 60_000);

test('closing twice is fine, and a connection that never sends its request does not hold it up', async () => {
  const other = await startServer();
  const socket = connect(other.port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.on('error', () => {});
  await ask(other, '/livez');
  await Promise.all([other.close(), other.close()]);
  await expect(post(other, '/api/v1/events', event())).rejects.toThrow();
  socket.destroy();
});
