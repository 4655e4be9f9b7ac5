import { CursorError } from '../../engine/index.ts';

/** The most entries that a page holds, whatever was asked for. */
const LARGEST_PAGE = 1000;

/** The size of a page: at least 1, at most LARGEST_PAGE. */
export function pageSize(limit: number): number {
  return Number.isNaN(limit) ? 1 : Math.max(1, Math.min(LARGEST_PAGE, Math.floor(limit)));
}

/** An opaque cursor for the entry that a page ends with: the name of the list and the entry's place in its order. */
export function writeCursor(list: string, place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([list, ...place])).toString('base64url');
}

/** The place of a cursor of two strings. Throws CursorError for any that this list did not give. */
export function readTextCursor(list: string, cursor: string): readonly [string, string] {
  const [first, second, ...rest] = readCursor(list, cursor);
  if (!isText(first) || !isText(second) || rest.length > 0) throw badCursor(list);
  return [first, second];
}

/** The place of a cursor of two whole numbers: a time and a position, or a position and 0. */
export function readNumberCursor(list: string, cursor: string): readonly [number, number] {
  const [first, second, ...rest] = readCursor(list, cursor);
  if (!isPlace(first) || !isPlace(second) || rest.length > 0) throw badCursor(list);
  return [first, second];
}

function readCursor(list: string, cursor: string): readonly unknown[] {
  if (cursor.length > 8192) throw badCursor(list);
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes.toString('base64url') !== cursor) throw badCursor(list);
  let read: unknown;
  try {
    read = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw badCursor(list);
  }
  if (!Array.isArray(read) || read[0] !== list) throw badCursor(list);
  return read.slice(1);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0');
}

/** Within what a timestamp of the database holds. */
function isPlace(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > -1e14 && value < 8.64e15;
}

function badCursor(list: string): CursorError {
  return new CursorError(
    `this is no cursor of the list of ${list}: pass the \`next\` of its last page, or none`,
  );
}
