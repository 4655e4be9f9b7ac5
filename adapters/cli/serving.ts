/** What the programs that serve share: settings from options and environment, a log, and an end on the first signal. */
import { closeSync, existsSync, openSync } from 'node:fs';
import { createLog, type Log } from '../log.ts';
import {
  natsOptionsFrom,
  type PartOptions,
  ServeError,
  type ServeOptions,
  type Serving,
  serve,
  type TokenPlace,
} from '../serve.ts';
import { EXTENSIONS_OPTION } from './extension-option.ts';
import type { Io } from './io.ts';
import { operatorBanner } from './operator-banner.ts';
import type { OptionSpec } from './option.ts';
import type { Options } from './options.ts';
import { EXIT, WrongUse } from './outcome.ts';
import { version } from './version.ts';

export const HOST_OPTION: OptionSpec = {
  value: 'HOST',
  about: 'the address to listen on; default: 127.0.0.1, this machine only',
};
const PARTITIONS_OPTION: OptionSpec = {
  value: 'N',
  about:
    'at the first start: how many partitions events are sorted into, 1 to 64; default: 1, later what was chosen',
};

const HEARTBEAT_OPTION: OptionSpec = {
  value: 'URL',
  about:
    'called every 10 s while every partition is fresh, so that whoever listens notices silence; or MILEPOST_HEARTBEAT_URL',
};

const CANARY_OPTION: OptionSpec = {
  value: 'SECONDS',
  about:
    'how often a message is sent the whole way and must come back, for every partition; or MILEPOST_CANARY; default: 60, 0: never',
};

const PUBLIC_ADDRESS_OPTION: OptionSpec = {
  value: 'URL',
  about:
    'where people open Milepost, for the links in notices; default: MILEPOST_PUBLIC_ADDRESS, else where `milepost up` listens',
};

const NO_FOLLOW_OPTION: OptionSpec = {
  value: null,
  about: 'do not follow changes of the definitions; SIGHUP and `milepost reload` still reload them',
};

export const SERVING_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  folder: { value: 'FOLDER', about: 'where private servers and their data live; default: .milepost' },
  host: HOST_OPTION,
  port: { value: 'PORT', about: 'the port to listen on, 0 for any that is free; default: 4600' },
  extensions: EXTENSIONS_OPTION,
  partitions: PARTITIONS_OPTION,
  candidate: {
    value: 'PATH',
    about: 'definitions that are evaluated beside those in use and compared with them: see diff --live',
    many: true,
  },
  canary: CANARY_OPTION,
  'heartbeat-url': HEARTBEAT_OPTION,
  'public-address': PUBLIC_ADDRESS_OPTION,
  'no-follow': NO_FOLLOW_OPTION,
  'no-nats': { value: null, about: 'start and use no NATS server: events come over HTTP only' },
};

export const SERVING_NOTES: readonly string[] = [
  'Environment: DATABASE_URL, a PostgreSQL to use in place of a private one; NATS_URL (with NATS_CREDS, NATS_CA,',
  'NATS_CERT, NATS_KEY), a NATS server to use in place of a private one; MILEPOST_OPERATOR_TOKEN or',
  'MILEPOST_OPERATOR_TOKEN_FILE, the token of operators, which is made in FOLDER/operator-token else.',
  'The definitions are followed: what changes in a folder, or moves in git, is used once it is found sound; see `milepost revisions`.',
  'The log goes to standard error: lines for people on a terminal, JSON elsewhere. Ctrl-C or SIGTERM ends it.',
];

export const PART_NOTES: readonly string[] = [
  'Environment: DATABASE_URL, the PostgreSQL of all parts; NATS_URL (with NATS_CREDS, NATS_CA, NATS_CERT, NATS_KEY), their',
  'NATS server. `milepost doctor` looks at both. The log goes to standard error. Ctrl-C or SIGTERM ends it.',
  'Exit codes: 0 ended by a signal, 1 errors in the definitions, 2 it cannot start as it is, 69 a server is gone.',
];

export type ServingSettings = Omit<ServeOptions, 'definitions' | 'signal'>;

/** The settings of a server from options and environment; throws WrongUse for those that cannot be. */
export function servingSettings(options: Options, io: Io): ServingSettings {
  return {
    ...commonSettings(options, io, 4600),
    ...(options.all('candidate').length > 0 ? { candidate: options.all('candidate') } : {}),
    folder: options.text('folder') ?? '.milepost',
    databaseUrl: io.env.DATABASE_URL || null,
    operator: operatorPlace(io),
    nats: options.flag('no-nats') ? 'none' : natsOptionsFrom(io.env),
  };
}

/** The options of a worker or an API alone. */
export const PART_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  host: HOST_OPTION,
  extensions: EXTENSIONS_OPTION,
  partitions: PARTITIONS_OPTION,
  canary: CANARY_OPTION,
  'heartbeat-url': HEARTBEAT_OPTION,
  'public-address': PUBLIC_ADDRESS_OPTION,
  'no-follow': NO_FOLLOW_OPTION,
  name: { value: 'NAME', about: 'how operators see this process; default: host and process id' },
};

/** The settings of a part from options and environment; throws WrongUse for those that cannot be. */
export function partSettings(
  options: Options,
  io: Io,
  port: number,
): Omit<PartOptions, 'definitions' | 'signal'> {
  const nats = natsOptionsFrom(io.env);
  const databaseUrl = io.env.DATABASE_URL;
  if (!databaseUrl || nats === null)
    throw new WrongUse(
      `${databaseUrl ? '' : 'DATABASE_URL, a PostgreSQL, '}${!databaseUrl && nats === null ? 'and ' : ''}${nats === null ? 'NATS_URL, a NATS server, ' : ''}must be set: a part alone uses servers that others use too; milepost up starts its own`,
    );
  return { ...commonSettings(options, io, port), databaseUrl, nats, name: options.text('name') ?? null };
}

/** The definitions that operands and options name, else those of the usual folder; throws WrongUse without any. */
export function definitionPaths(operands: readonly string[], options: Options): readonly string[] {
  const named = [...operands, ...options.all('definitions')];
  if (named.length > 0) return named;
  if (existsSync(USUAL_FOLDER)) return [USUAL_FOLDER];
  throw new WrongUse(
    `there is no folder ./${USUAL_FOLDER}: name the definitions to watch, or see \`milepost demo\``,
  );
}

const USUAL_FOLDER = 'definitions';

export const DEFINITIONS_OPTION: OptionSpec = {
  value: 'PATH',
  about: `definition files or folders of them, the same as PATH; default: ./${USUAL_FOLDER}`,
  many: true,
};

/** Where a program listens, its version and its log; throws WrongUse for a port that is none. */
export function listening(options: Options, defaultPort: number) {
  const port = Number(options.text('port') ?? defaultPort);
  if (!Number.isInteger(port) || port < 0 || port > 65_535 || options.text('port') === '')
    throw new WrongUse('--port is a number from 0 to 65535');
  return {
    host: options.text('host') ?? '127.0.0.1',
    port,
    version: version(),
    log: createLog(process.stderr, process.stderr.isTTY !== true),
  };
}

function commonSettings(options: Options, io: Io, defaultPort: number) {
  return {
    ...listening(options, defaultPort),
    extensions: options.text('extensions') ?? null,
    partitions: partitionsOption(options),
    follow: !options.flag('no-follow'),
    heartbeatUrl: heartbeatUrl(options, io),
    canary: canaryOption(options, io),
    publicAddress: publicAddress(options, io),
  };
}

/** The address to call; throws WrongUse for what is none, without repeating it, since it may be a secret. */
function heartbeatUrl(options: Options, io: Io): string | null {
  const text = options.text('heartbeat-url') ?? (io.env.MILEPOST_HEARTBEAT_URL || null);
  if (text === null || (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))) return text;
  throw new WrongUse('--heartbeat-url is an address that begins with http:// or https://');
}

/** How often a canary is sent, s; throws WrongUse for what is none. */
function canaryOption(options: Options, io: Io): number {
  const text = options.text('canary') ?? (io.env.MILEPOST_CANARY || '60');
  const seconds = Number(text);
  if (text.trim() === '' || !Number.isInteger(seconds) || seconds < 0 || seconds > 3600)
    throw new WrongUse('--canary is a number of seconds from 1 to 3600, or 0 for none');
  return seconds;
}

/** Where people open Milepost, without a slash at its end; null where nobody says; throws WrongUse for what is no address. */
function publicAddress(options: Options, io: Io): string | null {
  const text = options.text('public-address') ?? (io.env.MILEPOST_PUBLIC_ADDRESS || null);
  if (text === null) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.search !== '' ||
    url.hash !== '' ||
    url.username !== ''
  )
    throw new WrongUse(
      '--public-address is an address that begins with http:// or https://, such as https://milepost.example',
    );
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** Where the token of operators is given; throws WrongUse where it is given twice. */
export function operatorPlace({ env }: Io): Omit<TokenPlace, 'folder'> {
  const given = env.MILEPOST_OPERATOR_TOKEN || null;
  const file = env.MILEPOST_OPERATOR_TOKEN_FILE || null;
  if (given !== null && file !== null)
    throw new WrongUse(
      'MILEPOST_OPERATOR_TOKEN and MILEPOST_OPERATOR_TOKEN_FILE exclude each other: leave one out',
    );
  return { given, file };
}

/** The number of partitions that is asked for; null where none is; throws WrongUse for what is none. */
export function partitionsOption(options: Options): number | null {
  const text = options.text('partitions');
  if (text === undefined) return null;
  const count = Number(text);
  if (text.trim() === '' || !Number.isInteger(count) || count < 1 || count > 64)
    throw new WrongUse('--partitions is a number from 1 to 64');
  return count;
}

/** A signal sent again this soon after the first is the same one: a terminal and whoever started this may both send it. */
const SAME_SIGNAL = 1_000;

/**
 * Serves until a signal comes or the worker ends; gives the exit code. `begin` is told when it serves, and gives what is
 * to be stopped before the server.
 */
export function serveUntilSignal(
  settings: ServeOptions,
  stopping: AbortController,
  begin: (serving: Serving) => Promise<() => Promise<void>>,
): Promise<number> {
  return runUntilSignal(settings, stopping, () => serve(settings), begin);
}

/** The same for any program: `start` starts it. */
export async function runUntilSignal(
  settings: { readonly log: Log; readonly version: string; readonly publicAddress?: string | null },
  stopping: AbortController,
  start: () => Promise<Serving>,
  begin: (serving: Serving) => Promise<() => Promise<void>>,
): Promise<number> {
  const { log } = settings;
  const signalled = Promise.withResolvers<'signal'>();
  let first = 0;
  const onSignal = () => {
    if (first > 0 && Date.now() - first > SAME_SIGNAL) process.exit(130);
    if (first > 0) return;
    first = Date.now();
    log.info('stopping');
    stopping.abort();
    signalled.resolve('signal');
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const hasTerminal = process.stdin.isTTY === true;
  let hungUp = () => onSignal();
  const onHangUp = () => hungUp();
  process.on('SIGHUP', onHangUp);
  try {
    const serving = await start();
    log.info(`Milepost ${settings.version} serves at ${serving.address}`);
    sayWhoActs(serving, settings.publicAddress ?? serving.address, log);
    // a terminal that goes away sends the same signal as whoever wants the definitions read again
    hungUp = () => (isTerminalGone(hasTerminal) ? onSignal() : void serving.reload('SIGHUP'));
    try {
      const end = await begin(serving);
      const reason = await Promise.race([signalled.promise, serving.ended]);
      await end();
      if (reason === 'signal') return EXIT.done;
      log.error(reason);
      return EXIT.unreachable;
    } finally {
      await serving.stop();
    }
  } catch (error) {
    if (stopping.signal.aborted) return EXIT.done;
    return explainStart(error, log);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    process.off('SIGHUP', onHangUp);
  }
}

function sayWhoActs({ operator }: Serving, address: string, log: Log): void {
  const isTerminal = process.stderr.isTTY === true;
  const text = operatorBanner(operator, address, isTerminal);
  if (text === null) return;
  // a link with the token is for eyes only
  if (isTerminal) process.stderr.write(`${text}\n`);
  else log.info(text);
}

/** Whether the terminal that this was started from is there no more. */
function isTerminalGone(hadOne: boolean): boolean {
  if (!hadOne) return false;
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return false;
  } catch {
    return true;
  }
}

/** What keeps a server from starting is for whoever starts it; only what nobody foresaw goes on as an error. */
function explainStart(error: unknown, log: Log): number {
  if (error instanceof ServeError) {
    for (const finding of error.findings) log.error(finding);
    log.error(error.message);
    return error.findings.length > 0 ? EXIT.findings : EXIT.wrongUse;
  }
  if (error instanceof Error && 'permanent' in error) {
    log.error(error.message);
    return error.permanent === true ? EXIT.wrongUse : EXIT.unreachable;
  }
  throw error;
}
