/**
 * Writes any number of records with one statement: each column travels as one array in binary form and `unnest` makes
 * rows of them. Rows are inserted in the order of the records.
 */

import { type RawBuilder, sql } from 'kysely';
import { binaryArray, type Column, SQL_TYPE } from './binary.ts';
import type { Statement } from './one-trip.ts';

export interface Insertion<T> {
  readonly table: string;
  readonly columns: readonly Column<T>[];
  /** what to do with a row that is there already; by default that is an error */
  readonly conflict?: { readonly key: readonly string[]; readonly write: 'keep' | 'replace' };
}

/** The statement that inserts the records; its text depends on the insertion only. */
export function insertion<T>(into: Insertion<T>, records: readonly T[]): Statement {
  const names = into.columns.map(([name]) => `"${name}"`);
  const selected = names.map((name) => `r.${name}`).join(', ');
  return {
    text: `insert into ${into.table} (${names.join(', ')})
      select ${selected} from ${rowsText(into.columns, 1)} order by r.ordinal ${onConflict(into)}`,
    values: arraysOf(into.columns, records),
  };
}

/** The row source `r` of a statement that is written out: its arrays are the parameters from `$first` on. */
export function rowsText<T>(columns: readonly Column<T>[], first: number): string {
  const arrays = columns.map(([, type], index) => `$${first + index}::${SQL_TYPE[type]}[]`);
  const names = columns.map(([name]) => `"${name}"`);
  return `unnest(${arrays.join(', ')}) with ordinality as r(${names.join(', ')}, ordinal)`;
}

/** The parameters of that row source. */
export function arraysOf<T>(columns: readonly Column<T>[], records: readonly T[]): Buffer[] {
  return columns.map(([, type, value]) => binaryArray(type, records.map(value)));
}

/** The records as a row source for kysely, named `r`, with their columns and `ordinal`, counted from 1. */
export function recordset<T>(columns: readonly Column<T>[], records: readonly T[]): RawBuilder<unknown> {
  const arrays = columns.map(
    ([, type, value]) => sql`${binaryArray(type, records.map(value))}::${sql.raw(`${SQL_TYPE[type]}[]`)}`,
  );
  const names = columns.map(([name]) => sql.ref(name));
  return sql`unnest(${sql.join(arrays)}) with ordinality as r(${sql.join(names)}, ordinal)`;
}

/** A column of that row source. */
export function selected<T>([name]: Column<T>): RawBuilder<unknown> {
  return sql.ref(`r.${name}`);
}

function onConflict<T>(into: Insertion<T>): string {
  if (into.conflict === undefined) return '';
  const { key, write } = into.conflict;
  const target = key.map((name) => `"${name}"`).join(', ');
  if (write === 'keep') return `on conflict (${target}) do nothing`;
  const changed = into.columns.map(([name]) => name).filter((name) => !key.includes(name));
  return `on conflict (${target}) do update set ${changed.map((name) => `"${name}" = excluded."${name}"`).join(', ')}`;
}
