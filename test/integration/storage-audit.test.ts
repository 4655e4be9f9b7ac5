import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, migrate, postgresAudit, postgresNotices } from '../../adapters/storage/index.ts';
import { auditContract } from '../contracts/audit.contract.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
}, 60_000);
afterAll(() => server?.stop());

async function fresh(): Promise<string> {
  const url = await server.database();
  await migrate(url);
  return url;
}

auditContract('PostgreSQL', async () => {
  const url = await fresh();
  const db = connect({ url, role: 'test' });
  return {
    audit: postgresAudit(db),
    async taken(act, outcome) {
      await postgresNotices(db).keepAct(act);
      if (outcome === null) return;
      const reason = outcome.reason === null ? 'null' : `'${outcome.reason}'`;
      await server.run(
        `update milepost.acts set applied_at = now(), done = ${outcome.done}, reason = ${reason} where id = '${act.id}'`,
        url,
      );
    },
    close: () => db.destroy(),
  };
});

test('the database refuses to change or remove what was kept', async () => {
  const url = await fresh();
  const db = connect({ url, role: 'test' });
  const audit = postgresAudit(db);
  const act = { at: 0, by: 'Ann', kind: 'close', target: null, detail: '{}', origin: 'test' };
  await audit.settle(await audit.begin(act), { kind: 'done', reason: null, act: null });
  await audit.begin(act);
  for (const statement of [
    `update milepost.audit set by = 'Bob'`,
    `update milepost.audit set outcome = 'failed' where outcome is not null`,
    `update milepost.audit set outcome = 'done', by = 'Bob' where outcome is null`,
    'delete from milepost.audit',
    'truncate milepost.audit',
  ])
    await expect(server.run(statement, url), statement).rejects.toThrow(/neither changed nor removed/);
  expect((await audit.list({}, 10, null)).items.map(({ by }) => by)).toEqual(['Ann', 'Ann']);
  await db.destroy();
});
