/**
 * The way of notices to a relay over HTTP: one port, on which it takes them and tells what came of them, and a folder of its
 * own, in which it keeps them until then.
 */
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createRelayIntake, LONGEST_RELAYED, openJournal, openKeptNotices } from '../channels/index.ts';
import type { Closers } from '../closers.ts';
import { takeFolder } from '../folder-owner.ts';
import { type Metrics, relayRoute } from '../http/index.ts';
import type { Log } from '../log.ts';
import { reasonOf } from '../reason-of.ts';
import type { RelayWay } from './relay-way.ts';
import { ServeError } from './serve-error.ts';

export interface HttpWayOptions {
  /** where what it has taken is kept */
  readonly folder: string;
  /** the secret that Milepost shares with it: itself, or the file that holds it */
  readonly secret: { readonly given: string } | { readonly file: string };
  /** PEM files; null: it is asked in the clear, or a proxy has the certificate */
  readonly tls: { readonly cert: string; readonly key: string } | null;
}

const JOURNAL = 'relay-notices.ndjson';
const SHORTEST = 16;
const SAY_EVERY = 60_000;

/** Opens what is kept; rejects with ServeError or JournalError. */
export async function relayOverHttp(
  options: HttpWayOptions & { readonly log: Log; readonly metrics: Metrics },
  closers: Closers,
): Promise<RelayWay> {
  const { folder, log, metrics } = options;
  let secret = await readSecret(options.secret);
  const tls = await readTls(options.tls);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const owner = await takeFolder(folder);
  if ('heldBy' in owner)
    throw new ServeError(
      `the folder ${folder} is used by process ${owner.heldBy}: end that, or name another --folder`,
    );
  closers.push(owner.release);
  const path = join(folder, JOURNAL);
  const kept = await openKeptNotices(await openJournal(path), { path, now: Date.now });
  closers.push(() => kept.close());
  const gauge = metrics.gauge(
    'milepost_relay_waiting',
    'Notices that a relay has taken and not sent yet, by channel',
  );
  let measured: readonly string[] = [];
  metrics.beforeRender(() => {
    for (const channel of measured) gauge.remove({ channel });
    const waiting = kept.waiting();
    measured = [...waiting.keys()];
    for (const [channel, count] of waiting) gauge.set(count, { channel });
  });
  let saidAt = Number.NEGATIVE_INFINITY;
  const onStranger = (fault: string) => {
    if (performance.now() - saidAt < SAY_EVERY) return;
    saidAt = performance.now();
    log.warn(`a message was refused: ${fault}; said once a minute`);
  };
  return {
    ...{ natsUrl: null, publish: null },
    open: async (channel, onOutcome) => kept.storeOf(channel, onOutcome),
    onOutcome: () => undefined,
    begin(relaying) {
      const asked = { kept, channels: relaying, secret: () => secret, now: Date.now, onStranger };
      return { routes: [relayRoute(createRelayIntake(asked).take)], bodyLimit: LONGEST_RELAYED, tls };
    },
    health() {
      const trouble = kept.trouble();
      return { live: true, checks: [{ name: 'folder', ok: trouble === null, detail: trouble ?? 'written' }] };
    },
    async reload() {
      secret = await readSecret(options.secret);
    },
    ended: new Promise(() => undefined),
  };
}

async function readSecret(place: HttpWayOptions['secret']): Promise<string> {
  if ('given' in place) return checked(place.given, 'MILEPOST_RELAY_SECRET');
  const { file } = place;
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0)
      throw new ServeError(`the secret in ${file} can be read by others: chmod 600 ${file}`);
    return checked((await readFile(file, 'utf8')).trim(), file);
  } catch (error) {
    if (error instanceof ServeError) throw error;
    throw new ServeError(
      `the secret file ${file} cannot be read (${reasonOf(error)}): make it, readable for Milepost only`,
      [],
      error,
    );
  }
}

function checked(secret: string, place: string): string {
  if (secret.length >= SHORTEST) return secret;
  throw new ServeError(
    `the secret in ${place} is shorter than ${SHORTEST} characters: make one with \`openssl rand -hex 32\`, and give the same to Milepost`,
  );
}

async function readTls(files: HttpWayOptions['tls']) {
  if (files === null) return null;
  const read = (file: string) =>
    readFile(file, 'utf8').catch((error: unknown) => {
      throw new ServeError(`${file} cannot be read (${reasonOf(error)}): give a PEM file`, [], error);
    });
  return { cert: await read(files.cert), key: await read(files.key) };
}
