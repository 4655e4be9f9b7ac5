import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { wayProblems } from './readme.ts';

const root = mkdtempSync(join(tmpdir(), 'milepost-readme-'));
afterAll(() => rmSync(root, { recursive: true }));

function problemsOf(readme: string): string[] {
  writeFileSync(join(root, 'README.md'), readme);
  return wayProblems(root);
}

test('every file on the way of one event is there', () => {
  expect(wayProblems(fileURLToPath(new URL('../..', import.meta.url)))).toEqual([]);
});

test('a README without the way, or with a way of no files, is found', () => {
  rmSync(join(root, 'README.md'), { force: true });
  expect(wayProblems(root)).toEqual([expect.stringContaining('there is no section "The way of one event"')]);
  expect(problemsOf('# Milepost\n')).toEqual([expect.stringContaining('there is no section')]);
  expect(problemsOf('## The way of one event\n\nIn, and out.\n')).toEqual([
    expect.stringContaining('names no file'),
  ]);
});

test('a file on the way that is gone is found, one named in another section is not looked for', () => {
  mkdirSync(join(root, 'engine'));
  writeFileSync(join(root, 'engine/decide.ts'), '');
  const readme = [
    '## The way of one event',
    '- `engine/decide.ts` decides with `decide`',
    '### And back',
    '- `engine/tell.ts` tells',
    '## Elsewhere',
    '`docs/gone.md`',
  ].join('\n');
  expect(problemsOf(readme)).toEqual([
    'README.md: "The way of one event" names engine/tell.ts, which is gone: correct the way',
  ]);
});
