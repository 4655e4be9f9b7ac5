import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { linesFrom, milepost, start } from './cli-process.ts';

const cwd = mkdtempSync(join(tmpdir(), 'milepost-test-'));
afterAll(() => rmSync(cwd, { recursive: true }));

const FLOW = `flow: transfer
steps:
  send: { timers: { stalled: { after: activated, in: 10m } } }
  check: { params: { IN: { type: number } }, on: { committed: { when: IN < 5, do: { alarm: short } } } }
connectors: { from: send, to: check }
`;
const GOOD = `test: good
key: k
day: 2026-11-23
timeline: { at: "09:00", step: send, event: committed }
expect: { steps: { check: active } }
`;
const BAD = `test: bad
title: { en: It fails, zh: 会失败 }
key: k
day: 2026-11-23
timeline:
  - { at: "09:00", step: send, event: committed }
  - { after: 1m, step: check, event: committed, params: { IN: 3 } }
expect: { alarms: [], status: committed }
`;
const FILES: Readonly<Record<string, string>> = {
  'good/flow.yaml': FLOW,
  'good/good.test.yaml': GOOD,
  'bad/flow.yaml': FLOW,
  'bad/bad.test.yaml': `${GOOD}---\n${BAD}`,
  'none/flow.yaml': FLOW,
  'wrong/flow.yaml': FLOW,
  'wrong/a.test.yaml': GOOD.replace('steps:', 'stps:'),
  'unknown/flow.yaml': FLOW,
  'unknown/a.test.yaml': GOOD.replace('check: active', 'chek: active'),
};
for (const [path, text] of Object.entries(FILES)) {
  mkdirSync(join(cwd, path, '..'), { recursive: true });
  writeFileSync(join(cwd, path), text);
}

const run = (...args: string[]) => milepost(['test', ...args], { cwd });

test('tests that hold exit 0, and say so', async () => {
  expect(await run('good')).toEqual({ code: 0, out: '✓ good\n', err: '1 tests: 1 passed, 0 failed\n' });
});

test('one that fails exits 1 and shows what was expected, what there was, and what happened', async () => {
  const { code, out, err } = await run('bad');
  expect(code).toBe(1);
  expect(out.split('\n')).toEqual([
    '✓ good',
    '✗ bad  It fails',
    '    transfer k: alarm short  11-23 09:01:00  bad/bad.test.yaml:14:9',
    '      - expected: no other alarm',
    '      + actual: short @check (warning, raised 11-23 09:01:00, still open) “short: IN < 5”',
    '      what happened:',
    '        11-23 09:00:00  event send committed',
    '        11-23 09:00:00  step send: idle → active',
    '        11-23 09:00:00  step send: active → running',
    '        11-23 09:00:00  step send: running → committed',
    '        11-23 09:00:00  step check: idle → active',
    '        11-23 09:01:00  event check committed IN=3',
    '        11-23 09:01:00  step check: active → running',
    '        11-23 09:01:00  step check: running → committed',
    '        11-23 09:01:00  alarm short @check (warning) raised',
    '      > 11-23 09:01:00',
    '',
  ]);
  expect(err).toBe('2 tests: 1 passed, 1 failed\n');
});

test('in Chinese the words are Chinese, the names stay', async () => {
  const { out, err } = await run('bad', '--only', 'bad', '--lang', 'zh');
  expect(out).toContain('✗ bad  会失败');
  expect(out).toContain('期望: 无其他告警');
  expect(err).toBe('1 项测试: 0 通过, 1 失败\n');
});

test('for programs there is JSON, for CI servers JUnit', async () => {
  const json = await run('bad', '--format', 'json');
  expect(JSON.parse(json.out).tests).toMatchObject([
    { name: 'good', passed: true, failures: [], file: 'bad/bad.test.yaml', line: 1 },
    {
      name: 'bad',
      passed: false,
      failures: [{ kind: 'alarm-surplus', line: 14, time: '2026-11-23T09:01:00.000Z' }],
    },
  ]);
  const junit = await run('bad', '--format', 'junit');
  expect(junit.out).toMatch(
    /^<\?xml version="1.0"[\s\S]*<testsuite name="bad\/bad.test.yaml" tests="2" failures="1"/,
  );
  expect(junit.out).toContain('<testcase name="good" classname="bad/bad.test.yaml"');
  expect(junit.out).toContain('“short: IN &lt; 5”');
  expect(junit.code).toBe(1);
});

test('coverage names what no test reached, also as lcov', async () => {
  const text = await run('good', '--coverage', 'text');
  expect(text.err).toContain('reached: step 1/2, connector 1/1, rule 0/1, timer 0/1');
  expect(text.err).toContain('good/flow.yaml:4:3: step transfer check');
  const file = await run('good', '--coverage', 'lcov', '--coverage-file', 'lcov.info');
  expect(file.code).toBe(0);
  expect(readFileSync(join(cwd, 'lcov.info'), 'utf8')).toBe(
    'TN:\nSF:good/flow.yaml\nDA:3,2\nDA:4,0\nDA:5,1\nLF:3\nLH:2\nend_of_record\n',
  );
  const json = await run('good', '--coverage', 'json', '--coverage-file', 'coverage.json');
  expect(json.code).toBe(0);
  expect(JSON.parse(readFileSync(join(cwd, 'coverage.json'), 'utf8')).items).toContainEqual(
    expect.objectContaining({ kind: 'rule', name: 'check/committed/1', hits: 0, asked: 0, line: 4 }),
  );
});

test.each([
  [['none'], 2, /there is no test below none: write a document that begins with `test: NAME`/],
  [['good', '--only', 'gone'], 2, /there is no test named gone: there are good/],
  [['gone'], 2, /gone cannot be opened/],
  [['good', '--coverage-file', 'x'], 2, /--coverage-file needs --coverage/],
  [['wrong'], 1, /wrong\/a\.test\.yaml:5:11: error: .*did you mean steps\?[\s\S]*nothing was tested/],
  [['unknown'], 1, /unknown\/a\.test\.yaml:5:20: error: .*did you mean 'check'\?[\s\S]*nothing was tested/],
])('%j exits %i with the reason', async (args, code, reason) => {
  const ended = await run(...args);
  expect(ended.err).toMatch(reason);
  expect([ended.code, ended.out]).toEqual([code, '']);
});

test('--watch runs again when a file changes, also after one that is broken, and ends with a signal', async () => {
  mkdirSync(join(cwd, 'watched'));
  writeFileSync(join(cwd, 'watched/flow.yaml'), FLOW);
  writeFileSync(join(cwd, 'watched/a.test.yaml'), GOOD);
  const child = start(['test', 'watched', '--watch'], { cwd });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const said = linesFrom(child.stderr);
  const until = async (text: string) => {
    for (let next = await said.next(); next.done !== true; next = await said.next())
      if (next.value.includes(text)) return true;
    return false;
  };
  expect(await until('1 passed, 0 failed')).toBe(true);
  writeFileSync(join(cwd, 'watched/a.test.yaml'), GOOD.replace('active', 'running'));
  expect(await until('0 passed, 1 failed')).toBe(true);
  writeFileSync(join(cwd, 'watched/a.test.yaml'), 'test: {');
  expect(await until('nothing was tested')).toBe(true);
  writeFileSync(join(cwd, 'watched/a.test.yaml'), GOOD);
  expect(await until('1 passed, 0 failed')).toBe(true);
  child.kill('SIGINT');
  expect(await ended).toBe(0);
});

test('--watch runs again when the extension module changes', async () => {
  mkdirSync(join(cwd, 'extended'));
  mkdirSync(join(cwd, 'module'));
  const extension = (answer: boolean) =>
    writeFileSync(join(cwd, 'module/own.mjs'), `export const conditions = { isShort: () => ${answer} };\n`);
  extension(false);
  writeFileSync(join(cwd, 'extended/flow.yaml'), FLOW.replace('IN < 5', 'isShort()'));
  const committed = '  - { after: 1m, step: check, event: committed }\n';
  writeFileSync(
    join(cwd, 'extended/a.test.yaml'),
    `test: bad\nkey: k\nday: 2026-11-23\ntimeline:\n  - { at: "09:00", step: send, event: committed }\n${committed}expect: { alarms: [] }\n`,
  );
  const child = start(['test', 'extended', '--watch', '--extensions', 'module/own.mjs'], { cwd });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const said = linesFrom(child.stderr);
  const until = async (text: string) => {
    for (let next = await said.next(); next.done !== true; next = await said.next())
      if (next.value.includes(text)) return true;
    return false;
  };
  expect(await until('1 passed, 0 failed')).toBe(true);
  extension(true);
  expect(await until('0 passed, 1 failed')).toBe(true);
  child.kill('SIGINT');
  expect(await ended).toBe(0);
});
