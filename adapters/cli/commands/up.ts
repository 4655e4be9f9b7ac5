import type { Command } from '../command.ts';
import {
  DEFINITIONS_OPTION,
  definitionPaths,
  SERVING_NOTES,
  SERVING_OPTIONS,
  serveUntilSignal,
  servingSettings,
} from '../serving.ts';

/** `milepost up`: everything in one process. */
export const up: Command = {
  usage: 'up [PATH…] [options]',
  about:
    'Runs everything in one process: takes events in, watches the flows, raises alarms, answers the API.',
  operands: { least: 0, most: Number.POSITIVE_INFINITY },
  options: {
    definitions: DEFINITIONS_OPTION,
    ...SERVING_OPTIONS,
  },
  examples: [
    { line: 'up flows/', about: 'with the definitions of a folder, a private PostgreSQL and a private NATS' },
    { line: 'up flows/ --no-nats --port 8080', about: 'events over HTTP only' },
    { line: 'up git:main:flows', about: 'with what is committed on a branch, followed as it moves' },
    {
      line: 'up flows/ --candidate git:feature:flows',
      about: 'with a change on trial, that nobody is told of',
    },
  ],
  notes: [
    ...SERVING_NOTES,
    'Exit codes: 0 ended by a signal, 1 errors in the definitions, 2 it cannot start as it is, 69 a server is gone.',
  ],
  async run({ operands, options, io }) {
    const definitions = definitionPaths(operands, options);
    const stopping = new AbortController();
    const settings = { ...servingSettings(options, io), definitions, signal: stopping.signal };
    return serveUntilSignal(settings, stopping, async ({ natsUrl, address }) => {
      settings.log.info(
        natsUrl === null
          ? `send events to ${address}/api/v1/events`
          : `send events to NATS, or to ${address}/api/v1/events`,
      );
      return async () => undefined;
    });
  },
};
