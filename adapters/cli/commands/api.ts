import { serveApi } from '../../serve.ts';
import type { Command } from '../command.ts';
import {
  DEFINITIONS_OPTION,
  definitionPaths,
  operatorPlace,
  PART_NOTES,
  PART_OPTIONS,
  partSettings,
  runUntilSignal,
} from '../serving.ts';

/** `milepost api`: the API alone. */
export const api: Command = {
  usage: 'api [PATH…] [options]',
  about:
    'Runs the API alone: answers over HTTP and NATS from what any worker wrote, takes events in, serves the console.',
  operands: { least: 0, most: Number.POSITIVE_INFINITY },
  options: {
    definitions: DEFINITIONS_OPTION,
    port: { value: 'PORT', about: 'the port to listen on, 0 for any that is free; default: 4600' },
    ...PART_OPTIONS,
    folder: {
      value: 'FOLDER',
      about: 'where the token of operators lies, unless it is given; default: .milepost',
    },
  },
  examples: [
    {
      line: 'api flows/ --host 0.0.0.0',
      about: 'for other machines; put a proxy that asks who they are before it',
    },
  ],
  notes: [
    ...PART_NOTES,
    'MILEPOST_OPERATOR_TOKEN or MILEPOST_OPERATOR_TOKEN_FILE, the token of operators: give all APIs of a database the same.',
  ],
  async run({ operands, options, io }) {
    const definitions = definitionPaths(operands, options);
    const stopping = new AbortController();
    const operator = { ...operatorPlace(io), folder: options.text('folder') ?? '.milepost' };
    const settings = { ...partSettings(options, io, 4600), operator, definitions, signal: stopping.signal };
    return runUntilSignal(
      settings,
      stopping,
      () => serveApi(settings),
      async () => async () => undefined,
    );
  },
};
