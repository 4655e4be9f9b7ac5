/**
 * Writes any number of records with one statement: each column travels as one array and `unnest` makes rows of them.
 * Rows are inserted in the order of the records.
 */

import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import { instant } from './connect.ts';
import type { Tables } from './tables.ts';

type ColumnType = 'text' | 'bytea' | 'boolean' | 'bigint' | 'instant';

/** A column, what it holds (`instant`: milliseconds, stored as timestamptz) and where in the record that is. */
export type Column<T> = readonly [name: string, type: ColumnType, value: (record: T) => unknown];

export interface Insertion<T> {
  readonly table: string;
  readonly columns: readonly Column<T>[];
  /** what to do with a row that is there already; by default that is an error */
  readonly conflict?: { readonly key: readonly string[]; readonly write: 'keep' | 'replace' };
}

/** Inserts the records; does nothing when there are none. */
export async function insertAll<T>(
  db: Kysely<Tables> | Transaction<Tables>,
  into: Insertion<T>,
  records: readonly T[],
): Promise<void> {
  if (records.length === 0) return;
  const names = into.columns.map(([name]) => sql.ref(name));
  await sql`
    insert into ${sql.table(into.table)} (${sql.join(names)})
    select ${sql.join(into.columns.map(selected))}
      from ${recordset(into.columns, records)}
     order by r.ordinal ${onConflict(into)}`.execute(db);
}

/** The records as a row source named `r`, with their columns and `ordinal`, counted from 1. */
export function recordset<T>(columns: readonly Column<T>[], records: readonly T[]): RawBuilder<unknown> {
  const arrays = columns.map(([, type, value]) => {
    const passed = type === 'instant' ? 'float8[]' : `${type}[]`;
    return sql`${records.map(value)}::${sql.raw(passed)}`;
  });
  const names = columns.map(([name]) => sql.ref(name));
  return sql`unnest(${sql.join(arrays)}) with ordinality as r(${sql.join(names)}, ordinal)`;
}

/** A column of the row source as it is stored. */
export function selected<T>([name, type]: Column<T>): RawBuilder<unknown> {
  const column = sql.ref(`r.${name}`);
  return type === 'instant' ? instant(sql`${column}`) : sql`${column}`;
}

function onConflict<T>(into: Insertion<T>): RawBuilder<unknown> {
  if (into.conflict === undefined) return sql``;
  const { key, write } = into.conflict;
  const target = sql.join(key.map((name) => sql.ref(name)));
  if (write === 'keep') return sql`on conflict (${target}) do nothing`;
  const changed = into.columns.map(([name]) => name).filter((name) => !key.includes(name));
  const assignments = changed.map((name) => sql`${sql.ref(name)} = ${sql.ref(`excluded.${name}`)}`);
  return sql`on conflict (${target}) do update set ${sql.join(assignments)}`;
}
