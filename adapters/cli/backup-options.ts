/** What `backup` and `restore` share. */
import { createLog } from '../log.ts';
import { type BackupOptions, type BackupReport, natsOptionsFrom, ServeError } from '../serve.ts';
import type { Io } from './io.ts';
import type { OptionSpec } from './option.ts';
import type { Options } from './options.ts';
import { EXIT } from './outcome.ts';

export const BACKUP_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  folder: {
    value: 'FOLDER',
    about: 'where private servers live, used where no others are given; default: .milepost',
  },
  'no-nats': { value: null, about: 'the database alone' },
};

export const BACKUP_NOTES: readonly string[] = [
  'FILE is the database; FILE.events beside it is what the stream of events held that the database had not seen,',
  'and the notices that waited for a relay.',
  'Environment: DATABASE_URL, NATS_URL (with NATS_CREDS, NATS_CA, NATS_CERT, NATS_KEY), as for `milepost up`.',
  'Exit codes: 0 done, 2 it cannot be done as things are, 69 a server is not there.',
];

/** The settings of a backup from options and environment. */
export function backupSettings(file: string, options: Options, io: Io): BackupOptions {
  return {
    file,
    folder: options.text('folder') ?? '.milepost',
    databaseUrl: io.env.DATABASE_URL || null,
    nats: options.flag('no-nats') ? 'none' : natsOptionsFrom(io.env),
    log: createLog(process.stderr, process.stderr.isTTY !== true),
  };
}

/** Does it, and says what came of it; gives the exit code. */
export async function reported(io: Io, options: Options, work: () => Promise<BackupReport>): Promise<number> {
  try {
    const report = await work();
    if (options.text('format') === 'json') await io.out(`${JSON.stringify(report, null, 2)}\n`);
    else {
      const stream =
        report.messages === null
          ? 'without the stream'
          : `${report.messages} messages of the stream, ${report.notices} notices for relays`;
      await io.out(`${report.file}: as of ${report.made}, ${report.rows} rows, ${stream}\n`);
    }
    return EXIT.done;
  } catch (error) {
    if (error instanceof ServeError) {
      io.say(error.message);
      return EXIT.wrongUse;
    }
    if (!(error instanceof Error) || !('permanent' in error)) throw error;
    io.say(error.message);
    return error.permanent === true ? EXIT.wrongUse : EXIT.unreachable;
  }
}
