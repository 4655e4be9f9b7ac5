/** The token of operators from the first start on: where it lies, who finds it, and that it is in no log. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ask, killMileposts, type Milepost, startMilepost } from '../servers/milepost.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';
import { type Ended, milepost } from './cli-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'milepost-serve-operator-'));
const file = join(folder, '.milepost', 'operator-token');
const NONE = { MILEPOST_OPERATOR_TOKEN: '' };

let postgres: TestPostgres;
let url: string;
beforeAll(async () => {
  writeFileSync(join(folder, 'flows.yaml'), 'flow: report\nsteps: { write: {} }\n');
  writeFileSync(join(folder, 'next.yaml'), 'flow: report\nsteps: { write: {}, send: {} }\n');
  postgres = await startTestPostgres();
  url = await postgres.database();
}, 120_000);
afterEach(() => killMileposts());
afterAll(async () => {
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const up = (env: Readonly<Record<string, string>> = NONE, ...more: readonly string[]): Milepost =>
  startMilepost(['up', 'flows.yaml', '--no-nats', '--no-follow', '--port', '0', ...more], {
    cwd: folder,
    env: { DATABASE_URL: url, ...env },
  });

const run = (address: string, args: readonly string[], env = NONE, cwd = folder): Promise<Ended> =>
  milepost([...args, '--url', address], { cwd, env });

test('is made once, readable for its owner only, found by the command line beside it, and in no log', async () => {
  const first = up(NONE, '--candidate', 'next.yaml');
  const address = await first.serves();
  await first.line(/operators act with the token in .*operator-token/);
  const token = readFileSync(file, 'utf8').trim();
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(statSync(file).mode & 0o777).toBe(0o600);

  expect(await run(address, ['reload'])).toMatchObject({ code: 0 });
  const far = await run(address, ['reload'], NONE, tmpdir());
  expect([far.code, far.err]).toEqual([2, expect.stringMatching(/this is for operators.*--token-file/)]);
  expect((await run(address, ['reload', '--token-file', file], NONE, tmpdir())).code).toBe(0);
  const wrong = await run(address, ['reload'], { MILEPOST_OPERATOR_TOKEN: 'this-is-another-one' });
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('not the token of operators')]);
  first.signal('SIGHUP');
  for (;;) {
    const { body } = await ask(address, '/api/v1/audit');
    const found = body.items.map((entry: { kind: string; by: string; origin: string; outcome: string }) => [
      entry.kind,
      entry.by,
      entry.origin.split(' ')[0],
      entry.outcome,
    ]);
    if (found.length < 4) continue;
    const me = userInfo().username;
    expect(found).toEqual([
      ['reload', me, 'process', 'done'],
      ['reload', me, '127.0.0.1', 'done'],
      ['reload', me, '127.0.0.1', 'done'],
      ['candidate', me, 'process', 'done'],
    ]);
    break;
  }
  const said = first.said().join('\n');
  expect(said).toMatch(/a wrong token of operators was sent from 127\.0\.0\.1/);
  expect([said.includes(token), said.includes('this-is-another-one')]).toEqual([false, false]);
  first.signal('SIGTERM');
  await first.ended;

  chmodSync(file, 0o644);
  const second = up();
  await second.serves();
  expect([readFileSync(file, 'utf8').trim(), statSync(file).mode & 0o777]).toEqual([token, 0o600]);
}, 180_000);

test.each([
  ['too short', { MILEPOST_OPERATOR_TOKEN: 'short' }, /cannot be used: .*openssl rand/],
  [
    'not there',
    { ...NONE, MILEPOST_OPERATOR_TOKEN_FILE: '/nowhere/token' },
    /\/nowhere\/token .*cannot be read/,
  ],
  [
    'given twice',
    { MILEPOST_OPERATOR_TOKEN: 'one-that-is-long-enough', MILEPOST_OPERATOR_TOKEN_FILE: file },
    /exclude each other/,
  ],
])('one that is %s keeps Milepost from starting, with the remedy', async (_, env, message) => {
  const process = up(env);
  expect([await process.ended, process.said().join('\n')]).toEqual([2, expect.stringMatching(message)]);
});
