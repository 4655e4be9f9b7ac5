/** The page about the language says what is: its YAML has no findings, its tables name every key and every pattern's test. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileDefinitions } from '../../../definitions/index.ts';
import { jsonSchemas } from '../../../definitions/schema-json.ts';

const ROOT = new URL('../../../', import.meta.url);
const README = readFileSync(new URL('definitions/README.md', ROOT), 'utf8');
const BLOCKS = [...README.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, yaml = '']) => yaml);
const PATTERNS = [...README.matchAll(/^\| (WCP-\d+ [^|]+?) +\| (\w+) +\|.*\| `([\w-]+)` +\|$/gm)];

test('it has YAML to look at', () => {
  expect(BLOCKS.length).toBeGreaterThan(1);
});

test.each(BLOCKS.map((yaml) => [yaml.split('\n')[0], yaml]))('%s: has no findings', (_, text) => {
  const { definitions, findings } = compileDefinitions([{ file: 'README.md', text }], 'r1');
  expect(findings).toEqual([]);
  expect(definitions?.flows.size).toBeGreaterThan(0);
});

test('every key of flows, checkpoints and calendars is named', () => {
  const keys = new Set<string>();
  const collect = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [name, value] of Object.entries(node)) {
      if (name === 'properties') for (const key of Object.keys(value)) keys.add(key);
      collect(value);
    }
  };
  for (const [file, schema] of jsonSchemas()) if (/^(flow|checkpoint|calendar)\./.test(file)) collect(schema);
  const code = [...README.matchAll(/`([^`\n]+)`/g)].map(([, words]) => words).join(' ');
  const missing = [...keys].filter((key) => !new RegExp(`(?<![\\w-])${key}(?![\\w-])`).test(code));
  expect(keys.size).toBeGreaterThan(40);
  expect(missing).toEqual([]);
});

test('every file that it names is there', () => {
  const named = [...README.matchAll(/^\| ((?:`[\w*/-]+(?:\.ts|\/)`(?:, )?)+) +\|/gm)].flatMap(
    ([, cell = '']) => [...cell.matchAll(/`([\w/.-]+)`/g)].map(([, path = '']) => path),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((path) => !existsSync(new URL(`definitions/${path}`, ROOT)))).toEqual([]);
});

describe('the table of control-flow patterns', () => {
  test('has all twenty, in order', () => {
    const numbers = PATTERNS.map(([, name = '']) => Number(/\d+/.exec(name)?.[0]));
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  test.each(PATTERNS.map(([, name = '', support = '', file = '']) => ({ name, support, file })))(
    '$name is $support expressible, and tested where it says',
    ({ name, support, file }) => {
      const tests = readFileSync(new URL(`test/scenarios/patterns/${file}.test.ts`, ROOT), 'utf8');
      expect(tests).toContain(`describe('${name}'`);
      expect(['yes', 'partly', 'no']).toContain(support);
    },
  );
});
