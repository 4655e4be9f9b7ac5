/** The recipes for CI servers: YAML that can be read, commands that exist, with options that they have. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { diff } from '../../../adapters/cli/commands/diff.ts';
import { lint } from '../../../adapters/cli/commands/lint.ts';
import { test as testCommand } from '../../../adapters/cli/commands/test.ts';
import { readOptions } from '../../../adapters/cli/options.ts';

const FOLDER = new URL('../../../definitions/ci/', import.meta.url);
const COMMANDS = new Map([
  ['lint', lint],
  ['test', testCommand],
  ['diff', diff],
]);

/** Every text that a value holds, at any depth. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

describe.each(readdirSync(FOLDER))('%s', (file) => {
  const recipe: unknown = parse(readFileSync(new URL(file, FOLDER), 'utf8'));
  const lines = textsIn(recipe).flatMap((text) =>
    [...text.matchAll(/npx milepost ([^\n>]*)/g)].map(([, line = '']) => line.trim()),
  );

  test('lints, tests and compares', () => {
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['lint', 'test', 'diff']);
  });

  test.each(lines)('milepost %s: can be called so', (line) => {
    const [name = '', ...args] = line.split(/\s+/).map((word) => word.replaceAll('"', ''));
    const command = COMMANDS.get(name);
    if (command === undefined) throw new Error(`there is no command ${name}`);
    const { operands, options } = readOptions(command, args);
    expect(operands.length).toBeGreaterThan(0);
    if (name === 'diff') expect(options.text('format')).toBe('markdown');
  });
});

test('the recipe for GitHub keeps to what it may do, and never runs what a fork brings with a token that writes', () => {
  const recipe = parse(readFileSync(new URL('github.yml', FOLDER), 'utf8'));
  expect(Object.keys(recipe.on)).toEqual(['pull_request']);
  expect(recipe.permissions).toEqual({ contents: 'read', 'pull-requests': 'write' });
  const shell = recipe.jobs.definitions.steps.map(({ run = '' }: { run?: string }) => run).join('\n');
  // what comes from outside is a variable of the environment, never part of the script
  expect(shell).not.toContain('${{');
});
