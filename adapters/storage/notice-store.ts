/**
 * Where the notifier keeps what it knows and the dispatcher what it owes, on PostgreSQL.
 *
 * 1. A commit checks the epoch of its notifier first, and that it goes on from the last one. A batch is there whole or not at all.
 * 2. A claim is a conditional update: of two dispatchers one gets the row. Of a thread only its oldest notice is given.
 */
import { sql } from 'kysely';
import {
  type AlarmSilence,
  type ClaimedNotice,
  type HandlingAct,
  handlingActToJson,
  type Notice,
  type NoticeStore,
  readHandling,
  readHandlingAct,
  type Waiting,
} from '../../engine/index.ts';
import { type Database, instant } from './connect.ts';
import { commitNotices } from './notice-commit.ts';
import { digestOf } from './records.ts';
import { orStoreError } from './store-failure.ts';

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
    commit: (batch) => orStoreError('cannot keep what was decided to tell', () => commitNotices(db, batch)),
    waiting: (max) => orStoreError('cannot read what waits to be told', () => waiting(db, max)),
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

/** All in one statement: it is asked at every turn, and mostly nothing waits. */
async function waiting(db: Database, max: number): Promise<Waiting> {
  const { rows } = await sql<{
    kind: 'act' | 'wish' | 'failure';
    at: number;
    id: string;
    more: string;
    body: string;
  }>`
    (select 'act' as kind, position as at, '' as id, '' as more, act as body
       from milepost.acts where applied_at is null order by position limit ${max})
    union all
    (select 'wish', 0, id, channel, text
       from milepost.notices where taken_at is null and channel is not null order by owed_at, digest limit ${max})
    union all
    (select 'failure', position, '', coalesce(reason, ''), body
       from milepost.outbox where state in ('failed', 'unknown') and not failure_taken order by position limit ${max})`.execute(
    db,
  );
  const of = (kind: 'act' | 'wish' | 'failure') => rows.filter((row) => row.kind === kind);
  return {
    acts: of('act').map(({ at, body }) => ({ seq: at, act: readStoredAct(body) })),
    wishes: of('wish').map(({ id, more, body }) => ({ id, channel: more, text: body })),
    failures: of('failure').map(({ more, body }) => ({ notice: readNotice(body), reason: more })),
  };
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
  return JSON.parse(body); // written by commitNotices and nobody else
}

/** Reads a silence. */
export function readSilence(body: string): AlarmSilence {
  return JSON.parse(body); // written by commitNotices and nobody else
}
