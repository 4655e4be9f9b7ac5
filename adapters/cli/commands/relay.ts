import { natsOptionsFrom, serveRelay } from '../../serve.ts';
import type { Command } from '../command.ts';
import { WrongUse } from '../outcome.ts';
import { DEFINITIONS_OPTION, definitionPaths, HOST_OPTION, listening, runUntilSignal } from '../serving.ts';

/** `milepost relay`: sends the notices of a Milepost that has no way out. */
export const relay: Command = {
  usage: 'relay [PATH…] [options]',
  about:
    'Runs in the zone with a way out: takes the notices of another Milepost from NATS and sends them by its own channels.',
  operands: { least: 0, most: Number.POSITIVE_INFINITY },
  options: {
    definitions: DEFINITIONS_OPTION,
    name: { value: 'NAME', about: 'which relay this is: `relay: NAME` in settings inside; default: relay' },
    host: HOST_OPTION,
    port: {
      value: 'PORT',
      about: 'the port for /livez, /readyz and /metrics, 0 for any that is free; default: 4602',
    },
  },
  examples: [
    { line: 'relay channels/', about: 'sends what channels of `type: relay` were told inside' },
    { line: 'relay channels/ --name dmz', about: 'for channels with `settings: { relay: dmz }`' },
  ],
  notes: [
    'PATH holds `channel` documents with the names that they have inside, with their real type, settings and secrets; it needs no',
    'flows and no database. SIGHUP reads it again. One relay runs of a name; a second one does not start.',
    'Environment: NATS_URL (with NATS_CREDS, NATS_CA, NATS_CERT, NATS_KEY), the NATS server that the Milepost inside uses.',
    'Exit codes: 0 ended by a signal, 1 errors in the definitions, 2 it cannot start as it is, 69 a server is gone.',
  ],
  async run({ operands, options, io }) {
    const definitions = definitionPaths(operands, options);
    const name = options.text('name') ?? 'relay';
    if (!/^[a-z][a-z0-9-]*$/.test(name))
      throw new WrongUse('--name is a lower-case letter, then lower-case letters, digits and -');
    const nats = natsOptionsFrom(io.env);
    if (nats === null)
      throw new WrongUse(
        'NATS_URL must be set: the NATS server that the Milepost inside hands its notices to',
      );
    const stopping = new AbortController();
    const settings = { ...listening(options, 4602), definitions, name, nats, signal: stopping.signal };
    return runUntilSignal(
      settings,
      stopping,
      () => serveRelay(settings),
      async () => async () => undefined,
    );
  },
};
