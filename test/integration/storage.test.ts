import { afterAll, beforeAll } from 'vitest';
import { connect, openStorage, postgresNotices } from '../../adapters/storage/index.ts';
import { boardContract } from '../contracts/board.contract.ts';
import { foldedAlarmsContract } from '../contracts/folded-alarms.contract.ts';
import { leasesContract } from '../contracts/leases.contract.ts';
import { storeContract } from '../contracts/store.contract.ts';
import { readerContract } from '../contracts/store-reader.contract.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';

const CLEAN = `
  truncate milepost.positions, milepost.journal, milepost.instances, milepost.alarms, milepost.rejected,
    milepost.changes, milepost.notices, milepost.watched, milepost.held, milepost.revisions, milepost.leases,
    milepost.workers, milepost.handlings restart identity;
  update milepost.notifier set epoch = 0, owner = null, until = null, tag = '';
  update milepost.system set partitions = null;
  update milepost.change_counter set last = 0;
  update milepost.change_position set published = 0`;

let server: TestPostgres;
let url: string;
beforeAll(async () => {
  server = await startTestPostgres();
  url = await server.database();
  await (await openStorage({ url, role: 'test' })).close();
}, 60_000);
afterAll(async () => {
  await server?.stop();
});

async function makeStore(options: { readonly keptChanges?: number } = {}) {
  await server.run(CLEAN, url);
  const storage = await openStorage({ url, role: 'test', ...options });
  return {
    ...storage,
    notices: async () => {
      const rows = await server.run('select id from milepost.notices order by id collate "C"', url);
      return rows.map(({ id }) => String(id));
    },
  };
}

storeContract('PostgreSQL', makeStore);
readerContract('PostgreSQL', makeStore);
boardContract('PostgreSQL', makeStore);
foldedAlarmsContract('PostgreSQL', async () => {
  const storage = await makeStore();
  const db = connect({ url, role: 'test' });
  const close = async () => {
    await db.destroy();
    await storage.close();
  };
  return { ...storage, telling: postgresNotices(db), close };
});
leasesContract('PostgreSQL', makeStore, pass);

/** Time goes by for leases when all that is noted of them lies further back. */
async function pass(_: unknown, ms: number): Promise<void> {
  await server.run(
    `update milepost.leases set until = until - ${ms} * interval '1 millisecond';
     update milepost.workers set seen_at = seen_at - ${ms} * interval '1 millisecond'`,
    url,
  );
}
