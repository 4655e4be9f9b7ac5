import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readStaticFiles } from '../../adapters/http/index.ts';
import { ask, type Server, startServer } from './http-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'milepost-pages-'));
const SCRIPT = 'console.log("a page");\n';
const BROWSER = { accept: 'text/html,application/xhtml+xml' };

let server: Server;

beforeAll(async () => {
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>console</title>');
  writeFileSync(join(folder, 'before-paint.js'), SCRIPT);
  writeFileSync(join(folder, 'assets/main-a1B2c3D4.js'), SCRIPT);
  writeFileSync(join(folder, 'assets/main-a1B2c3D4.js.br'), brotliCompressSync(SCRIPT));
  writeFileSync(join(folder, 'assets/main-a1B2c3D4.js.gz'), gzipSync(SCRIPT));
  writeFileSync(join(folder, 'secret.key'), 'not a kind of file that is sent');
  server = await startServer(() => ({}));
  await server.close();
  const pages = await readStaticFiles(folder);
  server = await startServer(() => ({ pages }));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

test.each(['/', '/days/2026-11-23', '/flows/settlement/a%2Fb?step=x'])(
  'a browser that goes to %s gets the page, asks again each time, and may run nothing but its files',
  async (path) => {
    const { status, headers, text } = await ask(server, path, { headers: BROWSER });
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-cache',
    ]);
    expect(text).toContain('<title>console</title>');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toMatch(/unsafe|nonce|\*/);
  },
);

test('a file with a hash in its name is kept for ever, one without is asked for again', async () => {
  const hashed = await ask(server, '/assets/main-a1B2c3D4.js');
  expect([hashed.status, hashed.text, hashed.headers['cache-control']]).toEqual([
    200,
    SCRIPT,
    'public, max-age=31536000, immutable',
  ]);
  const plain = await ask(server, '/before-paint.js');
  expect(plain.headers['cache-control']).toBe('no-cache');
  const etag = String(plain.headers.etag);
  const again = await ask(server, '/before-paint.js', { headers: { 'if-none-match': etag } });
  expect([again.status, again.text]).toEqual([304, '']);
});

test.each([
  ['br, gzip', 'br'],
  ['gzip', 'gzip'],
  ['gzip;q=0.5, br;q=0', 'gzip'],
  ['identity', undefined],
  ['', undefined],
])('who takes "%s" is sent %s', async (accepted, encoding) => {
  const { headers } = await ask(server, '/assets/main-a1B2c3D4.js', {
    headers: { 'accept-encoding': accepted },
  });
  expect([headers['content-encoding'], headers.vary]).toEqual([encoding, 'accept-encoding']);
});

test.each([
  '/assets/none-a1B2c3D4.js',
  '/api/v1/nothing',
  '/secret.key',
  '/../http-pages.test.ts',
  '/assets/..%2f..%2fpackage.json',
  '/main-a1B2c3D4.js.br',
])('%s is no page, whoever asks', async (path) => {
  const { status, headers } = await ask(server, path, { headers: { accept: '*/*' } });
  expect([status, headers['content-type']]).toEqual([404, 'application/problem+json; charset=utf-8']);
});

test('programs still get the API, and a problem where there is no address', async () => {
  expect((await ask(server, '/api/v1/flows')).status).toBe(200);
  expect((await ask(server, '/nothing', { headers: { accept: 'application/json' } })).status).toBe(404);
  expect((await ask(server, '/', { method: 'POST' })).status).toBe(404);
});

test('without built pages there are none, and the remedy is said', async () => {
  const said: string[] = [];
  expect(await readStaticFiles(join(folder, 'assets'), (text) => said.push(text))).toBeNull();
  expect(await readStaticFiles(join(folder, 'none'), (text) => said.push(text))).toBeNull();
  expect(said).toEqual([
    expect.stringContaining('npm run console'),
    expect.stringContaining('npm run console'),
  ]);
});
