import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { violations } from './rules.ts';

const scratch = mkdtempSync(join(tmpdir(), 'milepost-house-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SOUND: Readonly<Record<string, string>> = {
  'README.md': '',
  'package.json': '{}',
  'package-lock.json': '{}',
  'tsconfig.json': '{}',
  'checkpoints/index.ts': "export * from './event.ts';",
  'checkpoints/event.ts': 'export interface Event { readonly process: string }',
  'definitions/index.ts': "export * from './calendar.ts';",
  'definitions/calendar.ts':
    "import { DateTime } from 'luxon';\nexport const at = (t: number) => DateTime.fromMillis(t);",
  'engine/index.ts': "export * from './worker.ts';",
  'engine/worker.ts':
    "import type { Event } from '../checkpoints/index.ts';\nexport async function work(e: Event) { return e; }",
  'adapters/serve.ts': "import './http/routes.ts';\nimport './serving/stream.ts';",
  'adapters/serving/stream.ts': "import '../nats/intake.ts';",
  'adapters/http/routes.ts': "import fastify from 'fastify';\nexport const app = fastify({ now: Date.now });",
  'adapters/nats/intake.ts': "import 'nats';\nimport '../../engine/index.ts';",
  'adapters/cli/main.ts':
    "import '../serve.ts';\nimport { readFileSync } from 'node:fs';\nexport { readFileSync };",
  'test/unit/a.test.ts': "import '../../engine/worker.ts';\nimport 'vitest';",
};

let trees = 0;

/** What the rules say about a sound house with these files added or changed. */
function house(files: Readonly<Record<string, string>> = {}): string[] {
  trees += 1;
  const root = join(scratch, String(trees));
  for (const [path, text] of Object.entries({ ...SOUND, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return violations(root);
}

test('this repository keeps the rules of the house', () => {
  expect(violations(ROOT)).toEqual([]);
});

test('a sound house has no violations', () => {
  expect(house()).toEqual([]);
});

describe('an import is refused', () => {
  test.each([
    [
      'of a later room',
      'definitions/a.ts',
      "import '../engine/index.ts';",
      'definitions comes before engine',
    ],
    [
      'of a later room for a type',
      'checkpoints/a.ts',
      "import type { X } from '../engine/index.ts';",
      'checkpoints comes before',
    ],
    [
      'of a later room inside a type',
      'checkpoints/a.ts',
      "export type A = import('../engine/index.ts').X;",
      'checkpoints comes before',
    ],
    [
      'past the door of a room',
      'engine/a.ts',
      "export * from '../checkpoints/event.ts';",
      'entered through checkpoints/index.ts',
    ],
    [
      'past the door by re-export',
      'adapters/nats/a.ts',
      "export { work } from '../../engine/worker.ts';",
      'entered through engine/index.ts',
    ],
    [
      'of another adapter',
      'adapters/http/a.ts',
      "import '../nats/intake.ts';",
      'adapters do not know each other',
    ],
    [
      'of another adapter at run time',
      'adapters/http/a.ts',
      "export const a = () => import('../nats/intake.ts');",
      'adapters do not know',
    ],
    [
      'of another adapter by the command line',
      'adapters/cli/a.ts',
      "import '../nats/intake.ts';",
      'adapters do not know each other',
    ],
    [
      'of a part of the assembly',
      'adapters/cli/a.ts',
      "import '../serving/stream.ts';",
      'may know its parts',
    ],
    ['of the assembly by an adapter', 'adapters/http/a.ts', "import '../serve.ts';", 'only the command line'],
    [
      'between loose files of adapters',
      'adapters/clock.ts',
      "import './nats/intake.ts';",
      'adapters do not know each other',
    ],
    ['of a test', 'engine/a.ts', "import '../test/unit/a.test.ts';", 'knows nothing of its tests'],
    [
      'from outside of the rooms',
      'engine/a.ts',
      "import '../.vitest.config.ts';",
      'outside of the four rooms',
    ],
    [
      'of a package away from home',
      'engine/a.ts',
      "import 'luxon';",
      'the home of package luxon is definitions/calendar',
    ],
    [
      'of a part of a package away from home',
      'adapters/http/a.ts',
      "import 'pg/lib/x.js';",
      'the home of package pg is adapters/storage/',
    ],
    [
      'of a package without a home',
      'adapters/http/a.ts',
      "import '@scope/left-pad/deep';",
      'package @scope/left-pad has no home',
    ],
    [
      'of a package named like a property of every object',
      'adapters/http/a.ts',
      "import 'constructor';",
      'package constructor has no home',
    ],
    [
      'of chance by a pure room',
      'engine/a.ts',
      "import { hash, randomUUID } from 'node:crypto';",
      'no input or output',
    ],
    [
      'of all of a module by a pure room',
      'engine/a.ts',
      "import * as crypto from 'node:crypto';",
      'no input or output',
    ],
    ['of files and sockets by a pure room', 'definitions/a.ts', "import 'node:fs';", 'no input or output'],
    [
      'of what is computed by a pure room',
      'definitions/a.ts',
      'export const a = (b: string) => import(b);',
      'loads nothing at run time',
    ],
  ])('%s', (_, path, text, reason) => {
    expect(house({ [path]: text })).toEqual([
      expect.stringMatching(new RegExp(`^${path}:1: imports .*${reason}`)),
    ]);
  });
});

describe('a pure room may not use', () => {
  test.each([
    ['Date.now', 'export const a = Date.now();'],
    ['Date.now', 'export const a = { clock: Date.now };'],
    ['Date.now', "export const a = Date['now']();"],
    ['new Date()', 'export const a = new Date();'],
    ['Date()', 'export const a = Date();'],
    ['Math.random', 'export const a = Math.random();'],
    ['performance', 'export const a = performance.now();'],
    ['process', 'export const a = process.env.HOME;'],
    ['process', 'export const a = [process.pid];'],
    ['globalThis', 'export const a = globalThis;'],
    ['setTimeout', 'setTimeout(() => 1, 1);'],
    ['crypto', 'export const a = crypto.randomUUID();'],
    ['fetch', "export const a = fetch('http://localhost');"],
    ['console', "console.log('x');"],
    ['Intl', 'export const a = new Intl.NumberFormat().format(1);'],
    ['DateTime.local', 'export const a = (DateTime: { local(): number }) => DateTime.local();'],
    ['.getHours', 'export const a = (b: Date) => b.getHours();'],
    ['.localeCompare', "export const a = (b: string) => b.localeCompare('x');"],
    ['import.meta', 'export const a = import.meta.url;'],
    ['process', 'export const a = { process };'],
    ['await', 'export const a = await 1;'],
    ['async', 'export const a = async () => 1;'],
  ])('%s: %s', (what, text) => {
    const [first] = house({ 'definitions/a.ts': `\n${text}` });
    expect(first?.startsWith(`definitions/a.ts:2: uses ${what}: `)).toBe(true);
  });

  test('a timer, even where it may wait', () => {
    const found = house({
      'engine/worker.ts': 'export const work = async () => { await setTimeout(() => 1, 1); };',
    });
    expect(found).toEqual([expect.stringContaining('engine/worker.ts:1: uses setTimeout')]);
  });

  test('but words in texts, comments, types, names and arguments are no use', () => {
    const text = `
      // Date.now() and process.env
      export interface A { readonly process: number; setTimeout(): void; console?: string }
      export const a = (performance: { now(): number }, b: A) => [performance.now(), b.process, 'Math.random()'];
      export const d = [new Date(0), Date.UTC(2026, 1), Date.parse('2026-01-01')];
      export const e = { process: 1, fetch: 2 };
      export type P = Promise<void>;
      export { hash } from 'node:crypto';
    `;
    expect(house({ 'engine/a.ts': text })).toEqual([]);
  });
});

describe('found as well is', () => {
  test('a circle of imports, of types too, with the way round', () => {
    const found = house({
      'engine/a.ts': "import type { B } from './b.ts';\nexport type A = B;",
      'engine/b.ts': "import { type A } from './c.ts';\nexport type B = A;",
      'engine/c.ts': "export type { A } from './a.ts';",
    });
    expect(found).toEqual([
      'engine/a.ts: imports itself in a circle: engine/a.ts -> engine/b.ts -> engine/c.ts -> engine/a.ts',
    ]);
  });

  test('a room that enters itself by its own door', () => {
    const found = house({ 'checkpoints/event.ts': "import './index.ts';" });
    expect(found).toEqual([expect.stringContaining('in a circle')]);
  });

  test('a file that is too long', () => {
    const lines = (count: number) => 'export {};\n'.repeat(count);
    expect(house({ 'engine/a.ts': lines(400), 'test/unit/b.test.ts': lines(500) })).toEqual([]);
    expect(house({ 'engine/a.ts': lines(401), 'test/unit/b.test.ts': lines(501) })).toEqual([
      'engine/a.ts: 401 lines, at most 400: split it by concept',
      'test/unit/b.test.ts: 501 lines, at most 500: split it by concept',
    ]);
  });

  test('markup outside of the console', () => {
    const found = house({
      'adapters/http/page.tsx': 'export const a = <b />;',
      'adapters/console/src/page.tsx': "import { App } from 'antd';\nexport const a = <App />;",
    });
    expect(found).toEqual([expect.stringMatching(/^adapters\/http\/page.tsx: markup/)]);
  });

  test.each([
    'types.ts',
    'utils.ts',
    'helpers.ts',
    'interfaces.ts',
    'readEvent.ts',
    'Event.ts',
    'event_kind.ts',
    'a.mjs',
  ])('the file name %s', (name) => {
    expect(house({ [`engine/${name}`]: '' })).toEqual([expect.stringContaining(`engine/${name}: `)]);
  });

  test('a folder or file that does not belong to the top level, and one that is missing there', () => {
    expect(house({ 'src/a.ts': '', 'notes.txt': '', '.ci/run': '', 'dist/a.js': '' })).toEqual([
      expect.stringContaining('notes.txt: not on the list'),
      expect.stringContaining('src: not on the list'),
    ]);
    const root = join(scratch, 'empty');
    mkdirSync(root);
    expect(violations(root)).toContain('README.md: missing at the top level');
  });
});
