import { setTimeout as delay } from 'node:timers/promises';
import { type Producers, prepareDemo, startHistory, startProducers } from '../../serve.ts';
import type { Command } from '../command.ts';
import { WrongUse } from '../outcome.ts';
import { SERVING_NOTES, SERVING_OPTIONS, serveUntilSignal, servingSettings } from '../serving.ts';

/** `milepost demo`: a trading day of a futures company in minutes. */
export const demo: Command = {
  usage: 'demo [options]',
  about:
    'Runs everything, and applications that play a trading day of a futures company, with its incidents, in minutes.',
  operands: { least: 0, most: 0 },
  options: {
    minutes: { value: 'MINUTES', about: 'how long the day takes; default: 5' },
    history: {
      value: 'DAYS',
      about: 'at the first start: how many earlier trading days there are; default: 20, 0: none',
    },
    verbose: { value: null, about: 'log every event that the applications send' },
    ...SERVING_OPTIONS,
  },
  examples: [
    { line: 'demo', about: 'then, on another terminal: milepost status, milepost alarms, milepost tail' },
    { line: 'demo --minutes 15', about: 'slower' },
  ],
  notes: SERVING_NOTES,
  async run({ options, io }) {
    const minutes = Number(options.text('minutes') ?? 5);
    if (!(minutes > 0 && minutes <= 600)) throw new WrongUse('--minutes is a number above 0, at most 600');
    const history = Number(options.text('history') ?? 20);
    if (!(Number.isInteger(history) && history >= 0 && history <= 20))
      throw new WrongUse('--history is a whole number of days, at most 20');
    const { folder, log, ...rest } = servingSettings(options, io);
    const round = await prepareDemo({ folder, now: io.now(), minutes, history });
    const stopping = new AbortController();
    const sending = { folder, log: log.info, verbose: options.flag('verbose') };
    let producers: Producers | null = null;
    const settings = {
      ...rest,
      follow: false,
      folder,
      log,
      definitions: [round.definitions],
      signal: stopping.signal,
      // The applications went on while this was away: what they reported comes before what was due.
      async beforeWatching(natsUrl: string) {
        producers = startProducers({ ...sending, natsUrl, httpUrl: null });
        await Promise.race([producers.caughtUp, delay(CATCHING_UP, null, { ref: false })]);
      },
    };
    return serveUntilSignal(settings, stopping, async ({ address, natsUrl }) => {
      const history = round.historySent ? null : startHistory({ ...sending, natsUrl, httpUrl: address });
      producers ??= startProducers({ ...sending, natsUrl, httpUrl: address });
      const { stop } = producers;
      const ends = new Date(round.end).toTimeString().slice(0, 5);
      log.info(`the demo ${round.resumed ? 'goes on' : 'begins'} and ends at ${ends}`);
      log.info('look at it from another terminal: npm exec -- milepost status, or alarms --all, or tail');
      return async () => {
        await Promise.all([stop(), history?.stop()]);
      };
    });
  },
};

/** The longest that applications may take to report what happened meanwhile, ms. */
const CATCHING_UP = 10_000;
