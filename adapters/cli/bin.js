#!/usr/bin/env node
// The door of the command line: finds a node that is new enough and the form in which the program is here, the sources
// of a checkout or what was built from them. Plain JavaScript that an old node can read, so that it can say so.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const OLDEST = [22, 18];
const root = new URL('../../', import.meta.url);

/** Whether a version such as `24.1.0` runs the program. */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** The node that was installed next to the sources; null where there is none, or none that is new enough. */
function ownNode() {
  const home = new URL('node_modules/node/', root);
  const program = new URL(process.platform === 'win32' ? 'bin/node.exe' : 'bin/node', home);
  const manifest = new URL('package.json', home);
  if (!existsSync(program) || !existsSync(manifest)) return null;
  if (!isNewEnough(JSON.parse(readFileSync(manifest, 'utf8')).version)) return null;
  const path = realpathSync(fileURLToPath(program));
  return path === realpathSync(process.execPath) ? null : path;
}

/** Runs the same command on another node and ends as it ends. */
function runOn(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // A terminal sends its Ctrl-C to both of them.
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY) || child.kill(signal));
  }
  child.on('error', (error) => {
    console.error(`milepost: ${node} cannot be started (${error.message}): run npm ci`);
    process.exit(2);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    // where the signal is one that does not end this process
    setTimeout(() => process.exit(128 + constants.signals[signal]), 100);
  });
}

async function runHere() {
  const source = new URL('main.ts', import.meta.url);
  const built = new URL('dist/adapters/cli/main.js', root);
  const main = existsSync(source) ? source : built;
  if (!existsSync(main)) {
    console.error(
      `milepost: ${fileURLToPath(main)} is missing: install the package again, or run npm run build`,
    );
    process.exit(2);
  }
  const { run } = await import(main.href);
  await run(process.argv.slice(2));
}

if (isNewEnough(process.versions.node)) {
  await runHere();
} else {
  const node = ownNode();
  if (node !== null) runOn(node);
  else {
    console.error(
      `milepost: node ${process.versions.node} is too old: install node ${OLDEST.join('.')} or later (in a checkout, npm ci brings one)`,
    );
    process.exitCode = 2;
  }
}
