/** The folder of this process, and the servers that live in it where none are given. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Closers } from '../closers.ts';
import { takeFolder } from '../folder-owner.ts';
import type { Log } from '../log.ts';
import { findNatsServer, type NatsOptions, PrivateNatsError, startPrivateNats } from '../nats/index.ts';
import { startPrivatePostgres } from '../storage/index.ts';
import { ServeError } from './serve-error.ts';

interface Place {
  readonly folder: string;
  readonly log: Log;
}

/** Takes the folder for this process; rejects with ServeError where another one has it. */
export async function ownFolder({ folder }: Place, closers: Closers): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const taken = await takeFolder(folder);
  if ('heldBy' in taken)
    throw new ServeError(
      `${folder} is in use by process ${taken.heldBy}, a Milepost that is running: stop it first, or give this one a folder of its own with --folder`,
    );
  closers.push(taken.release);
}

/** Starts a private PostgreSQL; gives its address, which other commands find in `<folder>/postgres/url`. */
export async function ownPostgres({ folder, log }: Place, closers: Closers): Promise<string> {
  const place = join(folder, 'postgres');
  const postgres = await startPrivatePostgres({ folder: place, durable: true, onRestart: log.warn });
  closers.push(() => postgres.stop());
  await writeFile(join(place, 'url'), `${postgres.url}\n`, { mode: 0o600 });
  log.info(`PostgreSQL: a private one in ${place} (${postgres.origin})`);
  return postgres.url;
}

/** Starts a private nats-server that sorts into partitions; null, said in the log, where no server can be had. */
export async function ownNats(
  { folder, log }: Place,
  partitions: number,
  closers: Closers,
): Promise<NatsOptions | null> {
  const place = join(folder, 'nats');
  await mkdir(place, { recursive: true, mode: 0o700 });
  const binary = await findNatsServer({ folder: place });
  if ('missing' in binary) {
    log.warn(`NATS: no server to start (${binary.missing})`);
    return null;
  }
  try {
    const server = await startPrivateNats({ folder: place, binary: binary.path, partitions, log: log.info });
    closers.push(() => server.stop());
    log.info(
      `NATS: a private nats-server ${binary.version} on port ${server.port}, its address with password in ${join(place, 'url')}`,
    );
    return { url: server.url };
  } catch (error) {
    if (error instanceof PrivateNatsError) throw new ServeError(error.message, [], error);
    throw error;
  }
}
