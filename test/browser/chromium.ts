import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Starts a Chromium of this machine; throws with the remedy where there is none. */
export async function startChromium(): Promise<Browser> {
  const named = process.env.CHROMIUM;
  const executablePath = named ?? PLACES.find((path) => existsSync(path));
  if (executablePath === undefined || !existsSync(executablePath))
    throw new Error(
      `there is no Chromium ${named === undefined ? `at ${PLACES.join(', ')}` : `at ${named}, which CHROMIUM names`}: install it (apt-get install chromium), or name one with CHROMIUM=/path/to/chromium`,
    );
  // root has no user namespace to put a sandbox in; the pages are our own
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
