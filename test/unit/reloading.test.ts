import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { type ActiveSet, loadActiveSet } from '../../adapters/active-set.ts';
import { checkDefinitions } from '../../adapters/check-definitions.ts';
import { withOwnFlow } from '../../adapters/own-flow.ts';
import { createReloading, type Reloading, type ReloadOutcome } from '../../adapters/reloading.ts';
import { compileDefinitions } from '../../definitions/index.ts';
import { CHANNEL_FLOW, OWN_FLOW } from '../../engine/index.ts';

const root = mkdtempSync(join(tmpdir(), 'milepost-reload-'));
afterAll(() => rmSync(root, { recursive: true }));
const stopping: AbortController[] = [];
afterEach(() => {
  for (const each of stopping.splice(0)) each.abort();
});

const FLOW = 'flow: one\nsteps: { a: {} }\n';
let folders = 0;

interface Home {
  readonly folder: string;
  readonly reloading: Reloading;
  readonly activated: string[];
  readonly outcomes: ReloadOutcome[];
  readonly said: string[];
  write(file: string, text: string): void;
}

/** A folder with one flow, and its reloading. */
async function home(
  options: { readonly paths?: (folder: string) => string[]; readonly module?: string } = {},
): Promise<Home> {
  folders += 1;
  const folder = join(root, String(folders));
  mkdirSync(folder, { recursive: true });
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  write('a.yaml', FLOW);
  const extensions = options.module === undefined ? null : join(folder, 'functions.mjs');
  if (options.module !== undefined) write('functions.mjs', options.module);
  const paths = options.paths?.(folder) ?? [folder];
  const activated: string[] = [];
  const outcomes: ReloadOutcome[] = [];
  const said: string[] = [];
  const say = (text: string) => void said.push(text);
  const reloading = createReloading({
    ...{ paths, extensions, first: await firstSet(paths, extensions), now: () => 0 },
    log: { info: say, warn: say, error: say },
    activate: async ({ definitions }) => void activated.push(definitions.revision),
    onOutcome: async (outcome) => void outcomes.push(outcome),
  });
  return { folder, reloading, activated, outcomes, said, write };
}

async function firstSet(paths: readonly string[], module: string | null): Promise<ActiveSet> {
  const { set } = await loadActiveSet(paths, module);
  if (set === null) throw new Error('the first set is sound');
  return set;
}

test('what has not changed is no reload; a test that changed is not, either', async () => {
  const { reloading, activated, write } = await home();
  write('a.test.yaml', 'test: {');
  expect(await reloading.reload('asked')).toMatchObject({ kind: 'same', errors: [] });
  expect([activated, reloading.last()]).toEqual([[], null]);
});

test('sound definitions take the place of the old ones', async () => {
  const { reloading, activated, outcomes, write } = await home();
  const before = reloading.active().definitions.revision;
  write('b.yaml', 'flow: two\nsteps: { a: {} }\n');
  const outcome = await reloading.reload('asked');
  expect(outcome).toMatchObject({ kind: 'activated' });
  expect(outcome.revision).not.toBe(before);
  expect([...reloading.active().definitions.flows.keys()]).toEqual(['one', 'two', OWN_FLOW, CHANNEL_FLOW]);
  expect([activated, outcomes.map(({ kind }) => kind)]).toEqual([[outcome.revision], ['activated']]);
});

test('of broken ones nothing is used, the old stay, and it is told once until they change', async () => {
  const { reloading, activated, outcomes, said, write } = await home();
  const before = reloading.active();
  write('b.yaml', 'flow: two\nsteps: { a: {} }\n---\nflow: three\nstps: {}\n');
  const outcome = await reloading.reload('asked');
  expect(outcome).toMatchObject({ kind: 'broken', revision: before.definitions.revision });
  expect(outcome.errors.join('\n')).toMatch(/b\.yaml:5:1: error: .*did you mean steps\?/);
  await reloading.reload('asked again');
  expect(reloading.active()).toBe(before);
  expect([activated, outcomes.length]).toEqual([[], 1]);
  expect(said.some((line) => line.includes('stay in use'))).toBe(true);
  rmSync(join(before.sources[0]?.file ?? '', '../b.yaml'));
  expect(await reloading.reload('repaired')).toMatchObject({ kind: 'same' });
  expect(outcomes.map(({ kind }) => kind)).toEqual(['broken', 'same']);
});

test('a folder that is gone is broken, not the end', async () => {
  const { reloading, folder } = await home();
  rmSync(folder, { recursive: true });
  const { kind, errors } = await reloading.reload('asked');
  expect([kind, errors[0]]).toEqual(['broken', expect.stringContaining('cannot be opened')]);
});

test('reloads that are asked for at the same time are done one after the other, the last once', async () => {
  const { reloading, activated, write } = await home();
  write('b.yaml', 'flow: two\nsteps: { a: {} }\n');
  const all = await Promise.all([1, 2, 3, 4].map(() => reloading.reload('asked')));
  expect(all.map(({ kind }) => kind)).toEqual(['activated', 'same', 'same', 'same']);
  expect(activated).toHaveLength(1);
});

test('a folder is followed: what is written into it is in use', async () => {
  const { reloading, write } = await home();
  const stop = new AbortController();
  stopping.push(stop);
  const following = reloading.follow(stop.signal);
  write('b.yaml', 'flow: two\nsteps: { a: {} }\n');
  await expect.poll(() => reloading.active().definitions.flows.has('two'), { timeout: 20_000 }).toBe(true);
  stop.abort();
  await following;
});

test('a git revision is followed: a commit is in use, what is only written is not', async () => {
  const git = (folder: string, ...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args]);
  const folder = join(root, 'repository');
  mkdirSync(join(folder, 'flows'), { recursive: true });
  git(folder, 'init', '-q', '-b', 'main');
  writeFileSync(join(folder, 'flows/a.yaml'), FLOW);
  git(folder, 'add', '-A');
  git(folder, 'commit', '-qm', 'one');
  const here = process.cwd();
  process.chdir(folder);
  try {
    const { reloading } = await home({ paths: () => ['git:main:flows'] });
    const stop = new AbortController();
    stopping.push(stop);
    const following = reloading.follow(stop.signal, 50);
    writeFileSync(join(folder, 'flows/b.yaml'), 'flow: two\nsteps: { a: {} }\n');
    expect(await reloading.reload('asked')).toMatchObject({ kind: 'same' });
    git(folder, 'add', '-A');
    git(folder, 'commit', '-qm', 'two');
    await expect.poll(() => reloading.active().definitions.flows.has('two'), { timeout: 20_000 }).toBe(true);
    stop.abort();
    await following;
  } finally {
    process.chdir(here);
  }
});

test('an extension module that never ends its loading, or eats the memory, is ended in the child', async () => {
  const never = await home({ module: 'export const conditions = { yes: () => true };' });
  never.write('functions.mjs', 'for (;;) {}');
  const sources = [{ file: 'a.yaml', text: FLOW }];
  const extensions = join(never.folder, 'functions.mjs');
  expect(await checkDefinitions({ sources, extensions, time: 1500 })).toEqual([
    expect.stringContaining('took longer than 1.5 s and was ended'),
  ]);
  never.write('functions.mjs', 'const all = []; for (;;) all.push(new Array(1e5).fill({}));');
  expect(await checkDefinitions({ sources, extensions, memory: 64 })).toEqual([
    expect.stringContaining('more than 64 MiB of memory'),
  ]);
  never.write('functions.mjs', 'process.exit(3)');
  expect((await checkDefinitions({ sources, extensions })).length).toBe(1);
});

test('a flow of the user takes the place of the built-in one of its name', () => {
  const own = [OWN_FLOW, CHANNEL_FLOW].map((name) => ({
    file: 'a.yaml',
    text: `flow: ${name}\nsteps: { a: {} }\n`,
  }));
  expect(withOwnFlow(own)).toEqual(own);
  expect(withOwnFlow(own.slice(1)).map(({ file }) => file)).toEqual(['a.yaml', 'built-in/milepost.yaml']);
  const { definitions, findings } = compileDefinitions(withOwnFlow([{ file: 'a.yaml', text: FLOW }]), 'r');
  expect([definitions?.flows.has(CHANNEL_FLOW), findings]).toEqual([true, []]);
});
