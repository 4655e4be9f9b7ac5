import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { milepost } from './cli-process.ts';

const cwd = mkdtempSync(join(tmpdir(), 'milepost-cli-extensions-'));
afterAll(() => rmSync(cwd, { recursive: true }));

const FILES: Readonly<Record<string, string>> = {
  'flows.yaml': `flow: transfer
steps:
  receive:
    params: { PIN: { type: number }, POUT: { type: number } }
    on:
      committed:
        - { when: isShort(), do: { call: report, with: { severity: critical } } }
`,
  'functions.mjs': `export const conditions = { isShort: ({ PIN, POUT }) => PIN < POUT };
export const handlers = {
  report: ({ PIN, POUT }, { severity }) => ({ alarm: 'short-transfer', severity, text: \`\${POUT - PIN} bytes are missing\` }),
};
`,
  'typed.ts': `export const conditions = { isShort: (scope: { PIN: number }): boolean => scope.PIN < 5 };
export const handlers = { report: (): unknown => ({ alarm: 'typed' }) };
`,
  'broken.mjs': 'export const conditions = { async isShort() {} };\n',
  'syntax.mjs': 'export const conditions = {};\nexport const = 3;\n',
  'less.mjs': 'export const conditions = { isShort: () => true };\n',
  'log.ndjson': JSON.stringify({
    ...{ id: '1', flow: 'transfer', key: 'k', step: 'receive', event: 'committed' },
    ...{ time: '2026-11-23T09:00:00Z', params: { PIN: 3, POUT: 5 } },
  }),
};
for (const [path, text] of Object.entries(FILES)) writeFileSync(join(cwd, path), text);

const run = (...args: string[]) => milepost(args, { cwd });
const replay = async (...args: string[]) =>
  run('replay', '--definitions', 'flows.yaml', '--events', 'log.ndjson', '--format', 'json', ...args);

test('lint knows the functions of the module', async () => {
  expect(await run('lint', 'flows.yaml', '--extensions', 'functions.mjs')).toMatchObject({
    code: 0,
    out: '',
  });
});

test('lint says what the module lacks', async () => {
  const none = await run('lint', 'flows.yaml');
  expect([none.code, none.out.split('\n')]).toEqual([
    1,
    [
      expect.stringMatching(/^flows\.yaml:7:\d+: error: there is no function 'isShort'/),
      expect.stringMatching(/^flows\.yaml:7:\d+: error: no handler is named 'report'/),
      '',
    ],
  ]);
  const less = await run('lint', 'flows.yaml', '--extensions', 'less.mjs');
  expect([less.code, less.out]).toEqual([1, expect.stringMatching(/^.*no handler is named 'report'.*\n$/)]);
});

test('a module that is wrong is a finding, and hides what only follows from it', async () => {
  const { code, out } = await run('lint', 'flows.yaml', '--extensions', 'broken.mjs', '--format', 'json');
  expect(code).toBe(1);
  expect(JSON.parse(out).findings).toEqual([
    {
      ...{ file: 'broken.mjs', line: 1, column: 1, severity: 'error', code: 'bad-extension' },
      message: expect.stringContaining("condition 'isShort' is async"),
    },
  ]);
});

test('a module that is no JavaScript is a finding', async () => {
  const { code, out } = await run('lint', 'flows.yaml', '--extensions', 'syntax.mjs');
  expect(code).toBe(1);
  expect(out).toBe(
    "syntax.mjs:1:1: error: it cannot be loaded: Unexpected token '='; see `node --check` for the line\n",
  );
});

test('replay runs conditions and handlers', async () => {
  const { code, out } = await replay('--extensions', 'functions.mjs');
  expect(code).toBe(0);
  expect(JSON.parse(out).alarms).toMatchObject([
    { name: 'short-transfer', source: 'expression', severity: 'critical', text: '2 bytes are missing' },
  ]);
});

test('a module may be written in TypeScript', async () => {
  const { code, out, err } = await replay('--extensions', 'typed.ts');
  expect([code, err]).toEqual([0, '1 event\n']);
  expect(JSON.parse(out).alarms).toMatchObject([{ name: 'typed', severity: 'warning' }]);
});

test.each([
  [['replay', '--definitions', 'flows.yaml', '--events', 'log.ndjson']],
  [['up', 'flows.yaml', '--no-nats', '--port', '0']],
])('milepost %j does not begin with a module that is wrong, or not there', async (args) => {
  const broken = await run(...args, '--extensions', 'broken.mjs');
  expect(broken).toEqual({
    code: 1,
    out: '',
    err: expect.stringContaining("broken.mjs: condition 'isShort' is async"),
  });
  const none = await run(...args, '--extensions', 'none.mjs');
  expect(none).toEqual({
    code: 2,
    out: '',
    err: expect.stringContaining('none.mjs cannot be opened (ENOENT)'),
  });
});
