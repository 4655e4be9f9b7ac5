import { prepareDemo, startProducers } from '../../serve.ts';
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
    if (!(minutes >= 1 && minutes <= 1440)) throw new WrongUse('--minutes is a number from 1 to 1440');
    const { folder, log, ...rest } = servingSettings(options, io);
    const round = await prepareDemo({ folder, now: io.now(), minutes });
    const stopping = new AbortController();
    const settings = { ...rest, folder, log, definitions: [round.definitions], signal: stopping.signal };
    return serveUntilSignal(settings, stopping, async ({ address, natsUrl }) => {
      log.info(
        `the demo ${round.resumed ? 'goes on' : 'begins'} and ends at ${new Date(round.end).toTimeString().slice(0, 5)}`,
      );
      const producers = startProducers({
        folder,
        natsUrl,
        httpUrl: address,
        log: log.info,
        verbose: options.flag('verbose'),
      });
      return producers.stop;
    });
  },
};
