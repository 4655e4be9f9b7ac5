import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const TEST = new URL('../', import.meta.url);
const page = readFileSync(new URL('faults.md', TEST), 'utf8');
const table = page.slice(0, page.indexOf('## Not shown'));

/** `1–4, 8` as 1, 2, 3, 4, 8; `28t` stays. */
function rowsOf(text: string): readonly string[] {
  return text.split(/, | and /).flatMap((part) => {
    const [from, to] = part.split(/–| to /).map((end) => end.trim());
    if (to === undefined || from === undefined) return from === undefined ? [] : [from];
    return Array.from({ length: Number(to) - Number(from) + 1 }, (_, step) => String(Number(from) + step));
  });
}

function named(): ReadonlySet<string> {
  const files = readdirSync(TEST, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.test.ts'));
  const texts = files.map((file) => readFileSync(new URL(file, TEST), 'utf8'));
  const found = texts.flatMap((text) =>
    [...text.matchAll(/\brows? (\d+[a-z]?(?:(?:, | and | to )\d+[a-z]?)*)/g)].map(([, rows]) => rows ?? ''),
  );
  return new Set(found.flatMap(rowsOf));
}

test('every row of the page of faults has a test with its number in its name', () => {
  const rows = [...table.matchAll(/^\| ([\d][^|]*?) \|/gm)].flatMap(([, cell]) => rowsOf(cell ?? ''));
  expect(rows.length).toBeGreaterThan(35);
  const tests = named();
  expect(rows.filter((row) => !tests.has(row))).toEqual([]);
});
