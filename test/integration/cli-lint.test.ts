import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { milepost } from './cli-process.ts';

const cwd = mkdtempSync(join(tmpdir(), 'milepost-lint-'));
afterAll(() => rmSync(cwd, { recursive: true }));

const FILES: Readonly<Record<string, string>> = {
  'good/flow.yaml': 'flow: one\ncalendar: shfe\nsteps:\n  receive: {}\n',
  'good/below/calendar.yml': 'calendar: shfe\nzone: Asia/Shanghai\nvalid-until: 2026-12-31\n',
  'good/notes.txt': 'flow: [',
  'bad/flow.yaml':
    'flow: one\ncolour: red\nsteps:\n  receive: {}\n---\nflow: two\nsteps: { receive: {}, check: {} }\nconnectors: { from: receive, to: chek }\n',
  'broken/flow.yaml': 'flow: "one\nsteps: {\n',
  'none/readme.md': '# nothing',
};
for (const [path, text] of Object.entries(FILES)) {
  mkdirSync(join(cwd, path, '..'), { recursive: true });
  writeFileSync(join(cwd, path), text);
}

const lint = (...args: string[]) => milepost(['lint', ...args], { cwd });

test('definitions in order give nothing on standard output, and exit 0', async () => {
  expect(await lint('good', '--today', '2026-06-01')).toEqual({
    code: 0,
    out: '',
    err: '2 files: nothing found\n',
  });
});

test('errors are told by file, line and column as the files were named, and exit 1', async () => {
  const { code, out, err } = await lint('bad');
  expect(out.split('\n')).toEqual([
    expect.stringMatching(/^bad\/flow\.yaml:2:1: error: a flow has no key "colour": .*use one of/),
    expect.stringMatching(/^bad\/flow\.yaml:8:\d+: error: .*did you mean 'check'\?$/),
    '',
  ]);
  expect(code).toBe(1);
  expect(err).toBe('1 file: 2 errors, 0 warnings\n');
});

test('broken YAML is a finding, not a file that cannot be opened', async () => {
  const { code, out } = await lint('broken/flow.yaml', '--format', 'json');
  expect(code).toBe(1);
  const [first] = JSON.parse(out).findings;
  expect(first).toMatchObject({ file: 'broken/flow.yaml', severity: 'error', line: expect.any(Number) });
});

test('warnings alone exit 0, and a calendar that has run out is an error', async () => {
  const soon = await lint('good', '--today', '2026-12-20', '--format', 'json');
  expect(soon.code).toBe(0);
  expect(JSON.parse(soon.out).findings).toMatchObject([
    { file: 'good/below/calendar.yml', line: 3, severity: 'warning', code: 'calendar-expires' },
  ]);
  const past = await lint('good', '--today=2027-01-01', '--format=github');
  expect(past.code).toBe(1);
  expect(past.out).toMatch(/^::error file=good\/below\/calendar\.yml,line=3,col=14,title=calendar-expired::/);
});

test('a file that is named twice is read once', async () => {
  const { code, err } = await lint('good', './good/flow.yaml', '--today', '2026-06-01');
  expect([code, err]).toEqual([0, '2 files: nothing found\n']);
});

test.each([
  [['gone'], /^milepost lint: gone cannot be opened \(ENOENT\): name a definition file or a folder/],
  [['none'], /^milepost lint: there is no \.yaml or \.yml file below none: name a definition file/],
  [['good', 'none'], /there is no \.yaml or \.yml file below none/],
  [
    [],
    /^milepost lint: something is missing: write milepost lint PATH… \[options\] \(milepost lint --help\)$/m,
  ],
  [['good', '--today', '2026-02-30'], /^milepost lint: --today: there is no 2026-02-30/],
])('lint %j is wrong use, and exits 2 with the remedy', async (args, message) => {
  const { code, out, err } = await lint(...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(message);
});

test('what works and is hardly meant is a warning with a code, and can be accepted with a reason', async () => {
  const loop =
    'flow: one\nsteps: { a: {}, b: {} }\nconnectors:\n  - { from: a, to: b }\n  - { from: b, to: a }';
  writeFileSync(join(cwd, 'loop.yaml'), `${loop}\n`);
  const { code, out, err } = await lint('loop.yaml');
  expect(out).toMatch(/^loop\.yaml:5:5: warning: the loop a → b → a .*add `limit: 3`.* \[MP301\]\n$/);
  expect([code, err]).toEqual([0, '1 file: 0 errors, 1 warning\n']);
  writeFileSync(join(cwd, 'loop.yaml'), `${loop} # milepost-ignore MP301\n`);
  expect((await lint('loop.yaml')).code).toBe(1);
  writeFileSync(join(cwd, 'loop.yaml'), `${loop} # milepost-ignore MP301 bounded elsewhere\n`);
  expect(await lint('loop.yaml')).toEqual({ code: 0, out: '', err: '1 file: nothing found\n' });
});
