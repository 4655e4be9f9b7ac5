import { serveWorker } from '../../serve.ts';
import type { Command } from '../command.ts';
import {
  DEFINITIONS_OPTION,
  definitionPaths,
  PART_NOTES,
  PART_OPTIONS,
  partSettings,
  runUntilSignal,
} from '../serving.ts';

/** `milepost worker`: the engine alone. */
export const worker: Command = {
  usage: 'worker [PATH…] [options]',
  about:
    'Runs the engine alone: takes partitions that are free, shares them with other workers of the same database, and takes over what one of them leaves.',
  operands: { least: 0, most: Number.POSITIVE_INFINITY },
  options: {
    definitions: DEFINITIONS_OPTION,
    port: {
      value: 'PORT',
      about: 'the port for /livez, /readyz and /metrics, 0 for any that is free; default: 4601',
    },
    ...PART_OPTIONS,
  },
  examples: [
    { line: 'worker flows/ --partitions 4', about: 'the first of several; the others need no --partitions' },
    { line: 'worker flows/ --port 0 --name b', about: 'a second one on the same machine' },
  ],
  notes: PART_NOTES,
  async run({ operands, options, io }) {
    const definitions = definitionPaths(operands, options);
    const stopping = new AbortController();
    const settings = { ...partSettings(options, io, 4601), definitions, signal: stopping.signal };
    return runUntilSignal(
      settings,
      stopping,
      () => serveWorker(settings),
      async () => async () => undefined,
    );
  },
};
