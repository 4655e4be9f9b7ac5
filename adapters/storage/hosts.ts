/**
 * An address with several hosts, `postgres://user:password@a:5432,b:5432/database?target_session_attrs=read-write`, as libpq
 * knows it and the driver does not: each new connection looks for the first host that takes writes.
 *
 * 1. A host that does not answer within two seconds is passed over; the order is that of the address.
 * 2. Which host takes writes is asked anew for each connection, so that a failover needs nobody to tell.
 * 3. Several hosts always mean the one that takes writes: a standby can keep nothing. It never chooses between two
 *    that do; that there is only one is the duty of whoever promotes.
 */

import pg from 'pg';
import { reasonOf } from '../reason-of.ts';

const PATIENCE = 2_000;

/** One address a host, each as if it were the only one. */
export function addressesOf(url: string): readonly string[] {
  const parts = /^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)([^/?#]*)(.*)$/.exec(url);
  const hosts = (parts?.[2] ?? '').split(',').filter((host) => host !== '');
  if (parts === null || hosts.length < 2) return [url];
  const rest = (parts[3] ?? '').replace(/([?&])target_session_attrs=[^&]*(&|$)/, (_, before, after) =>
    after === '&' ? before : '',
  );
  return hosts.map((host) => `${parts[1]}${host}${rest}`);
}

/** The client to connect with: the driver's own for one host; for several one that looks for the host that takes writes. */
export function clientFor(url: string): { readonly address: string; readonly Client: typeof pg.Client } {
  const addresses = addressesOf(url);
  const [address = url] = addresses;
  return { address, Client: addresses.length < 2 ? pg.Client : seeking(addresses) };
}

function seeking(addresses: readonly string[]): typeof pg.Client {
  return class extends pg.Client {
    override connect(): Promise<pg.Client>;
    override connect(callback: ((error: Error) => void) | ((error: null, client: pg.Client) => void)): void;
    override connect(callback?: unknown): Promise<pg.Client> | undefined {
      const connected = writable(addresses).then(({ host, port }) => {
        this.host = host;
        this.port = port;
        return super.connect();
      });
      if (callback === undefined) return connected;
      // the driver's two forms of a callback are one: an error or null first, then the client
      const tell = callback as (error: Error | null, client?: pg.Client) => void;
      connected.then(
        () => tell(null, this),
        (error: Error) => tell(error),
      );
    }
  };
}

/** The first host that takes writes; rejects with what is wrong with each. */
async function writable(
  addresses: readonly string[],
): Promise<{ readonly host: string; readonly port: number }> {
  const refusals: string[] = [];
  for (const connectionString of addresses) {
    const probe = new pg.Client({
      connectionString,
      connectionTimeoutMillis: PATIENCE,
      query_timeout: PATIENCE,
      application_name: 'milepost-seeking',
    });
    const { host, port } = probe;
    probe.on('error', () => undefined); // what is asked of it says so
    try {
      await probe.connect();
      const { rows } = await probe.query<{ standby: boolean }>('select pg_is_in_recovery() as standby');
      if (rows[0]?.standby === false) return { host, port };
      refusals.push(`${host}:${port} is a standby`);
    } catch (error) {
      refusals.push(`${host}:${port}: ${reasonOf(error)}`);
      if (isRefusal(error)) throw error;
    } finally {
      void probe.end().catch(() => undefined);
    }
  }
  throw new Error(`no host takes writes (${refusals.join('; ')})`);
}

/** A wrong user, password or database is no matter of hosts: the server's own words are kept. */
function isRefusal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^(28|3D)/.test(error.code ?? '');
}
