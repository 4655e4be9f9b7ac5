import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPrivatePostgres } from '../../adapters/storage/private-postgres.ts';

export interface TestPostgres {
  /** of the server's first database */
  readonly url: string;
  readonly folder: string;
  readonly dataFolder: string;
  /** id of the server process */
  pid(): number;
  /** Makes an empty database and gives its url. */
  database(): Promise<string>;
  /** Runs statements in a connection of its own, on the first database unless another url is given. */
  run(text: string, url?: string): Promise<readonly Record<string, unknown>[]>;
  stop(): Promise<void>;
}

/**
 * A PostgreSQL for one test file, in a temporary folder, without fsync; `stop` removes it all. One that ends by itself is
 * started again on the same port, with what was committed.
 */
export async function startTestPostgres(): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'milepost-postgres-'));
  const server = await startPrivatePostgres({ folder, durable: false });
  const [row] = await run('show data_directory');
  if (row?.data_directory !== server.dataFolder) {
    await server.stop();
    throw new Error(`the server at ${server.url} is not the one that was started in ${server.dataFolder}`);
  }
  let made = 0;
  return {
    url: server.url,
    folder,
    dataFolder: server.dataFolder,
    pid: server.pid,
    async database() {
      made += 1;
      await run(`create database test_${made}`);
      return server.url.replace(/postgres$/, `test_${made}`);
    },
    run,
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };

  async function run(text: string, url = server.url): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }
}
