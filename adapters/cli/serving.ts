/** What `up` and `demo` share: settings from options and environment, a log, and an end on the first signal. */
import { createLog, type Log } from '../log.ts';
import { natsOptionsFrom, ServeError, type ServeOptions, type Serving, serve } from '../serve.ts';
import { EXTENSIONS_OPTION } from './extension-option.ts';
import type { Io } from './io.ts';
import type { OptionSpec } from './option.ts';
import type { Options } from './options.ts';
import { EXIT, WrongUse } from './outcome.ts';
import { version } from './version.ts';

export const SERVING_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  folder: { value: 'FOLDER', about: 'where private servers and their data live; default: .milepost' },
  host: { value: 'HOST', about: 'the address to listen on; default: 127.0.0.1, this machine only' },
  port: { value: 'PORT', about: 'the port to listen on, 0 for any that is free; default: 4600' },
  extensions: EXTENSIONS_OPTION,
  'no-nats': { value: null, about: 'start and use no NATS server: events come over HTTP only' },
};

export const SERVING_NOTES: readonly string[] = [
  'Environment: DATABASE_URL, a PostgreSQL to use in place of a private one; NATS_URL (with NATS_CREDS, NATS_CA,',
  'NATS_CERT, NATS_KEY), a NATS server to use in place of a private one.',
  'The log goes to standard error: lines for people on a terminal, JSON elsewhere. Ctrl-C or SIGTERM ends it.',
];

export type ServingSettings = Omit<ServeOptions, 'definitions' | 'signal'>;

/** The settings of a server from options and environment; throws WrongUse for those that cannot be. */
export function servingSettings(options: Options, io: Io): ServingSettings {
  const port = Number(options.text('port') ?? 4600);
  if (!Number.isInteger(port) || port < 0 || port > 65_535 || options.text('port') === '')
    throw new WrongUse('--port is a number from 0 to 65535');
  return {
    folder: options.text('folder') ?? '.milepost',
    host: options.text('host') ?? '127.0.0.1',
    port,
    extensions: options.text('extensions') ?? null,
    databaseUrl: io.env.DATABASE_URL || null,
    nats: options.flag('no-nats') ? 'none' : natsOptionsFrom(io.env),
    version: version(),
    log: createLog(process.stderr, process.stderr.isTTY !== true),
  };
}

/** A signal sent again this soon after the first is the same one: a terminal and whoever started this may both send it. */
const SAME_SIGNAL = 1_000;

/**
 * Serves until a signal comes or the worker ends; gives the exit code. `begin` is told when it serves, and gives what is
 * to be stopped before the server.
 */
export async function serveUntilSignal(
  settings: ServeOptions,
  stopping: AbortController,
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
  try {
    const serving = await serve(settings);
    log.info(`Milepost ${settings.version} serves at ${serving.address}`);
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
