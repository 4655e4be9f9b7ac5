import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connect, type Database, openStorage, type Storage, sweep } from '../../adapters/storage/index.ts';
import { weekOf, weekTable } from '../../adapters/storage/journal-weeks.ts';
import type { Position } from '../../engine/index.ts';
import {
  alarmRecord,
  instanceRecord,
  journalRecord,
  noticeRecord,
  opened,
  rejectedRecord,
} from '../contracts/store-records.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';
import { batchAfter } from './storage-batches.ts';

const DAY = 86_400_000;

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
}, 60_000);
afterAll(async () => {
  await server?.stop();
});

describe('removing what is too old', () => {
  let url: string;
  let db: Database;
  let storage: Storage;
  let position: Position;
  let now: number;
  beforeEach(async () => {
    url = await server.database();
    storage = await openStorage({ url, role: 'worker' });
    db = connect({ url, role: 'retention' });
    position = await opened(storage.store, 'main');
    now = Date.now();
    return async () => {
      await storage.close();
      await db.destroy();
    };
  });

  test('makes this week and the four that follow, once', async () => {
    expect(await sweep(db, { every: 0 })).toMatchObject({ weeksMade: 5 });
    expect(await sweep(db, { every: 0 })).toMatchObject({ weeksMade: 0 });
    const expected = [0, 1, 2, 3, 4].map((ahead) => weekTable(weekOf(now) + ahead));
    expect(await weeks()).toEqual(expect.arrayContaining(expected));
  });

  test('only the first who asks within the hour does it', async () => {
    const asked = await Promise.all([sweep(db), sweep(db), sweep(db)]);
    expect(asked.filter((swept) => swept !== null)).toHaveLength(1);
    expect(await sweep(db)).toBeNull();
  });

  test('drops whole weeks of the journal, and never what is younger than 31 days', async () => {
    await journalled([70, 40, 20, 0]);
    const swept = await sweep(db, { every: 0, keep: { journal: 1 } });
    expect(swept?.weeksDropped).toBeGreaterThan(0);
    expect(await ages()).toEqual([20, 0]);
    expect(await weeks()).not.toContain(weekTable(weekOf(now - 70 * DAY)));
  });

  test('keeps what a recovery needs, however old', async () => {
    await journalled([70, 69, 68, 0], { mark: 1 });
    await sweep(db, { every: 0, keep: { journal: 31 } });
    expect(await storage.store.tail('main', 1, 10)).toHaveLength(3);
    await commit(batchAfter(position, {}), { mark: 3 });
    await sweep(db, { every: 0, keep: { journal: 31 } });
    expect((await storage.store.tail('main', 0, 10)).map(({ place }) => place)).toEqual([4]);
  });

  test('entries of times without a week are kept, found, and removed in their time', async () => {
    await journalled([60 * 7 + 40, 600, 0]);
    expect(await inOther()).toBe(2);
    expect(
      (await storage.reader.events(journalRecord().flow, journalRecord().key, 10, null)).items,
    ).toHaveLength(3);
    expect(await sweep(db, { every: 0, keep: { journal: 500 } })).toMatchObject({ journal: 1 });
    expect(await inOther()).toBe(1);
  });

  test('entries that came before their week was there are moved into it', async () => {
    await journalled([7, 0]);
    const week = weekTable(weekOf(now));
    await server.run(
      `alter table milepost.journal detach partition milepost.${week};
       with gone as (delete from milepost.${week} returning *) insert into milepost.journal_other select * from gone;
       drop table milepost.${week}`,
      url,
    );
    expect(await inOther()).toBe(1);
    await sweep(db, { every: 0 });
    expect(await inOther()).toBe(0);
    expect(await weeks()).toContain(week);
    expect(await storage.store.tail('main', 0, 10)).toHaveLength(2);
    expect((await storage.store.seen([journalRecord()])).map(({ id }) => id).sort()).toEqual(['e-0', 'e-7']);
  });

  test('instances go long after their end, not while they have alarms or timers or run', async () => {
    const old = { endedAt: now - 500 * DAY, tradingDay: day(500) };
    await commit(
      batchAfter(position, {
        instances: [
          instanceRecord({ key: 'gone', status: 'committed', ...old }),
          instanceRecord({ key: 'failed', status: 'failed', ...old }),
          instanceRecord({ key: 'alarmed', status: 'failed', openAlarms: 1, ...old }),
          instanceRecord({ key: 'waiting', status: 'committed', hasTimers: true, ...old }),
          instanceRecord({ key: 'running', ...old, endedAt: null }),
          instanceRecord({ key: 'new', status: 'committed', endedAt: now, tradingDay: day(0) }),
        ],
      }),
    );
    expect(await sweep(db, { every: 0 })).toMatchObject({ instances: 2, more: false });
    const left = (await storage.reader.instances({}, 10, null)).items.map(({ key }) => key);
    expect(left).toEqual(['alarmed', 'new', 'running', 'waiting']);
  });

  test('alarms go when they have long been cleared, refused messages and workers sooner', async () => {
    const long = now - 500 * DAY;
    await commit(
      batchAfter(position, {
        alarms: [
          alarmRecord({ id: 'gone', raisedAt: long - DAY, clearedAt: long }),
          alarmRecord({ id: 'open', raisedAt: long }),
          alarmRecord({ id: 'late', raisedAt: long, clearedAt: now }),
        ],
        notices: [noticeRecord({ id: 'old' }), noticeRecord({ id: 'new' })],
        rejected: [
          rejectedRecord({ id: 'a', receivedAt: now - 91 * DAY }),
          rejectedRecord({ id: 'b', receivedAt: now }),
        ],
      }),
    );
    await storage.leases.beat({ id: 'x', name: 'x', host: 'x', pid: 1, address: null }, 1000);
    await server.run(
      `update milepost.notices set owed_at = now() - interval '500 days' where id = 'old';
       update milepost.workers set seen_at = now() - interval '2 days'`,
      url,
    );
    expect(await sweep(db, { every: 0 })).toMatchObject({ alarms: 1, notices: 1, rejected: 1, workers: 1 });
    expect((await storage.reader.alarms({}, 10, null)).items.map(({ id }) => id).sort()).toEqual([
      'late',
      'open',
    ]);
    expect((await storage.reader.rejected(10, null)).items.map(({ id }) => id)).toEqual(['b']);
  });

  test('what was told long ago goes, but for what still stands or waits', async () => {
    await server.run(
      `insert into milepost.outbox
         (digest, id, channel, thread, kind, alarms, recovered, state, settled_at, body)
       select sha256(id::bytea), id, 'sms', thread::bytea, 'raised', '{}', recovered, state, now() - age, '{}'
         from (values ('recovered', 'a', true, 'sent', interval '500 days'),
                      ('followed', 'b', false, 'sent', interval '500 days'),
                      ('standing', 'b', false, 'sent', interval '450 days'),
                      ('young', 'c', true, 'sent', interval '1 day'),
                      ('owed', 'd', false, 'owed', null)) v (id, thread, recovered, state, age);
       insert into milepost.outbox
         (digest, id, channel, thread, kind, alarms, recovered, state, settled_at, body)
       select sha256(id::bytea), id, 'canary', 'wish/milepost/canary'::bytea, 'notify', '{}', false, 'sent', now() - age, '{}'
         from (values ('wish/milepost/canary/2026-01-01', interval '2 days'),
                      ('wish/milepost/canary/2026-01-03', interval '1 hour')) v (id, age);
       insert into milepost.notices (digest, id, kind, channel, text, taken_at)
       values (sha256('old'), 'milepost/canary/2026-01-01', 'notify', 'canary', '', now() - interval '2 days'),
              (sha256('new'), 'milepost/canary/2026-01-03', 'notify', 'canary', '', now());
       insert into milepost.acts (id, by, kind, act, applied_at)
       values ('done', 'ann', 'ack', '{}', now() - interval '500 days'), ('waits', 'ann', 'ack', '{}', null);
       insert into milepost.silences (id, until, live, body)
       values ('over', now() - interval '500 days', false, '{}'), ('live', now() - interval '500 days', true, '{}')`,
      url,
    );
    expect(await sweep(db, { every: 0 })).toMatchObject({ told: 6 });
    const kept = await server.run(
      'select id from milepost.outbox union select id from milepost.acts union select id from milepost.silences',
      url,
    );
    const canary = 'wish/milepost/canary/2026-01-03';
    expect(kept.map(({ id }) => id).sort()).toEqual(['live', 'owed', 'standing', 'waits', canary, 'young']);
    const wished = await server.run(`select id from milepost.notices where channel = 'canary'`, url);
    expect(wished).toEqual([{ id: 'milepost/canary/2026-01-03' }]);
  });

  test('definitions that nobody refers to any more are forgotten, new ones are not', async () => {
    for (const revision of ['used', 'unused', 'current', 'new'])
      await storage.store.saveRevision(revision, []);
    await commit(batchAfter(position, { instances: [instanceRecord({ revision: 'used' })] }), {
      revision: 'current',
    });
    await server.run(
      `update milepost.revisions set saved_at = now() - interval '60 days' where revision <> 'new'`,
      url,
    );
    expect(await sweep(db, { every: 0 })).toMatchObject({ revisions: 1 });
    const kept = await server.run('select revision from milepost.revisions order by 1', url);
    expect(kept.map(({ revision }) => revision)).toEqual(['current', 'new', 'used']);
  });

  test('one pass is bounded and says that there is more', async () => {
    await server.run(
      `insert into milepost.rejected (id, subject, payload, headers, reason, received_at)
       select n::text, '', '', '[]', '', now() - interval '1 year' from generate_series(1, 201000) n`,
      url,
    );
    expect(await sweep(db, { every: 0 })).toMatchObject({ rejected: 200_000, more: true });
    expect(await sweep(db, { every: 0 })).toMatchObject({ rejected: 1_000, more: false });
  });

  /** Entries of so many days ago, one each, in that order. */
  async function journalled(daysAgo: readonly number[], moved: Partial<Position> = {}): Promise<void> {
    const journal = daysAgo.map((age) => journalRecord({ id: `e-${age}`, receivedAt: now - age * DAY }));
    await commit(batchAfter(position, { journal }), { mark: daysAgo.length, ...moved });
  }

  async function commit(batch: ReturnType<typeof batchAfter>, moved: Partial<Position> = {}): Promise<void> {
    const to = { ...batch.position, ...moved };
    expect(await storage.store.commit({ ...batch, position: to })).toBe('committed');
    position = to;
  }

  async function ages(): Promise<readonly number[]> {
    const entries = await storage.store.tail('main', 0, 100);
    return entries.map(({ receivedAt }) => Math.round((now - receivedAt) / DAY));
  }

  async function weeks(): Promise<readonly unknown[]> {
    const rows = await server.run(
      `select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'milepost.journal'::regclass order by 1`,
      url,
    );
    return rows.map(({ relname }) => relname);
  }

  async function inOther(): Promise<number> {
    const [row] = await server.run('select count(*)::int as count from milepost.journal_other', url);
    return Number(row?.count);
  }

  function day(daysAgo: number): string {
    return new Date(now - daysAgo * DAY).toISOString().slice(0, 10);
  }
});
