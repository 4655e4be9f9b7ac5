/** The clock that this process works by: its machine's, held to the database's, which all processes share. */
import type { Closers } from '../closers.ts';
import { type Metrics, measureClock } from '../http/index.ts';
import { createKeptClock } from '../kept-clock.ts';
import type { Log } from '../log.ts';
import { startLoop } from '../loop.ts';
import type { DatabaseStorage } from '../storage/index.ts';
import type { OwnVoice } from './own-voice.ts';

const REST = 5_000;
/** A clock that is further off is an alarm, until it is right again by half of that, ms. */
const WRONG = 5_000;

/** Looks at the database's clock, at once and then every five seconds; gives the time, ms. Rejects with StoreError. */
export async function keepClock(
  options: {
    readonly storage: Pick<DatabaseStorage, 'time'>;
    /** as operators know this process */
    readonly name: string;
    readonly metrics: Metrics;
    /** null: others say it */
    readonly voice: OwnVoice | null;
    readonly log: Log;
  },
  closers: Closers,
): Promise<() => number> {
  const { storage, name, metrics, voice, log } = options;
  const clock = createKeptClock({ wall: Date.now, steady: () => performance.now() });
  let isWrong = false;
  const look = async () => {
    const before = performance.now();
    const time = await storage.time();
    clock.note({ time, before, after: performance.now() });
    const offset = clock.offset() ?? 0;
    if (Math.abs(offset) <= (isWrong ? WRONG / 2 : WRONG) !== isWrong) return;
    isWrong = !isWrong;
    const seconds = Math.round(Math.abs(offset) / 1000);
    const reason = `the clock of ${name} is ${seconds} s ${offset > 0 ? 'ahead of' : 'behind'} the database's`;
    if (isWrong) log.warn(`${reason}: it goes by that one; set the clock of this machine`);
    else log.info('the clock of this machine is right again');
    voice?.trouble('clock', isWrong ? { REASON: reason } : null);
  };
  await look();
  const loop = startLoop({
    name: 'the clock',
    rest: REST,
    log,
    async turn() {
      // a database that is away is said by others, and the steady clock goes on
      await look().catch(() => undefined);
      return 'idle';
    },
  });
  closers.push(() => loop.stop());
  measureClock(metrics, () => {
    const offset = clock.offset();
    return offset === null ? null : offset / 1000;
  });
  return clock.now;
}
