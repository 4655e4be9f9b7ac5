import { natsOptionsFrom, type RelayOptions, serveRelay } from '../../serve.ts';
import type { Command } from '../command.ts';
import type { Io } from '../io.ts';
import type { Options } from '../options.ts';
import { WrongUse } from '../outcome.ts';
import { DEFINITIONS_OPTION, definitionPaths, HOST_OPTION, listening, runUntilSignal } from '../serving.ts';

/** `milepost relay`: sends the notices of a Milepost that has no way out. */
export const relay: Command = {
  usage: 'relay [PATH…] [options]',
  about:
    'Runs in the zone with a way out: takes the notices of another Milepost, from NATS or over one HTTP port, and sends them by its own channels.',
  operands: { least: 0, most: Number.POSITIVE_INFINITY },
  options: {
    definitions: DEFINITIONS_OPTION,
    listen: {
      value: 'HOST:PORT',
      about: 'takes notices over HTTP there, in place of NATS; /livez, /readyz and /metrics answer there too',
    },
    folder: {
      value: 'FOLDER',
      about: 'with --listen: where what was taken is kept until it is sent; default: .milepost-relay',
    },
    'secret-file': {
      value: 'FILE',
      about: 'with --listen: holds the secret that Milepost shares with it, mode 0600',
    },
    'tls-cert': { value: 'FILE', about: 'with --listen: the PEM file of its certificate, for https' },
    'tls-key': { value: 'FILE', about: 'with --listen: the PEM file of its key' },
    name: {
      value: 'NAME',
      about: 'on NATS: which relay this is, `relay: NAME` in settings inside; default: relay',
    },
    host: { ...HOST_OPTION, about: `on NATS: ${HOST_OPTION.about}` },
    port: {
      value: 'PORT',
      about: 'on NATS: the port for /livez, /readyz and /metrics, 0 for any that is free; default: 4602',
    },
  },
  examples: [
    { line: 'relay channels/', about: 'sends what channels of `type: relay` were told inside' },
    { line: 'relay channels/ --name dmz', about: 'for channels with `settings: { relay: dmz }`' },
    {
      line: 'relay channels/ --listen 10.1.0.7:4603 --secret-file relay-secret --tls-cert cert.pem --tls-key key.pem',
      about: 'for channels with `settings: { url: "https://10.1.0.7:4603", secret: { file: relay-secret } }`',
    },
  ],
  notes: [
    'PATH holds `channel` documents with the names that they have inside, with their real type, settings and secrets; it needs no',
    'flows and no database. SIGHUP reads it again. One relay runs of a name, or of a folder; a second one does not start.',
    'Environment: NATS_URL (with NATS_CREDS, NATS_CA, NATS_CERT, NATS_KEY), the NATS server that the Milepost inside uses; with',
    '--listen MILEPOST_RELAY_SECRET in place of --secret-file.',
    'Exit codes: 0 ended by a signal, 1 errors in the definitions, 2 it cannot start as it is, 69 a server is gone.',
  ],
  async run({ operands, options, io }) {
    const definitions = definitionPaths(operands, options);
    const stopping = new AbortController();
    const settings = { ...comingFrom(options, io), definitions, signal: stopping.signal };
    return runUntilSignal(
      settings,
      stopping,
      () => serveRelay(settings),
      async () => async () => undefined,
    );
  },
};

/** Where notices come from and where it listens; throws WrongUse for what does not go together. */
function comingFrom(options: Options, io: Io): Omit<RelayOptions, 'definitions' | 'signal'> {
  const listen = options.text('listen');
  const [ofHttp, ofNats] = [
    ['folder', 'secret-file', 'tls-cert', 'tls-key'],
    ['name', 'host', 'port'],
  ];
  for (const name of (listen === undefined ? ofHttp : ofNats) ?? [])
    if (options.text(name) !== undefined)
      throw new WrongUse(
        listen === undefined ? `--${name} goes with --listen` : `--${name} does not go with --listen`,
      );
  return listen === undefined ? fromNats(options, io) : fromHttp(listen, options, io);
}

function fromNats(options: Options, io: Io): ReturnType<typeof comingFrom> {
  const name = options.text('name') ?? 'relay';
  if (!/^[a-z][a-z0-9-]*$/.test(name))
    throw new WrongUse('--name is a lower-case letter, then lower-case letters, digits and -');
  const nats = natsOptionsFrom(io.env);
  if (nats === null)
    throw new WrongUse(
      'NATS_URL must be set: the NATS server that the Milepost inside hands its notices to; or take them over HTTP with --listen',
    );
  return { ...listening(options, 4602), from: { kind: 'nats', name, nats } };
}

function fromHttp(listen: string, options: Options, io: Io): ReturnType<typeof comingFrom> {
  const [, host = '', port = ''] = /^(\[[0-9a-f:.]+\]|[^:\s]+):(\d{1,5})$/i.exec(listen) ?? [];
  if (host === '' || Number(port) > 65_535)
    throw new WrongUse('--listen is HOST:PORT, such as 127.0.0.1:4603; port 0 takes any that is free');
  const file = options.text('secret-file') ?? null;
  const given = io.env.MILEPOST_RELAY_SECRET || null;
  if ((file === null) === (given === null))
    throw new WrongUse(
      'the secret that Milepost shares with the relay stands in MILEPOST_RELAY_SECRET or in the file of --secret-file: give one of them',
    );
  const [cert, key] = [options.text('tls-cert'), options.text('tls-key')];
  if ((cert === undefined) !== (key === undefined))
    throw new WrongUse('--tls-cert and --tls-key go together');
  return {
    ...listening(options, 4602),
    ...{ host: host.replace(/^\[|\]$/g, ''), port: Number(port) },
    from: {
      kind: 'http',
      folder: options.text('folder') ?? '.milepost-relay',
      secret: given === null ? { file: file ?? '' } : { given },
      tls: cert === undefined || key === undefined ? null : { cert, key },
    },
  };
}
