/** Who did what, in PostgreSQL: on connections of its own role, so that a busy engine does not keep people waiting. */
import { sql } from 'kysely';
import type { AuditEntry, AuditLog, AuditOutcome } from '../../engine/index.ts';
import type { Database } from './connect.ts';
import { pageSize, readNumberCursor, writeCursor } from './cursor.ts';
import { orStoreError } from './store-failure.ts';

/** The audit log on PostgreSQL. */
export function postgresAudit(db: Database): AuditLog {
  return {
    begin: ({ at, by, kind, target, detail, origin }) =>
      orStoreError('cannot keep who does what', async () => {
        const { rows } = await sql<{ position: number }>`
          insert into milepost.audit (at, by, kind, target, detail, origin)
          values (to_timestamp(${at}::float8 / 1000), ${by}, ${kind}, ${target}, ${detail}, ${origin})
          returning position`.execute(db);
        return String(rows[0]?.position);
      }),
    settle: (id, { kind, reason, act }) =>
      orStoreError('cannot keep what became of an act', async () => {
        await sql`
          update milepost.audit set outcome = ${kind}, reason = ${reason}, act = ${act}
           where position = ${Number(id)} and outcome is null`.execute(db);
      }),
    async list({ by, kind, target }, limit, cursor) {
      const size = pageSize(limit);
      const where = sql.join(
        [
          sql`true`,
          ...(by === undefined ? [] : [sql`u.by = ${by}`]),
          ...(kind === undefined ? [] : [sql`u.kind = ${kind}`]),
          ...(target === undefined ? [] : [sql`u.target = ${target}`]),
          ...(cursor === null ? [] : [sql`u.position < ${readNumberCursor('audit', cursor)[0]}`]),
        ],
        sql` and `,
      );
      const rows = await orStoreError('cannot list who did what', async () => {
        const { rows: found } = await sql<AuditRow>`
          select u.*, a.done, a.reason as refused
            from milepost.audit u left join milepost.acts a on a.id = u.act
           where ${where} order by u.position desc limit ${size + 1}`.execute(db);
        return found;
      });
      const last = rows[size - 1];
      const next = rows.length > size && last !== undefined ? writeCursor('audit', [last.position, 0]) : null;
      return { items: rows.slice(0, size).map(entryOf), next };
    },
  };
}

interface AuditRow extends Omit<AuditEntry, 'id' | 'outcome'> {
  readonly position: number;
  readonly outcome: AuditOutcome['kind'] | null;
  readonly reason: string | null;
  readonly act: string | null;
  /** what the notifier made of it */
  readonly done: boolean | null;
  readonly refused: string | null;
}

function entryOf({ position, at, by, kind, target, detail, origin, ...row }: AuditRow): AuditEntry {
  return { id: String(position), at, by, kind, target, detail, origin, outcome: outcomeOf(row) };
}

function outcomeOf({
  outcome: kind,
  reason,
  act,
  done,
  refused,
}: Pick<AuditRow, 'outcome' | 'reason' | 'act' | 'done' | 'refused'>): AuditOutcome | null {
  if (kind === null) return null;
  return kind === 'taken' ? followed({ reason, act }, done, refused) : { kind, reason, act };
}

/** The outcome of an act that was taken, as far as the notifier has come: `done` null means that it waits. */
export function followed(
  { reason, act }: Omit<AuditOutcome, 'kind'>,
  done: boolean | null,
  refused: string | null,
): AuditOutcome {
  if (done === null) return { kind: 'taken', reason, act };
  return done ? { kind: 'done', reason, act } : { kind: 'refused', reason: refused, act };
}
