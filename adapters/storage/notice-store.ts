/**
 * Where the notifier keeps what it knows and the dispatcher what it owes, on PostgreSQL.
 *
 * 1. A commit checks the epoch of its notifier first, and that it goes on from the last one. A batch is there whole or not at all.
 * 2. Sets travel as one JSON array each, so that a commit is a fixed number of statements.
 * 3. A claim is a conditional update: of two dispatchers one gets the row. Of a thread only its oldest notice is given.
 */
import { sql, type Transaction } from 'kysely';
import {
  type AlarmSilence,
  type ClaimedNotice,
  type HandlingAct,
  handlingActToJson,
  type Notice,
  type NoticeBatch,
  type NoticeStore,
  readHandling,
  readHandlingAct,
} from '../../engine/index.ts';
import { type Database, instant } from './connect.ts';
import { digestOf } from './records.ts';
import { orStoreError } from './store-failure.ts';
import type { Tables } from './tables.ts';

/** The notice store of a database that `migrate` has brought up to date. Rejects with StoreError. */
export function postgresNotices(db: Database): NoticeStore {
  return {
    open: (owner, lease) => orStoreError('cannot begin telling', () => open(db, owner, lease)),
    renew: (epoch, tag, lease) =>
      orStoreError('cannot go on telling', async () => {
        const { rows } = await sql`
          update milepost.notifier set until = now() + ${lease} * interval '1 millisecond'
           where epoch = ${epoch} and tag = ${tag} returning epoch`.execute(db);
        return rows.length === 1;
      }),
    release: (epoch) =>
      orStoreError('cannot hand telling over', async () => {
        await sql`update milepost.notifier set until = null where epoch = ${epoch}`.execute(db);
      }),
    commit: (batch) =>
      orStoreError('cannot keep what was decided to tell', () =>
        db.transaction().execute(async (trx) => {
          if (!(await moveOn(trx, batch))) return 'fenced';
          await writeMemory(trx, batch);
          await writeHandlings(trx, batch);
          await writeOutbox(trx, batch);
          await writeTaken(trx, batch);
          await appendChanges(trx, batch);
          return 'committed';
        }),
      ),
    waitingActs: (max) =>
      orStoreError('cannot read acts', async () => {
        const { rows } = await sql<{ position: number; act: string }>`
          select position, act from milepost.acts where applied_at is null order by position limit ${max}`.execute(
          db,
        );
        return rows.map(({ position, act }) => ({ seq: position, act: readStoredAct(act) }));
      }),
    wishes: (max) =>
      orStoreError('cannot read what rules asked to tell', async () => {
        const { rows } = await sql<{ id: string; channel: string; text: string }>`
          select id, channel, text from milepost.notices
           where taken_at is null and channel is not null order by owed_at, digest limit ${max}`.execute(db);
        return rows;
      }),
    failures: (max) =>
      orStoreError('cannot read what could not be told', async () => {
        const { rows } = await sql<{ body: string; reason: string | null }>`
          select body, reason from milepost.outbox
           where state in ('failed', 'unknown') and not failure_taken order by position limit ${max}`.execute(
          db,
        );
        return rows.map(({ body, reason }) => ({ notice: readNotice(body), reason: reason ?? '' }));
      }),
    handling: (alarm) =>
      orStoreError(`cannot read what is done about alarm ${alarm}`, async () => {
        const { rows } = await sql<{ body: string }>`
          select body from milepost.handlings where digest = ${digestOf(alarm)}`.execute(db);
        return rows[0] === undefined ? null : readHandling(rows[0].body);
      }),
    abandon: (channels, at) =>
      orStoreError('cannot give up what no channel is there for', async () => {
        const { numAffectedRows } = await sql`
          update milepost.outbox
             set state = 'failed', reason = 'no channel is called so any more', settled_at = ${instant(at)}
           where state in ('owed', 'sending') and channel <> all(${[...channels]})`.execute(db);
        return Number(numAffectedRows ?? 0);
      }),
    claim: (asked) => orStoreError('cannot claim what is owed', () => claim(db, asked)),
    settle: (settled) =>
      orStoreError('cannot note what came of a notice', async () => {
        const { id, attempt, state, nextAt, uncertain, reason, at } = settled;
        await sql`
          update milepost.outbox
             set state = ${state}, next_at = ${instant(nextAt)}, claimed_until = null, reason = ${reason},
                 uncertain = uncertain or ${uncertain}, unknowns = unknowns + ${uncertain ? 1 : 0},
                 settled_at = ${instant(state === 'owed' ? null : at)}
           where digest = ${digestOf(id)} and attempts = ${attempt} and state = 'sending'`.execute(db);
      }),
    standing: (channel, max) =>
      orStoreError('cannot read what stands', async () => {
        const { rows } = await sql<{ body: string }>`
          select body from (
            select distinct on (thread) position, recovered, body from milepost.outbox
             where channel = ${channel} and state = 'sent' and kind not in ('notify', 'trial', 'undeliverable', 'assigned')
             order by thread, position desc) last
           where not recovered order by position limit ${max}`.execute(db);
        return rows.map(({ body }) => readNotice(body));
      }),
    keepAct: (act) => orStoreError('cannot keep an act', () => keepAct(db, act)),
  };
}

type Db = Database | Transaction<Tables>;

async function open(db: Database, owner: string, lease: number): ReturnType<NoticeStore['open']> {
  return db.transaction().execute(async (trx) => {
    const taken = await sql<{ epoch: number; tag: string; change: number | null }>`
      update milepost.notifier
         set epoch = epoch + 1, owner = ${owner}, until = now() + ${lease} * interval '1 millisecond'
       where until is null or until < now() or owner = ${owner}
      returning epoch, tag, change`.execute(trx);
    const [notifier] = taken.rows;
    if (notifier === undefined) return null;
    const memory = await sql<{ kind: 'trouble' | 'item' | 'storm'; id: string; body: string }>`
      select kind, id, body from milepost.notifier_memory`.execute(trx);
    const handlings = await sql<{ body: string }>`
      select body from milepost.handlings where live`.execute(trx);
    const silences = await sql<{ body: string }>`
      select body from milepost.silences where live`.execute(trx);
    return {
      ...notifier,
      memory: memory.rows,
      handlings: handlings.rows.map(({ body }) => body),
      silences: silences.rows.map(({ body }) => readSilence(body)),
    };
  });
}

async function moveOn(db: Db, batch: NoticeBatch): Promise<boolean> {
  const { rows } = await sql`
    update milepost.notifier
       set change = ${batch.change}, tag = ${batch.tag}, until = now() + ${batch.lease} * interval '1 millisecond'
     where epoch = ${batch.epoch} and tag = ${batch.previous} returning epoch`.execute(db);
  return rows.length === 1;
}

const SHA = (text: string) => `sha256(convert_to(${text}, 'UTF8'))`;

async function writeMemory(db: Db, { memory, silences }: NoticeBatch): Promise<void> {
  const kept = memory.filter(({ body }) => body !== null);
  const gone = memory.filter(({ body }) => body === null);
  if (kept.length > 0)
    await sql`
      insert into milepost.notifier_memory (kind, digest, id, body)
      select kind, ${sql.raw(SHA('id'))}, id, body
        from json_to_recordset(${JSON.stringify(kept)}::json) as r(kind text, id text, body text)
      on conflict (kind, digest) do update set body = excluded.body`.execute(db);
  if (gone.length > 0)
    await sql`
      delete from milepost.notifier_memory m
       using json_to_recordset(${JSON.stringify(gone)}::json) as r(kind text, id text)
       where m.kind = r.kind and m.digest = ${sql.raw(SHA('r.id'))}`.execute(db);
  if (silences.length === 0) return;
  const rows = silences.map(({ silence, live }) => ({
    ...{ id: silence.id, until: silence.until, live, body: JSON.stringify(silence) },
  }));
  await sql`
    insert into milepost.silences (id, until, live, body)
    select id, to_timestamp(until / 1000), live, body
      from json_to_recordset(${JSON.stringify(rows)}::json) as r(id text, until float8, live boolean, body text)
    on conflict (id) do update set live = excluded.live, body = excluded.body`.execute(db);
}

async function writeHandlings(db: Db, { handlings, history }: NoticeBatch): Promise<void> {
  if (handlings.length > 0)
    await sql`
      insert into milepost.handlings (digest, alarm, flow, key, name, "group", trading_day, severity, standing, outcome,
                                      useful, raised_at, acknowledged_at, cleared_at, live, body)
      select ${sql.raw(SHA('alarm'))}, alarm, flow, key, name, "group", "tradingDay", severity, standing, outcome, useful,
             to_timestamp("raisedAt" / 1000), to_timestamp("acknowledgedAt" / 1000), to_timestamp("clearedAt" / 1000),
             live, body
        from json_to_recordset(${JSON.stringify(handlings)}::json) as r(
          alarm text, flow text, key text, name text, "group" text, "tradingDay" text, severity text, standing text,
          outcome text, useful boolean, "raisedAt" float8, "acknowledgedAt" float8, "clearedAt" float8, live boolean,
          body text)
      on conflict (digest) do update
         set severity = excluded.severity, standing = excluded.standing, outcome = excluded.outcome,
             useful = excluded.useful, acknowledged_at = excluded.acknowledged_at, cleared_at = excluded.cleared_at,
             live = excluded.live, body = excluded.body`.execute(db);
  if (history.length === 0) return;
  await sql`
    insert into milepost.handling_history (alarm, at, kind, by, detail)
    select ${sql.raw(SHA('alarm'))}, to_timestamp(at / 1000), kind, by, detail
      from json_to_recordset(${JSON.stringify(history)}::json) as r(
        alarm text, at float8, kind text, by text, detail text)`.execute(db);
}

/** What later updates of their threads make needless. */
const PASSING = ['changed', 'repeated'];

async function writeOutbox(db: Db, { notices }: NoticeBatch): Promise<void> {
  if (notices.length === 0) return;
  const rows = notices.map((notice, ordinal) => ({
    ordinal,
    ...{ id: notice.id, channel: notice.channel, thread: notice.thread, kind: notice.kind },
    ...{ alarms: alarmsOf(notice), recovered: notice.recovered, at: notice.at, body: JSON.stringify(notice) },
  }));
  const added = await sql<{ digest: Buffer }>`
    insert into milepost.outbox (digest, id, channel, thread, kind, alarms, recovered, next_at, body)
    select ${sql.raw(SHA('id'))}, id, channel, ${sql.raw(SHA('thread'))}, kind,
           array(select ${sql.raw(SHA('a'))} from json_array_elements_text(alarms) a), recovered,
           to_timestamp(at / 1000), body
      from json_to_recordset(${JSON.stringify(rows)}::json) as r(
        id text, channel text, thread text, kind text, alarms json, recovered boolean, at float8, body text, ordinal int)
     order by ordinal
    on conflict (digest) do nothing returning digest`.execute(db);
  if (added.rows.length === 0 || !notices.some(({ kind }) => PASSING.includes(kind))) return;
  await sql`
    update milepost.outbox o set state = 'superseded', settled_at = now()
      from milepost.outbox later
     where later.digest = any(${added.rows.map(({ digest }) => digest)}) and later.kind = any(${PASSING})
       and o.channel = later.channel and o.thread = later.thread and o.position < later.position
       and o.state = 'owed' and o.attempts = 0 and o.kind = any(${PASSING})
       and (o.body::json ->> 'language') is not distinct from (later.body::json ->> 'language')`.execute(db);
}

function alarmsOf({ alarms, folded }: Notice): readonly string[] {
  return [...new Set([...alarms, ...folded].map(({ id }) => id))];
}

async function writeTaken(db: Db, { acts, wishes, failures }: NoticeBatch): Promise<void> {
  if (acts.length > 0)
    await sql`
      update milepost.acts a set applied_at = to_timestamp(r.at / 1000), done = r.done, reason = r.reason
        from json_to_recordset(${JSON.stringify(acts)}::json) as r(id text, at float8, done boolean, reason text)
       where a.id = r.id`.execute(db);
  if (wishes.length > 0)
    await sql`
      update milepost.notices set taken_at = now() where digest = any(${wishes.map(digestOf)})`.execute(db);
  if (failures.length > 0)
    await sql`
      update milepost.outbox set failure_taken = true where digest = any(${failures.map(digestOf)})`.execute(
      db,
    );
}

/** Last, since the counter is locked until the commit, and workers wait for it. */
async function appendChanges(db: Db, { changes }: NoticeBatch): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map((change, index) => ({ ...change, ordinal: index + 1 }));
  await sql`
    with counter as (
      update milepost.change_counter set last = last + ${changes.length}::bigint returning last)
    insert into milepost.changes (id, kind, subject, body)
    select counter.last - ${changes.length}::bigint + r.ordinal, r.kind, r.subject, r.body
      from counter, json_to_recordset(${JSON.stringify(rows)}::json) as r(
        kind text, subject text, body text, ordinal bigint)`.execute(db);
}

async function claim(
  db: Database,
  asked: Parameters<NoticeStore['claim']>[0],
): Promise<readonly ClaimedNotice[]> {
  const { channel, now, until, max } = asked;
  const { rows } = await sql<{
    body: string;
    attempts: number;
    uncertain: boolean;
    unknowns: number;
    position: number;
  }>`
    update milepost.outbox
       set attempts = attempts + 1, uncertain = uncertain or state = 'sending',
           unknowns = unknowns + (state = 'sending')::int, state = 'sending', claimed_until = ${instant(until)}
     where digest in (
       select digest from milepost.outbox o
        where channel = ${channel}
          and ((state = 'owed' and next_at <= ${instant(now)}) or (state = 'sending' and claimed_until < ${instant(now)}))
          and not exists (select from milepost.outbox e
                           where e.channel = o.channel and e.thread = o.thread and e.position < o.position
                             and e.state in ('owed', 'sending'))
        order by position limit ${max} for update skip locked)
    returning body, attempts, uncertain, unknowns, position`.execute(db);
  return rows
    .toSorted((a, b) => a.position - b.position)
    .map(({ body, attempts, uncertain, unknowns }) => ({
      ...{ notice: readNotice(body), attempt: attempts, uncertain, unknowns },
    }));
}

async function keepAct(db: Database, act: HandlingAct): Promise<'kept' | 'same' | 'other'> {
  const text = handlingActToJson(act);
  const { rows } = await sql`
    insert into milepost.acts (id, by, kind, act) values (${act.id}, ${act.by}, ${act.kind}, ${text})
    on conflict (id) do nothing returning position`.execute(db);
  if (rows.length === 1) return 'kept';
  const { rows: known } = await sql<{ act: string }>`
    select act from milepost.acts where id = ${act.id}`.execute(db);
  return known[0]?.act === text ? 'same' : 'other';
}

/** Reads an act that was checked before it was kept. */
export function readStoredAct(text: string): HandlingAct {
  const read = readHandlingAct(JSON.parse(text));
  if (read.ok) return read.act;
  throw new Error(`broken rule: an act is kept that cannot be read: ${JSON.stringify(read.problems)}`);
}

/** Reads a notice of the outbox. */
export function readNotice(body: string): Notice {
  return JSON.parse(body); // written by writeOutbox and nobody else
}

/** Reads a silence. */
export function readSilence(body: string): AlarmSilence {
  return JSON.parse(body); // written by writeMemory and nobody else
}
