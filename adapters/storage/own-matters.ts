/**
 * What Milepost has to say about itself, on PostgreSQL: kept until it is in the stream, worded once for all processes.
 *
 * 1. A report has one cause: whoever comes first words it, the others find it there. It is sent again until somebody has
 *    noted that it is sent; the stream and the journal know its id.
 * 2. A topic is wrong while a worker that is alive says so. That it began or ended to be is decided in one transaction, so
 *    that of several processes one does it, and becomes a report.
 */
import { type Kysely, sql } from 'kysely';
import type { Database } from './connect.ts';
import { orStoreError } from './store-failure.ts';
import type { Tables } from './tables.ts';

/** What a worker says is wrong; `params` is JSON text. */
export interface OwnTrouble {
  readonly worker: string;
  readonly params: string;
}

/** A topic that began or ended to be wrong: for the how-manieth time, and when by the clock of the database, ms. */
export interface OwnTurn {
  readonly topic: string;
  readonly wrong: boolean;
  readonly episode: number;
  readonly troubles: readonly OwnTrouble[];
  readonly time: number;
}

/** All of it rejects with StoreError. */
export interface OwnMatters {
  /** Keeps a report, unless there is one of that cause; `word` is given the time by the clock of the database, ms. */
  report(cause: string, word: (time: number) => string): Promise<void>;
  /** Keeps what is wrong with a topic as a worker sees it; null: nothing is. */
  note(topic: string, worker: string, params: string | null): Promise<void>;
  /** Words what has begun or ended to be wrong since somebody looked last, as reports. */
  settle(topics: readonly string[], word: (turn: OwnTurn) => string): Promise<void>;
  /** the reports that are not known to be in the stream, oldest first */
  unsent(): Promise<readonly { readonly cause: string; readonly event: string }[]>;
  sent(cause: string): Promise<void>;
}

/** A worker that was not heard of for so long has nothing to say, ms. */
const HEARD = 30_000;

/** What Milepost says about itself, in a database that was migrated. */
export function postgresOwnMatters(db: Database): OwnMatters {
  return {
    report: (cause, word) =>
      orStoreError('cannot keep a report', async () => {
        const event = word(await timeOf(db));
        await sql`
          insert into milepost.own_reports (cause, event) values (${cause}, ${event})
          on conflict do nothing`.execute(db);
      }),
    note: (topic, worker, params) =>
      orStoreError('cannot keep what is wrong', async () => {
        if (params === null)
          await sql`
            delete from milepost.own_troubles where topic = ${topic} and worker = ${worker}`.execute(db);
        else
          await sql`
            insert into milepost.own_troubles (topic, worker, params) values (${topic}, ${worker}, ${params})
            on conflict (topic, worker) do update set params = excluded.params`.execute(db);
      }),
    settle: (topics, word) =>
      orStoreError('cannot see what is wrong', async () => {
        const { rows } = await sql<{ topic: string }>`
          select t.topic from unnest(${[...topics]}::text[]) as t(topic)
            left join milepost.own_topics o on o.topic = t.topic
           where coalesce(o.wrong, false) <> exists (select from (${alive}) a where a.topic = t.topic)`.execute(
          db,
        );
        for (const { topic } of rows) await settleOne(db, topic, word);
      }),
    unsent: () =>
      orStoreError('cannot read what is to be reported', async () => {
        const { rows } = await sql<{ cause: string; event: string }>`
          select cause, event from milepost.own_reports where sent_at is null order by kept_at limit 100`.execute(
          db,
        );
        return rows;
      }),
    sent: (cause) =>
      orStoreError('cannot keep what was reported', async () => {
        await sql`update milepost.own_reports set sent_at = clock_timestamp() where cause = ${cause}`.execute(
          db,
        );
      }),
  };
}

const alive = sql`
  select u.topic, u.worker, u.params, w.name
    from milepost.own_troubles u join milepost.workers w on w.id = u.worker
   where w.seen_at > clock_timestamp() - ${HEARD}::float8 * interval '1 millisecond'`;

async function settleOne(db: Database, topic: string, word: (turn: OwnTurn) => string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`insert into milepost.own_topics (topic) values (${topic}) on conflict do nothing`.execute(trx);
    const before = await sql<{ wrong: boolean; episode: number }>`
      select wrong, episode from milepost.own_topics where topic = ${topic} for update`.execute(trx);
    const found = await sql<{ name: string; params: string }>`
      select a.name, a.params from (${alive}) a where a.topic = ${topic} order by a.name, a.worker`.execute(
      trx,
    );
    const was = before.rows[0] ?? { wrong: false, episode: 0 };
    const wrong = found.rows.length > 0;
    if (wrong === was.wrong) return;
    const episode = wrong ? Number(was.episode) + 1 : Number(was.episode);
    const troubles = found.rows.map(({ name, params }) => ({ worker: name, params }));
    const event = word({ topic, wrong, episode, troubles, time: await timeOf(trx) });
    const cause = `${topic}/${episode}/${wrong ? 'began' : 'ended'}`;
    await sql`update milepost.own_topics set wrong = ${wrong}, episode = ${episode} where topic = ${topic}`.execute(
      trx,
    );
    await sql`insert into milepost.own_reports (cause, event) values (${cause}, ${event})`.execute(trx);
  });
}

/** What time it is by the clock of the database, ms. */
export async function timeOf(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ now: number }>`
    select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`.execute(db);
  const now = rows[0]?.now;
  if (now === undefined) throw new Error('impossible: a select without from gave no row');
  return Math.floor(now);
}
