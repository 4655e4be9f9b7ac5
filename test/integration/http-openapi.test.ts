import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, event, post, type Server, startServer } from './http-server.ts';

let server: Server;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server.close());

interface Operation {
  readonly operationId: string;
  readonly 'x-permission': string;
  readonly parameters: readonly { name: string; in: string; required: boolean; schema: unknown }[];
  readonly responses: Readonly<Record<string, unknown>>;
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
}

async function operations(): Promise<{ method: string; path: string; operation: Operation }[]> {
  const { body } = await ask(server, '/openapi.json');
  const paths: Record<string, Record<string, Operation>> = body.paths;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

test('the document names exactly the routes that the server has', async () => {
  const described = (await operations()).map(({ method, path }) => `${method} ${path}`).sort();
  const registered = server.http.routes().map(({ method, path }) => `${method} ${path}`);
  expect(described).toEqual([...registered].sort());
  expect(described).toEqual([
    'DELETE /api/v1/silences/{id}',
    'GET /',
    'GET /api/v1/acts',
    'GET /api/v1/acts/{id}',
    'GET /api/v1/alarms',
    'GET /api/v1/alarms/{id}',
    'GET /api/v1/audit',
    'GET /api/v1/channels',
    'GET /api/v1/days',
    'GET /api/v1/days/{day}',
    'GET /api/v1/days/{day}/usual',
    'GET /api/v1/flows',
    'GET /api/v1/flows/{flow}',
    'GET /api/v1/flows/{flow}/history',
    'GET /api/v1/instances',
    'GET /api/v1/instances/{flow}/{key}',
    'GET /api/v1/instances/{flow}/{key}/events',
    'GET /api/v1/instances/{flow}/{key}/explain',
    'GET /api/v1/instances/{flow}/{key}/graph',
    'GET /api/v1/instances/{flow}/{key}/replay',
    'GET /api/v1/notices',
    'GET /api/v1/numbers',
    'GET /api/v1/rejected',
    'GET /api/v1/rejected/{id}',
    'GET /api/v1/route',
    'GET /api/v1/search',
    'GET /api/v1/silences',
    'GET /api/v1/stream',
    'GET /api/v1/views',
    'GET /api/v1/views/{view}',
    'GET /api/v1/views/{view}/events',
    'GET /api/v1/waivers',
    'GET /livez',
    'GET /metrics',
    'GET /openapi.json',
    'GET /readyz',
    'POST /api/v1/alarms/{id}/ack',
    'POST /api/v1/alarms/{id}/assign',
    'POST /api/v1/alarms/{id}/close',
    'POST /api/v1/alarms/{id}/comment',
    'POST /api/v1/alarms/{id}/mute',
    'POST /api/v1/alarms/{id}/not-useful',
    'POST /api/v1/alarms/{id}/unack',
    'POST /api/v1/channels/{name}/trial',
    'POST /api/v1/events',
    'POST /api/v1/rejected/{id}/resend',
    'POST /api/v1/silences',
    'POST /api/v1/silences/{id}/end',
    'POST /api/v1/waivers',
    'POST /api/v1/waivers/revoke',
  ]);
});

test('every operation has a name of its own, a permission, its path parameters and refusals', async () => {
  const all = await operations();
  expect(new Set(all.map(({ operation }) => operation.operationId)).size).toBe(all.length);
  for (const { path, method, operation } of all) {
    expect(operation['x-permission'], path).toBe(
      method === 'GET' ? 'read' : path === '/api/v1/events' ? 'send' : 'operate',
    );
    const inPath = operation.parameters.filter((each) => each.in === 'path').map(({ name }) => name);
    expect(inPath, path).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    expect(operation.parameters.every((each) => each.required === (each.in === 'path'))).toBe(true);
    expect(operation.responses, path).toHaveProperty('default');
    expect(operation.requestBody !== undefined, path).toBe(method === 'POST');
  }
});

test('every reference leads to a schema, and every schema is used', async () => {
  const { body, text } = await ask(server, '/openapi.json');
  expect(body.openapi).toBe('3.1.0');
  const used = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
  expect([...new Set(used)].sort()).toEqual(Object.keys(body.components.schemas).sort());
});

test('every query parameter that is described is known to its route, and none else', async () => {
  for (const { method, path, operation } of await operations()) {
    if (method !== 'GET') continue;
    const address = path.replace(/\{day\}/, '2026-11-23').replace(/\{\w+\}/g, 'x');
    const { body } = await ask(server, `${address}?nonsense=1`);
    expect(
      body.errors.map((each: { path: string }) => each.path),
      path,
    ).toEqual(['nonsense']);
    const inQuery = operation.parameters.filter((each) => each.in === 'query').map(({ name }) => name);
    for (const name of inQuery) expect(body.errors[0].message, path).toContain(name);
  }
});

test('the page at the root leads to every address that needs no parameter, and runs no script', async () => {
  const { text, headers } = await ask(server, '/');
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  for (const { method, path } of server.http.routes()) {
    expect(text).toContain(path);
    if (method === 'GET' && !path.includes('{')) expect(text).toContain(`<a href="${path}">`);
  }
  expect(text).not.toMatch(/<script|<style|style=|\son\w+=/);
});

test('probes answer 503 when something is wrong, and say what', async () => {
  const checks = [{ name: 'database', ok: false, detail: 'no connection for 3 s' }];
  const ill = await startServer(() => ({ health: () => ({ live: false, ready: false, checks }) }));
  expect((await ask(ill, '/livez')).status).toBe(503);
  const { status, body } = await ask(ill, '/readyz');
  expect([status, body]).toEqual([503, { ready: false, checks }]);
  await ill.close();
});

test('measurements count requests by route and never by what callers make up', async () => {
  const measured = await startServer();
  await ask(measured, '/api/v1/flows/settlement');
  await ask(measured, '/api/v1/flows/made-up');
  await ask(measured, '/made/up/by/a/caller');
  await post(measured, '/api/v1/events', `${event()}\n{}`, 'application/x-ndjson');
  const { text, headers } = await ask(measured, '/metrics');
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(text).toContain(
    'milepost_http_requests_total{method="GET",route="/api/v1/flows/{flow}",status="200"} 1',
  );
  expect(text).toContain(
    'milepost_http_requests_total{method="GET",route="/api/v1/flows/{flow}",status="404"} 1',
  );
  expect(text).toContain('milepost_http_requests_total{method="other",route="none",status="404"} 1');
  expect(text).toContain('milepost_http_events_total{outcome="accepted"} 1');
  expect(text).toContain('milepost_http_events_total{outcome="rejected"} 1');
  expect(text).not.toContain('made-up');
  await measured.close();
});
