import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { type Ended, linesFrom, milepost, start } from './cli-process.ts';

const scratch = mkdtempSync(join(tmpdir(), 'milepost-launch-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Makes the node that runs a file say that it is an old one. */
const OLD = `--import=data:text/javascript,${encodeURIComponent(
  "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } })",
)}`;

/** What stands for the program: it tells its arguments, then exits or waits for a signal as it is told. */
const MAIN = `
export async function run(args: readonly string[]): Promise<void> {
  const [what = '', code = '0'] = args;
  process.exitCode = Number(code);
  if (what === 'wait') {
    const waiting = setInterval(() => undefined, 1000);
    process.once('SIGTERM', () => clearInterval(waiting));
  }
  process.stdout.write(JSON.stringify(args) + '\\n');
}
`;

let checkouts = 0;

/** A checkout with the launcher and, of its own, a node of that version; gives the launcher. */
function checkout(ownVersion: string | null): string {
  checkouts += 1;
  const root = join(scratch, String(checkouts));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write('package.json', '{ "type": "module" }');
  write('adapters/cli/main.ts', MAIN);
  copyFileSync(
    fileURLToPath(new URL('../../adapters/cli/bin.js', import.meta.url)),
    join(root, 'adapters/cli/bin.js'),
  );
  if (ownVersion !== null) {
    write('node_modules/node/package.json', JSON.stringify({ version: ownVersion }));
    write('node_modules/node/bin/node', `#!/bin/sh\nunset NODE_OPTIONS\nexec ${process.execPath} "$@"\n`);
    chmodSync(join(root, 'node_modules/node/bin/node'), 0o755);
  }
  return join(root, 'adapters/cli/bin.js');
}

/** Starts the launcher on a node that is too old. */
function startOld(program: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [program, ...args], { env: { PATH: process.env.PATH, NODE_OPTIONS: OLD } });
}

async function ended(child: ChildProcess): Promise<Ended & { readonly signal: string | null }> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, out, err, signal })));
}

describe('on a node that is too old the program', () => {
  test('runs on the one that the checkout brings, with its arguments and exit code', async () => {
    const { code, out, err } = await ended(startOld(checkout('24.1.0'), 'a b', '3', '--x=*'));
    expect({ code, out, err }).toEqual({ code: 3, out: '["a b","3","--x=*"]\n', err: '' });
  });

  test.each([
    ['SIGTERM', 7, null],
    ['SIGINT', null, 'SIGINT'],
    ['SIGHUP', null, 'SIGHUP'],
  ] as const)('ends by %s as it would alone', async (signal, code, by) => {
    const child = startOld(checkout('22.18.0'), 'wait', '7');
    const end = ended(child);
    await linesFrom(child.stdout).next();
    child.kill(signal);
    expect(await end).toMatchObject({ code, signal: by });
  });

  test.each([null, '22.17.1', '20.19.0'])('says so in one line where the checkout brings %s', async (own) => {
    const { code, out, err } = await ended(startOld(checkout(own), 'x'));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toBe(
      'milepost: node 20.1.0 is too old: install node 22.18 or later (in a checkout, npm ci brings one)\n',
    );
  });
});

test('without sources and without what is built of them it says what to do', async () => {
  const program = checkout(null);
  rmSync(join(dirname(program), 'main.ts'));
  const { code, err } = await ended(spawn(process.execPath, [program]));
  expect(code).toBe(2);
  expect(err).toMatch(
    /dist\/adapters\/cli\/main\.js is missing: install the package again, or run npm run build\n$/,
  );
});

describe('the program', () => {
  test.each([
    [[], 2, '', /Usage: milepost COMMAND/],
    [['lnt'], 2, '', /^milepost: there is no command "lnt": did you mean lint\?\n$/],
    [['__proto__'], 2, '', /there is no command "__proto__": see milepost --help/],
    [['help', 'replai'], 2, '', /there is no command "replai": did you mean replay\?/],
    [['--verbose'], 2, '', /there is no option --verbose before a command/],
    [
      ['lint', '--fromat', 'json'],
      2,
      '',
      /^milepost lint: there is no option --fromat: did you mean --format\? /,
    ],
  ])('called with %j exits %i', async (args, code, out, err) => {
    const result = await milepost(args);
    expect(result).toMatchObject({ code, out });
    expect(result.err).toMatch(err);
  });

  test.each([[['--help']], [['-h']], [['help']]])('called with %j tells its commands', async (args) => {
    const { code, out, err } = await milepost(args);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/\n {2}lint +checks definitions\n/);
  });

  test('tells of a command with its options and examples', async () => {
    const { out } = await milepost(['help', 'replay']);
    expect(out).toBe((await milepost(['replay', '-h'])).out);
    expect(out).toMatch(/\nUsage: milepost replay --definitions PATH/);
    expect(out).toMatch(/\n {2}--until TIME {2,}where it ends/);
    expect(out).toMatch(/\nExamples:\n {2}# .*\n {2}milepost replay /);
    expect(out.split('\n').filter((line) => line.length > 140)).toEqual([]);
  });

  test('ends without a word when whoever reads its output has enough', async () => {
    writeFileSync(join(scratch, 'flow.yaml'), 'flow: a\nsteps: { a: {} }\n');
    writeFileSync(join(scratch, 'log.ndjson'), 'x\n'.repeat(20_000));
    const child = start(['replay', '--definitions', 'flow.yaml', '--events', 'log.ndjson'], { cwd: scratch });
    const end = ended(child);
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect(await end).toMatchObject({ code: 0, err: '', signal: null });
  });
});
