import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readDefinitionFiles } from '../../adapters/definition-files.ts';
import {
  ExtensionFileError,
  loadExtensions,
  RevisionError,
  recompile,
  recompileOrExplain,
} from '../../adapters/extension-file.ts';
import type { ExtensionScope } from '../../definitions/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'milepost-extensions-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

// the functions below look at nothing in it
const nothing = {} as ExtensionScope;

describe('an extension module', () => {
  test.each(['one.mjs', 'two.js', 'three.ts'])('is loaded from %s', async (name) => {
    const type = name.endsWith('.ts') ? ': unknown' : '';
    const text = `const half = (scope${type}) => 0.5;
export const conditions = { isLate(scope) { return this.always() }, always: () => true };
export const handlers = { 'on-short': () => ({ alarm: 'x' }), onLate() { return []; } };
export const more = half;`;
    const { extensions, text: source } = await loadExtensions(file(name, text));
    expect([...extensions.conditions.keys()]).toEqual(['isLate', 'always']);
    expect([...extensions.handlers.keys()]).toEqual(['on-short', 'onLate']);
    expect(extensions.conditions.get('isLate')?.(nothing)).toBe(true);
    expect(source).toBe(text);
  });

  test('may export one of the two, and none is no module', async () => {
    const { extensions } = await loadExtensions(file('only.mjs', 'export const handlers = { a() {} };'));
    expect([extensions.conditions.size, extensions.handlers.size]).toEqual([0, 1]);
    expect((await loadExtensions(null)).text).toBeNull();
  });

  test('that has changed is loaded anew', async () => {
    const path = file('changing.mjs', 'export const conditions = { a: () => true };');
    const before = await loadExtensions(path);
    file('changing.mjs', 'export const conditions = { a: () => false };');
    const after = await loadExtensions(path);
    expect([before, after].map(({ extensions }) => extensions.conditions.get('a')?.(nothing))).toEqual([
      true,
      false,
    ]);
  });

  test.each<[string, string, readonly RegExp[]]>([
    ['syntax.mjs', 'export const = 3;', [/it cannot be loaded: .*Unexpected token/]],
    ['throws.mjs', 'throw new Error("no paper");', [/it cannot be loaded: no paper$/]],
    ['imports.mjs', 'import "./nothing.mjs";', [/it cannot be loaded: .*nothing\.mjs/]],
    ['notes.txt', '', [/an extension module is an ES module: name it \.mjs, \.js or \.ts/]],
    ['empty.mjs', '', [/it exports neither conditions nor handlers: write export const conditions/]],
    [
      'typo.mjs',
      'export const condition = {};',
      [/neither conditions nor handlers \(it exports condition\)/],
    ],
    ['list.mjs', 'export const conditions = [];', [/conditions is no object/]],
    [
      'names.mjs',
      "export const conditions = { 'is-late': () => true, min: () => true, and: () => true, __proto: () => true }",
      [
        /condition 'is-late' has no name/,
        /condition 'min' has the name of/,
        /condition 'and' has the name of/,
      ],
    ],
    [
      'handlers.mjs',
      "export const handlers = { '1st': () => [] };",
      [/handler '1st' has no name that an action/],
    ],
    [
      'kinds.mjs',
      'export const conditions = { a: 1, async b() {}, *c() {}, d: class {} };',
      [/'a' is no function/, /'b' is async or a generator/, /'c' is async or a generator/, /'d' is a class/],
    ],
  ])('that is wrong, %s, says all that is wrong with it', async (name, text, problems) => {
    const path = file(name, text);
    const error = await loadExtensions(path).catch((thrown: unknown) => thrown);
    if (!(error instanceof ExtensionFileError)) throw error;
    expect(error.problems).toEqual(problems.map((each) => expect.stringMatching(each)));
    expect(error.message.split('\n')).toEqual(error.problems.map((problem) => `${path}: ${problem}`));
  });

  test('that is not there is said so', async () => {
    const error = await loadExtensions(join(folder, 'none.mjs')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ExtensionFileError', problems: [] });
    expect(String(error)).toMatch(/none\.mjs cannot be opened \(ENOENT\): name the ES module/);
  });
});

test('the source of the module is part of the revision', async () => {
  const path = file('flow.yaml', 'flow: f\nsteps: { a: {} }');
  const revisions = [null, '', 'a', 'b'].map(
    async (text) => (await readDefinitionFiles([path], text)).revision,
  );
  expect(new Set(await Promise.all(revisions)).size).toBe(4);
  expect((await readDefinitionFiles([path])).revision).toBe(await revisions[0]);
});

describe('a stored revision', () => {
  const sources = [
    {
      file: 'a.yaml',
      text: 'flow: f\nsteps: { a: { on: { committed: { when: isLate(), do: { alarm: x } } } } }',
    },
  ];
  const none = { path: null, text: null };

  test('is compiled with the functions that there are now', async () => {
    const loaded = await loadExtensions(file('now.mjs', 'export const conditions = { isLate: () => true };'));
    expect(recompileOrExplain(loaded, sources, 'abc').revision).toBe('abc');
    expect(recompile(loaded, sources, 'abc')?.flows.size).toBe(1);
  });

  test('that misses some is said so, with what is missing and the remedy', async () => {
    const loaded = await loadExtensions(file('less.mjs', 'export const conditions = {};'));
    expect(recompile(loaded, sources, 'abc')).toBeNull();
    const explained = () => recompileOrExplain(loaded, sources, 'abc');
    expect(explained).toThrow(RevisionError);
    expect(explained).toThrow(
      /instances began under revision abc, .*a\.yaml:2:\d+: .*there is no function 'isLate'.*put what is missing back into .*less\.mjs/,
    );
    const without = { ...none, extensions: { conditions: new Map(), handlers: new Map() } };
    expect(() => recompileOrExplain(without, sources, 'abc')).toThrow(
      /give the extension module .*--extensions FILE/,
    );
    expect(() => recompileOrExplain(without, [{ file: 'a.yaml', text: 'flow: [' }], 'abc')).toThrow(
      /run the version of Milepost that they began under/,
    );
  });
});
