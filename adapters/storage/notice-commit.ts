/**
 * A turn of the notifier, written in one statement, so that it is there whole or not at all and costs one way to the database.
 *
 * 1. Every part hangs on the first, which moves the notifier on: where that finds another epoch or tag, nothing is written.
 * 2. The parts do not see each other's rows, only what they return.
 * 3. Every set travels as one JSON array.
 */
import { type RawBuilder, sql } from 'kysely';
import type { Notice, NoticeBatch } from '../../engine/index.ts';
import type { Database } from './connect.ts';
import { digestOf } from './records.ts';

/** Writes a batch, or nothing where the notifier has been overtaken. */
export async function commitNotices(db: Database, batch: NoticeBatch): Promise<'committed' | 'fenced'> {
  const parts = [
    ...memoryParts(batch),
    ...handlingParts(batch),
    ...outboxParts(batch),
    ...takenParts(batch),
    ...changeParts(batch),
  ];
  const { rows } = await sql`
    with moved as (
      update milepost.notifier
         set change = ${batch.change}, tag = ${batch.tag}, until = now() + ${batch.lease} * interval '1 millisecond'
       where epoch = ${batch.epoch} and tag = ${batch.previous} returning epoch)${joined(parts)}
    select epoch from moved`.execute(db);
  return rows.length === 1 ? 'committed' : 'fenced';
}

interface Part {
  readonly name: string;
  readonly statement: RawBuilder<unknown>;
}

function joined(parts: readonly Part[]): RawBuilder<unknown> {
  return sql.join(
    parts.map(({ name, statement }) => sql`, ${sql.raw(name)} as (${statement})`),
    sql.raw(''),
  );
}

/** What every part asks for: that the notifier has moved on. */
const MOVED = sql.raw('exists (select from moved)');

const SHA = (text: string) => sql.raw(`sha256(convert_to(${text}, 'UTF8'))`);

function memoryParts({ memory, silences }: NoticeBatch): readonly Part[] {
  const kept = memory.filter(({ body }) => body !== null);
  const gone = memory.filter(({ body }) => body === null);
  const rows = silences.map(({ silence, live }) => ({
    ...{ id: silence.id, until: silence.until, live, body: JSON.stringify(silence) },
  }));
  return [
    ...part(
      'memory_kept',
      kept,
      (set) => sql`
      insert into milepost.notifier_memory (kind, digest, id, body)
      select kind, ${SHA('id')}, id, body from json_to_recordset(${set}::json) as r(kind text, id text, body text)
       where ${MOVED}
      on conflict (kind, digest) do update set body = excluded.body`,
    ),
    ...part(
      'memory_gone',
      gone,
      (set) => sql`
      delete from milepost.notifier_memory m using json_to_recordset(${set}::json) as r(kind text, id text)
       where m.kind = r.kind and m.digest = ${SHA('r.id')} and ${MOVED}`,
    ),
    ...part(
      'silences_kept',
      rows,
      (set) => sql`
      insert into milepost.silences (id, until, live, body)
      select id, to_timestamp(until / 1000), live, body
        from json_to_recordset(${set}::json) as r(id text, until float8, live boolean, body text)
       where ${MOVED}
      on conflict (id) do update set live = excluded.live, body = excluded.body`,
    ),
  ];
}

function handlingParts({ handlings, history }: NoticeBatch): readonly Part[] {
  return [
    ...part(
      'handlings_kept',
      handlings,
      (set) => sql`
      insert into milepost.handlings (digest, alarm, flow, key, name, "group", trading_day, severity, standing, outcome,
                                      useful, root, raised_at, acknowledged_at, cleared_at, live, body)
      select ${SHA('alarm')}, alarm, flow, key, name, "group", "tradingDay", severity, standing, outcome, useful,
             ${SHA('root')}, to_timestamp("raisedAt" / 1000), to_timestamp("acknowledgedAt" / 1000), to_timestamp("clearedAt" / 1000),
             live, body
        from json_to_recordset(${set}::json) as r(
          alarm text, flow text, key text, name text, "group" text, "tradingDay" text, severity text, standing text,
          outcome text, useful boolean, root text, "raisedAt" float8, "acknowledgedAt" float8, "clearedAt" float8, live boolean,
          body text)
       where ${MOVED}
      on conflict (digest) do update
         set severity = excluded.severity, standing = excluded.standing, outcome = excluded.outcome,
             useful = excluded.useful, root = excluded.root, acknowledged_at = excluded.acknowledged_at, cleared_at = excluded.cleared_at,
             live = excluded.live, body = excluded.body`,
    ),
    ...part(
      'history_noted',
      history,
      (set) => sql`
      insert into milepost.handling_history (alarm, at, kind, by, detail)
      select ${SHA('alarm')}, to_timestamp(at / 1000), kind, by, detail
        from json_to_recordset(${set}::json) as r(alarm text, at float8, kind text, by text, detail text)
       where ${MOVED}`,
    ),
  ];
}

/** What later updates of their threads make needless. */
const PASSING = ['changed', 'repeated'];

function outboxParts({ notices }: NoticeBatch): readonly Part[] {
  const rows = notices.map((notice, ordinal) => ({
    ordinal,
    ...{ id: notice.id, channel: notice.channel, thread: notice.thread, kind: notice.kind },
    ...{ alarms: alarmsOf(notice), recovered: notice.recovered, at: notice.at, body: JSON.stringify(notice) },
    language: notice.language ?? '',
  }));
  // Of those that are new, each is passed by what follows it in the same batch, and passes what was owed before.
  const fresh = part(
    'fresh',
    rows,
    (set) => sql`
    select r.*, ${SHA('r.id')} as digest, r.kind = any(${PASSING}) as passing
      from json_to_recordset(${set}::json) as r(
        id text, channel text, thread text, kind text, alarms json, recovered boolean, at float8, body text, ordinal int,
        language text)
     where ${MOVED} and not exists (select from milepost.outbox o where o.digest = ${SHA('r.id')})`,
  );
  const owed = part(
    'owed',
    rows,
    () => sql`
    insert into milepost.outbox (digest, id, channel, thread, kind, alarms, recovered, next_at, body, state, settled_at)
    select digest, id, channel, ${SHA('thread')}, kind, array(select ${SHA('a')} from json_array_elements_text(alarms) a),
           recovered, to_timestamp(at / 1000), body,
           case when is_passed then 'superseded' else 'owed' end, case when is_passed then now() end
      from (select *, passing and ordinal < max(ordinal) filter (where passing) over (partition by channel, thread, language)
                      as is_passed
              from fresh) f
     order by ordinal
    on conflict (digest) do nothing`,
  );
  const passed = part(
    'passed',
    rows.filter(({ kind }) => PASSING.includes(kind)),
    () => sql`
    update milepost.outbox o set state = 'superseded', settled_at = now()
      from (select distinct channel, ${SHA('thread')} as thread, language from fresh where passing) later
     where o.channel = later.channel and o.thread = later.thread and o.state = 'owed' and o.attempts = 0
       and o.kind = any(${PASSING}) and coalesce(o.body::json ->> 'language', '') = later.language`,
  );
  return [...fresh, ...owed, ...passed];
}

function alarmsOf({ alarms, folded }: Notice): readonly string[] {
  return [...new Set([...alarms, ...folded].map(({ id }) => id))];
}

function takenParts({ acts, wishes, failures }: NoticeBatch): readonly Part[] {
  const digests = (ids: readonly string[]) => ids.map(digestOf);
  return [
    ...part(
      'acts_done',
      acts,
      (set) => sql`
      update milepost.acts a set applied_at = to_timestamp(r.at / 1000), done = r.done, reason = r.reason
        from json_to_recordset(${set}::json) as r(id text, at float8, done boolean, reason text)
       where a.id = r.id and ${MOVED}`,
    ),
    ...part(
      'wishes_taken',
      wishes,
      () => sql`
      update milepost.notices set taken_at = now() where digest = any(${digests(wishes)}) and ${MOVED}`,
    ),
    ...part(
      'failures_taken',
      failures,
      () => sql`
      update milepost.outbox set failure_taken = true where digest = any(${digests(failures)}) and ${MOVED}`,
    ),
  ];
}

function changeParts({ changes }: NoticeBatch): readonly Part[] {
  const rows = changes.map((change, index) => ({ ...change, ordinal: index + 1 }));
  return [
    ...part(
      'counted',
      rows,
      () => sql`
      update milepost.change_counter set last = last + ${rows.length}::bigint where ${MOVED} returning last`,
    ),
    ...part(
      'changes_appended',
      rows,
      (set) => sql`
      insert into milepost.changes (id, kind, subject, body)
      select counted.last - ${rows.length}::bigint + r.ordinal, r.kind, r.subject, r.body
        from counted, json_to_recordset(${set}::json) as r(kind text, subject text, body text, ordinal bigint)`,
    ),
  ];
}

/** A part for a set that travels as one JSON array; none for an empty one. */
function part(
  name: string,
  set: readonly unknown[],
  make: (json: string) => RawBuilder<unknown>,
): readonly Part[] {
  return set.length === 0 ? [] : [{ name, statement: make(JSON.stringify(set)) }];
}
