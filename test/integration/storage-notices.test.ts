import { afterAll, beforeAll } from 'vitest';
import {
  connect,
  migrate,
  openStorage,
  postgresNoticeReader,
  postgresNotices,
} from '../../adapters/storage/index.ts';
import { noticeStoreContract } from '../contracts/notice-store.contract.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';

const CLEAN = `
  truncate milepost.notifier_memory, milepost.handlings, milepost.handling_history, milepost.silences, milepost.acts,
    milepost.outbox, milepost.notices, milepost.changes restart identity;
  update milepost.change_counter set last = 0;
  update milepost.notifier set epoch = 0, owner = null, until = null, change = null, tag = ''`;

let server: TestPostgres;
let url: string;
beforeAll(async () => {
  server = await startTestPostgres();
  url = await server.database();
  await migrate(url);
  await (await openStorage({ url, role: 'test' })).close();
}, 60_000);
afterAll(async () => {
  await server?.stop();
});

noticeStoreContract('PostgreSQL', async () => {
  await server.run(CLEAN, url);
  const db = connect({ url, role: 'test' });
  return {
    store: postgresNotices(db),
    reader: postgresNoticeReader(db),
    wish: async (id, channel, text) => {
      await server.run(
        `insert into milepost.notices (digest, id, kind, channel, text, owed_at)
         values (sha256('${id}'), '${id}', 'notify', '${channel}', '${text}', clock_timestamp())`,
        url,
      );
    },
    changes: async () => {
      const rows = await server.run('select kind, subject, body from milepost.changes order by id', url);
      return rows.map(({ kind, subject, body }) => ({
        ...{ kind: String(kind), subject: String(subject), body: String(body) },
      }));
    },
    expire: async () => {
      await server.run(`update milepost.notifier set until = now() - interval '1 second'`, url);
    },
    close: () => db.destroy(),
  };
});
