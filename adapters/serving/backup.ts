/** `milepost backup` and `restore`: the database, of the stream what the database has not seen yet, and notices for relays. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { type Closers, undo } from '../closers.ts';
import { takeFolder } from '../folder-owner.ts';
import type { Log } from '../log.ts';
import {
  backupStream,
  connectNats,
  type NatsConnection,
  type NatsOptions,
  restoreStream,
  verifyStreamBackup,
} from '../nats/index.ts';
import { backupDatabase, openStorage, restoreDatabase, verifyBackup } from '../storage/index.ts';
import { addressIn } from './examine.ts';
import { ownNats, ownPostgres } from './own-servers.ts';
import { ServeError } from './serve-error.ts';

export interface BackupOptions {
  /** of the database; that of the stream is `<file>.events` beside it */
  readonly file: string;
  /** private servers, where no others are given: those of a running `up`, else started for this */
  readonly folder: string;
  readonly databaseUrl: string | null;
  /** `none`: the database alone */
  readonly nats: NatsOptions | 'none' | null;
  readonly log: Log;
}

export interface BackupReport {
  readonly file: string;
  /** when it was made, ISO */
  readonly made: string;
  readonly rows: number;
  /** events of the stream, and notices that wait for a relay; null where they were left out */
  readonly messages: number | null;
  readonly notices: number | null;
}

/** Writes a backup as of now, while everything works on. */
export function backup(options: BackupOptions): Promise<BackupReport> {
  return withServers(options, async ({ databaseUrl, natsOf }) => {
    const storage = await openStorage({ url: databaseUrl, role: 'backup' });
    try {
      // Before the database: what is applied meanwhile is in both, and taken once.
      const partitions = await storage.leases.partitions(null);
      const names = Array.from({ length: partitions }, (_, index) => String(index));
      const positions = await Promise.all(names.map((partition) => storage.reader.position(partition)));
      const written = await backupDatabase(databaseUrl, options.file);
      const nc = await natsOf(partitions);
      const positionsOf = (incarnation: string) =>
        positions.map((position) =>
          position?.incarnation.split('~')[0] === incarnation ? position.sequence : 0,
        );
      const stream =
        nc === null
          ? null
          : await backupStream(nc, { file: eventsFile(options.file), positions: positionsOf });
      return report(options.file, written.made, written.tables, stream);
    } finally {
      await storage.close();
    }
  });
}

/** Brings a backup back into an empty database and an empty stream. */
export function restore(options: BackupOptions): Promise<BackupReport> {
  return withServers(options, async ({ databaseUrl, natsOf }) => {
    const events = eventsFile(options.file);
    const hasEvents = options.nats !== 'none' && (await isThere(events));
    if (hasEvents) await verifyStreamBackup(events);
    const written = await restoreDatabase(databaseUrl, options.file);
    const storage = await openStorage({ url: databaseUrl, role: 'restore' });
    const partitions = await storage.leases.partitions(null).finally(() => storage.close());
    const nc = hasEvents ? await natsOf(partitions) : null;
    const streams = nc === null ? null : await restoreStream(nc, { file: events, partitions });
    return report(options.file, written.made, written.tables, streams);
  });
}

/** Reads a backup to its end; rejects with what is wrong with it. */
export async function verify(file: string): Promise<BackupReport> {
  const { heading, tables } = await verifyBackup(file);
  const events = eventsFile(file);
  const streams = (await isThere(events)) ? await verifyStreamBackup(events) : null;
  return report(file, Date.parse(heading.made), tables, streams);
}

function report(
  file: string,
  made: number,
  tables: readonly { readonly rows: number }[],
  streams: { readonly messages: number; readonly notices: number } | null,
): BackupReport {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const { messages = null, notices = null } = streams ?? {};
  return { file, made: new Date(made).toISOString(), rows, messages, notices };
}

function eventsFile(file: string): string {
  return `${file}.events`;
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

interface Servers {
  readonly databaseUrl: string;
  /** a connection to NATS; null where it is left out */
  readonly natsOf: (partitions: number) => Promise<NatsConnection | null>;
}

async function withServers<T>(options: BackupOptions, work: (servers: Servers) => Promise<T>): Promise<T> {
  const closers: Closers = [];
  try {
    const isPrivate = options.databaseUrl === null || options.nats === null;
    const running = isPrivate ? await isRunning(options.folder, closers) : false;
    const databaseUrl = options.databaseUrl ?? (await privateDatabase(options, running, closers));
    const natsOf = async (partitions: number) => {
      if (options.nats === 'none') return null;
      const nats = options.nats ?? (await privateNats(options, { running, partitions }, closers));
      if (nats === null) return null;
      const nc = await connectNats({ ...nats, name: 'milepost-backup', signal: AbortSignal.timeout(20_000) });
      closers.push(() => nc.close());
      return nc;
    };
    return await work({ databaseUrl, natsOf });
  } finally {
    await undo(closers, options.log);
  }
}

/** Whether a Milepost runs in the folder; if none does, it is ours until the end. */
async function isRunning(folder: string, closers: Closers): Promise<boolean> {
  if (!(await isThere(folder)))
    throw new ServeError(
      `there is no folder ${folder} with private servers: set DATABASE_URL and NATS_URL, or name it with --folder`,
    );
  const taken = await takeFolder(folder);
  if ('heldBy' in taken) return true;
  closers.push(taken.release);
  return false;
}

async function privateDatabase(options: BackupOptions, running: boolean, closers: Closers): Promise<string> {
  if (!running) return ownPostgres(options, closers);
  const url = await addressIn(join(options.folder, 'postgres', 'url'));
  if (url === null)
    throw new ServeError(`the Milepost in ${options.folder} has no private database: set DATABASE_URL`);
  return url;
}

async function privateNats(
  options: BackupOptions,
  { running, partitions }: { readonly running: boolean; readonly partitions: number },
  closers: Closers,
): Promise<NatsOptions | null> {
  if (!running) return ownNats(options, partitions, closers);
  const url = await addressIn(join(options.folder, 'nats', 'url'));
  return url === null ? null : { url };
}
