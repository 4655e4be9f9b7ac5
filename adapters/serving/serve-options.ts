/** What the programs are started with. */
import type { Log } from '../log.ts';
import type { NatsOptions } from '../nats/index.ts';
import type { TokenPlace } from './operator-token.ts';

export interface ServeSettings {
  /** files and folders of definitions */
  readonly definitions: readonly string[];
  /** the ES module with the extension functions; null where there is none */
  readonly extensions: string | null;
  readonly host: string;
  readonly port: number;
  readonly version: string;
  readonly log: Log;
  /** where people open Milepost, for the links in notices; left out: where an `up` listens */
  readonly publicAddress?: string | null;
  /** ends the waiting for servers that do not come */
  readonly signal: AbortSignal;
  /** how many partitions the events are sorted into, at the first start; null: as many as there are, at first 1 */
  readonly partitions?: number | null;
  /** whether changes of the definitions are followed; default: they are exchanged only when asked for */
  readonly follow?: boolean;
  /** called every ten seconds while this process is ready; null: nothing is */
  readonly heartbeatUrl?: string | null;
  /** how often a message goes the whole way and must come back, s; default 60, 0: never */
  readonly canary?: number;
}

export interface ServeOptions extends ServeSettings {
  /** private servers, their data and the lock live here: `.milepost` */
  readonly folder: string;
  /** null: a private PostgreSQL */
  readonly databaseUrl: string | null;
  /** null: a private nats-server where one can be had, else HTTP intake only; `none`: HTTP intake only */
  readonly nats: NatsOptions | 'none' | null;
  /** told once events can be sent over NATS and before any is looked at, so that what was missed meanwhile comes first */
  readonly beforeWatching?: (natsUrl: string) => Promise<void>;
  /** definitions that are evaluated beside those in use, to be compared with them */
  readonly candidate?: readonly string[];
  /** where the token of operators is given; left out: one is made in the folder */
  readonly operator?: Omit<TokenPlace, 'folder'>;
}

/** A worker or an API alone: both servers are given, since others use them too. */
export interface PartOptions extends ServeSettings {
  readonly databaseUrl: string;
  readonly nats: NatsOptions;
  /** how operators see this process; null: host and process id */
  readonly name: string | null;
}

export interface ApiOptions extends PartOptions {
  readonly operator: TokenPlace;
}
