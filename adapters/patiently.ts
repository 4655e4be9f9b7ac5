/** Trying until it works: for servers that come late. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from './log.ts';

const FIRST_PAUSE = 300;
const LONGEST_PAUSE = 5_000;

/**
 * The result of the first attempt that succeeds. What keeps it waiting is said once per reason. Rejects with a failure
 * that calls itself permanent, and with the signal's reason.
 */
export async function patiently<T>(options: {
  readonly what: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly attempt: () => Promise<T>;
}): Promise<T> {
  let said = '';
  for (let failures = 0; ; failures++) {
    options.signal.throwIfAborted();
    try {
      const result = await options.attempt();
      if (said !== '') options.log.info(`${options.what} is there`);
      return result;
    } catch (error) {
      if (!(error instanceof Error) || ('permanent' in error && error.permanent === true)) throw error;
      if (error.message !== said) options.log.warn(`waiting for ${options.what}: ${error.message}`);
      said = error.message;
      await delay(Math.min(FIRST_PAUSE * 2 ** failures, LONGEST_PAUSE), undefined, {
        signal: options.signal,
      });
    }
  }
}
