/** The package as it is published: what is in it, and that it runs without the sources and the tools of this repository. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SOURCES = ['checkpoints', 'definitions', 'engine', 'adapters', 'test/house', '.ci'];

const scratch = mkdtempSync(join(tmpdir(), 'milepost-package-'));
const checkout = join(scratch, 'checkout');
const installed = join(scratch, 'installed', 'node_modules', 'milepost');
afterAll(() => rmSync(scratch, { recursive: true }));

let files: readonly string[] = [];

function npm(...args: string[]): string {
  return execFileSync('npm', args, { cwd: checkout, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

beforeAll(() => {
  for (const path of SOURCES) cpSync(join(ROOT, path), join(checkout, path), { recursive: true });
  for (const { name } of readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isFile()))
    cpSync(join(ROOT, name), join(checkout, name));
  symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
  npm('run', 'build');
  const [packed] = JSON.parse(npm('pack', '--json', '--pack-destination', scratch));
  files = packed.files.map(({ path }: { path: string }) => path);
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(scratch, packed.filename), '--strip-components=1', '-C', installed]);
  installDependencies();
}, 240_000);

/** What `npm install` would put beside the package: only what it says it depends on. */
function installDependencies(): void {
  const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    const link = join(scratch, 'installed', 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), link);
  }
}

/** Runs the installed program. */
function milepost(...args: string[]): { code: number | null; out: string; err: string } {
  const program = join(installed, 'adapters/cli/bin.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: scratch,
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}

test('it holds the program, its declarations, examples and schemas, and nothing of the tests or the tools', () => {
  for (const path of [
    'package.json',
    'README.md',
    'adapters/cli/bin.js',
    'dist/adapters/cli/main.js',
    'adapters/console/dist/index.html',
  ])
    expect(files).toContain(path);
  expect(files.some((path) => /^definitions\/examples\/.*\.yaml$/.test(path))).toBe(true);
  expect(files.some((path) => /^definitions\/schemas\/.*\.json$/.test(path))).toBe(true);
  const foreign = files.filter(
    (path) =>
      !/^(dist\/(checkpoints|definitions|engine|adapters)\/.*\.(js|js\.map|d\.ts)|adapters\/console\/dist\/[\w./-]+\.(html|js|css|svg)(\.br|\.gz)?|definitions\/(ci|examples|library|schemas)\/.*\.(yaml|yml|json|md|ndjson|gz)|definitions\/(lint|tests)\.md|adapters\/cli\/bin\.js|adapters\/channels\/MILEPOST-MIB\.txt|package\.json|(\w+\/)?README(\.zh)?\.md|CHANGELOG\.md|LICENSE|NOTICE)$/.test(
        path,
      ),
  );
  expect(foreign).toEqual([]);
});

test('every source has been built', () => {
  const sources = readdirSync(join(checkout, 'engine')).filter((name) => name.endsWith('.ts'));
  for (const name of sources) expect(files).toContain(`dist/engine/${name.replace(/\.ts$/, '.js')}`);
  expect(existsSync(join(installed, 'engine'))).toBe(false);
});

test('it tells of itself, in the version of the package', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(milepost('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
  const help = milepost('--help');
  expect(help.code).toBe(0);
  for (const [, name = ''] of help.out.matchAll(/^ {2}([a-z]+) {2,}/gm)) {
    const one = milepost(name, '--help');
    expect([name, one.code, one.err]).toEqual([name, 0, '']);
    expect(one.out).toContain(`Usage: milepost ${name}`);
  }
});

test('it checks the examples that it brings', () => {
  const examples = join(installed, 'definitions/examples');
  const { code, out } = milepost('lint', examples, '--today', '2026-06-01', '--format', 'json');
  expect([code, JSON.parse(out)]).toEqual([0, { findings: [] }]);
});

test('it replays a log', () => {
  writeFileSync(join(scratch, 'flow.yaml'), 'flow: one\nsteps: { receive: {} }\n');
  const event = { id: '1', flow: 'one', key: 'a', step: 'receive', event: 'committed' };
  writeFileSync(join(scratch, 'log.ndjson'), JSON.stringify({ ...event, time: '2026-11-23T08:00:00Z' }));
  const { code, out } = milepost(
    'replay',
    '--definitions',
    'flow.yaml',
    '--events',
    'log.ndjson',
    '--format',
    'json',
  );
  expect(code).toBe(0);
  expect(JSON.parse(out).instances).toMatchObject([{ flow: 'one', key: 'a', status: 'committed' }]);
});
