/**
 * Tells what a failed call to the database means: whether trying again can help (`permanent: false`: it is away, full,
 * busy or was restarted) or not (the data, the rights or the statement are wrong). Decided by SQLSTATE, never by message.
 */

import { StoreError } from '../../engine/index.ts';

/** SQLSTATE classes after which trying again cannot help; all others are the state of the world, which changes. */
const PERMANENT_CLASSES = new Set([
  '0A', // feature not supported
  '21', // cardinality violation
  '22', // data exception
  '23', // integrity constraint violation
  '28', // invalid authorization
  '3D', // no such database
  '3F', // no such schema
  '42', // syntax error, no such table, insufficient privilege
  '54', // program limit exceeded
]);

/** SQLSTATE of an error that the server sent; null where it comes from the connection or from this process. */
export function sqlStateOf(error: unknown): string | null {
  const code = codeOf(error);
  return code !== null && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code) ? code : null;
}

/** The StoreError for whatever a database call threw, with the remedy; one that is a StoreError already is kept. */
export function storeFailure(doing: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const state = sqlStateOf(error);
  const said =
    error instanceof Error && error.message !== '' ? error.message : (codeOf(error) ?? String(error));
  if (state === null) {
    const broken = error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
    const remedy = broken ? '' : '; check that PostgreSQL runs and that DATABASE_URL points to it';
    return new StoreError(`${doing}: ${said}${remedy}`, broken, error);
  }
  const permanent = PERMANENT_CLASSES.has(state.slice(0, 2));
  return new StoreError(`${doing}: ${said} (SQLSTATE ${state})${remedyFor(state)}`, permanent, error);
}

/** Runs a database call and throws what fails as StoreError. */
export async function orStoreError<T>(doing: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw storeFailure(doing, error);
  }
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

function remedyFor(state: string): string {
  switch (state) {
    case '53100':
      return '; make room on the disk of the database';
    case '53300':
      return '; raise max_connections of the database or stop other clients';
    case '25006':
      return '; this server is a standby: point DATABASE_URL to the primary';
    case '42501':
      return '; grant the user of DATABASE_URL CREATE on the database and all rights in schema milepost';
    case '42P01':
    case '3F000':
      return '; the tables are missing: migrate the database first';
    case '28P01':
    case '28000':
      return '; check user and password in DATABASE_URL';
    case '3D000':
      return '; create the database that DATABASE_URL names';
    default:
      return '';
  }
}
