import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const scratch = mkdtempSync(join(tmpdir(), 'milepost-report-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const program = fileURLToPath(new URL('../../.ci/report.mjs', import.meta.url));

/** What the judge of test reports says about this one: its exit code and its lines. */
function judge(report: string): { status: number | null; lines: string[] } {
  const file = join(scratch, 'report.json');
  writeFileSync(file, report);
  const { status, stdout } = spawnSync(process.execPath, [program, file], { encoding: 'utf8' });
  return { status, lines: stdout.trim().split('\n') };
}

/** A report of one test file with tests of these outcomes. */
function report(outcomes: readonly string[], file: { status?: string; message?: string } = {}): string {
  const assertionResults = outcomes.map((status, index) => ({ status, fullName: `test ${index}` }));
  return JSON.stringify({
    testResults: [{ name: 'a.test.ts', status: 'passed', ...file, assertionResults }],
  });
}

test.each([
  ['all passed', report(['passed', 'passed']), 0, ['2 passed, 0 failed']],
  [
    'one failed',
    report(['passed', 'failed'], { status: 'failed' }),
    1,
    ['failed: a.test.ts > test 1', '1 passed, 1 failed'],
  ],
  [
    'one was skipped',
    report(['skipped', 'passed']),
    1,
    ['did not run (skipped): a.test.ts > test 0', '1 passed, 1 failed'],
  ],
  [
    'one is left to do',
    report(['todo', 'passed']),
    1,
    ['did not run (todo): a.test.ts > test 0', '1 passed, 1 failed'],
  ],
  [
    'a file cannot be loaded',
    report([], { status: 'failed', message: 'broken' }),
    1,
    ['failed: a.test.ts: broken', '0 passed, 1 failed'],
  ],
  ['there was no test at all', report([]), 1, ['0 passed, 0 failed']],
])('a run where %s is judged so, and counted in the last line', (_, text, status, lines) => {
  expect(judge(text)).toEqual({ status, lines });
});

test('what passed only when it was tried again is named, and counted as passed', () => {
  const failureMessages = ['AssertionError: expected 1 to be 2\n    at somewhere'];
  const one = { status: 'passed', fullName: 'late', failureMessages };
  const testResults = [{ name: 'a.test.ts', status: 'passed', assertionResults: [one] }];
  expect(judge(JSON.stringify({ testResults }))).toEqual({
    status: 0,
    lines: [
      'passed when tried again: a.test.ts > late: AssertionError: expected 1 to be 2',
      '1 passed, 0 failed',
    ],
  });
});

test('a run that left no report has failed', () => {
  const { status, lines } = judge('{');
  expect(status).toBe(1);
  expect(lines.at(-1)).toBe('0 passed, 0 failed');
});
