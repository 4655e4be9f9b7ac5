/**
 * The connection to NATS: where it goes, who it is, and that it never gives up. Passwords and credentials go into the
 * connection and nowhere else; what is logged are host and port.
 */

import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  DebugEvents,
  ErrorCode,
  Events,
  type NatsConnection,
  NatsError,
} from 'nats';
import { reasonOf } from '../reason-of.ts';
import { linkOf } from './link.ts';

/** What the connection does, said once per change. */
export interface LinkNotice {
  readonly state: 'waiting' | 'connected' | 'lost' | 'back' | 'trouble' | 'closed';
  readonly text: string;
}

export interface NatsOptions {
  /** one or several, separated by commas: `nats://host:4222`, `tls://user:password@host`, `nats://token@host` */
  readonly url: string;
  /** a credentials file (JWT and key), read anew at every attempt */
  readonly credsFile?: string;
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
  /** as the server's operators see it */
  readonly name?: string;
  readonly onNotice?: (notice: LinkNotice) => void;
  /** ends the waiting for a server that does not come */
  readonly signal?: AbortSignal;
}

/** A setting of the connection is wrong; trying again cannot help. */
export class NatsSettingError extends Error {
  override readonly name = 'NatsSettingError';
  readonly permanent = true;
}

/** Where NATS is, by NATS_URL, NATS_CREDS, NATS_CA, NATS_CERT and NATS_KEY; null without NATS_URL. */
export function natsOptionsFrom(env: Readonly<Record<string, string | undefined>>): NatsOptions | null {
  const url = env.NATS_URL;
  if (!url) return null;
  const tls = {
    ...(env.NATS_CA ? { caFile: env.NATS_CA } : {}),
    ...(env.NATS_CERT ? { certFile: env.NATS_CERT } : {}),
    ...(env.NATS_KEY ? { keyFile: env.NATS_KEY } : {}),
  };
  return {
    url,
    ...(env.NATS_CREDS ? { credsFile: env.NATS_CREDS } : {}),
    ...(Object.keys(tls).length > 0 ? { tls } : {}),
  };
}

/**
 * Connects, however late the server comes: attempts go on with growing pauses (0.2 s to 5 s), and a connection that is
 * lost is looked for without end. Rejects with NatsSettingError for an address or file that cannot be right, and with the
 * signal's reason when it is aborted.
 */
export async function connectNats(options: NatsOptions): Promise<NatsConnection> {
  const address = readNatsUrl(options.url);
  const tell = options.onNotice ?? (() => undefined);
  let said = '';
  for (let attempt = 0; ; attempt++) {
    options.signal?.throwIfAborted();
    try {
      const nc = await connect(await connectionOptions(options, address));
      tell({ state: 'connected', text: `connected to NATS at ${nc.getServer()}` });
      linkOf(nc);
      void watchStatus(nc, address.shown, tell);
      return nc;
    } catch (error) {
      if (error instanceof NatsSettingError) throw error;
      const reason = connectReason(error);
      if (reason !== said) {
        tell({ state: 'waiting', text: `waiting for NATS at ${address.shown}: ${reason}` });
      }
      said = reason;
      await delay(Math.min(200 * 2 ** attempt, 5_000) * (0.75 + Math.random() / 2), undefined, {
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
    }
  }
}

export interface NatsAddress {
  readonly servers: readonly string[];
  readonly user: string | null;
  readonly password: string | null;
  readonly token: string | null;
  readonly tls: boolean;
  /** hosts and ports, without anything secret */
  readonly shown: string;
}

/** The parts of a NATS URL; NatsSettingError, which does not repeat the URL, when it is none. */
export function readNatsUrl(url: string): NatsAddress {
  const parts = url
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => (part.includes('://') ? part : `nats://${part}`));
  const urls = parts.map((part) => (URL.canParse(part) ? new URL(part) : null));
  const good = urls.filter(
    (one) => one !== null && ['nats:', 'tls:'].includes(one.protocol) && one.hostname !== '',
  );
  if (good.length === 0 || good.length < urls.length) {
    throw new NatsSettingError(
      'the NATS URL cannot be read; write nats://host:4222, tls://user:password@host:4222, or several with commas',
    );
  }
  const servers = good.map((one) => `${one?.hostname}:${one?.port || '4222'}`);
  const named = good.find((one) => one?.username !== '');
  const user = named ? decodeURIComponent(named.username) : null;
  const password = named?.password ? decodeURIComponent(named.password) : null;
  return {
    servers,
    user: password === null ? null : user,
    password,
    token: password === null ? user : null,
    tls: good.some((one) => one?.protocol === 'tls:'),
    shown: servers.join(', '),
  };
}

async function connectionOptions(options: NatsOptions, address: NatsAddress): Promise<ConnectionOptions> {
  const creds = options.credsFile === undefined ? null : await readSecret(options.credsFile, 'NATS_CREDS');
  const tls = options.tls !== undefined || address.tls ? { tls: { ...options.tls } } : {};
  return {
    servers: [...address.servers],
    name: options.name ?? 'milepost',
    ...(address.user === null ? {} : { user: address.user, pass: address.password ?? '' }),
    ...(address.token === null ? {} : { token: address.token }),
    ...(creds === null ? {} : { authenticator: credsAuthenticator(creds) }),
    ...tls,
    timeout: 5_000,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 300,
    reconnectJitter: 400,
    reconnectJitterTLS: 800,
    // A password that is changed on the server first must not end the connection for good.
    ignoreAuthErrorAbort: true,
    // A link that is cut without a word is noticed after 20 to 30 s.
    pingInterval: 10_000,
    maxPingOut: 2,
  };
}

async function readSecret(file: string, setting: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    throw new NatsSettingError(`the file that ${setting} names, ${file}, cannot be read`, { cause: error });
  }
}

/** What keeps us from connecting, in words that do not change from attempt to attempt. */
function connectReason(error: unknown): string {
  if (!(error instanceof NatsError)) return reasonOf(error);
  switch (error.code) {
    case ErrorCode.ConnectionRefused:
      return 'nothing listens there';
    case ErrorCode.ConnectionTimeout:
    case ErrorCode.Timeout:
      return 'no answer';
    case ErrorCode.AuthorizationViolation:
    case ErrorCode.BadAuthentication:
      return 'it refuses the user or password; set them in NATS_URL or NATS_CREDS';
    default:
      return error.message;
  }
}

async function watchStatus(
  nc: NatsConnection,
  shown: string,
  tell: (notice: LinkNotice) => void,
): Promise<void> {
  let up = true;
  for await (const status of nc.status()) {
    if (status.type === Events.Disconnect && up) {
      up = false;
      tell({ state: 'lost', text: `the connection to NATS at ${shown} is lost; looking for it` });
    } else if (status.type === Events.Reconnect && !up) {
      up = true;
      tell({ state: 'back', text: `connected to NATS again at ${nc.getServer()}` });
    } else if (status.type === Events.Error) {
      tell({ state: 'trouble', text: `NATS says: ${String(status.data)}` });
    } else if (status.type === DebugEvents.StaleConnection) {
      tell({ state: 'trouble', text: 'NATS does not answer' });
    }
  }
  const error = await nc.closed();
  if (error) tell({ state: 'closed', text: `the connection to NATS has ended: ${error.message}` });
}
