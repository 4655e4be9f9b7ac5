import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { debianProgram } from '../servers/debian-program.ts';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Starts the Chromium of this machine, or Debian's unpacked into the user's cache; rejects with the remedy where there is none. */
export async function startChromium(): Promise<Browser> {
  const { path, env } = await findChromium();
  // root has no user namespace to put a sandbox in; the pages are our own
  return chromium.launch({ executablePath: path, env, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

async function findChromium(): Promise<{ readonly path: string; readonly env: Record<string, string> }> {
  const named = process.env.CHROMIUM;
  if (named !== undefined && !existsSync(named))
    throw new Error(`there is no Chromium at ${named}, which CHROMIUM names: correct it, or leave it out`);
  const path = named ?? PLACES.find((each) => existsSync(each));
  if (path !== undefined) return { path, env: texts(process.env) };
  // the package's own start script knows only /usr; the program itself lies here
  const fetched = await debianProgram({
    program: 'chromium',
    package: 'chromium',
    folder: 'usr/lib/chromium',
  });
  return { path: fetched.path, env: texts(fetched.env) };
}

function texts(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
