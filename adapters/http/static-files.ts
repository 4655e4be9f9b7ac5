/**
 * The console's files, as they were built: read once, sent as they are.
 *
 * 1. Only what was in the folder at the start is ever sent; an address is looked up, never made into a path.
 * 2. Files whose names carry a hash of their content may be kept for ever; all others are asked for again each time.
 * 3. A page that somebody navigates to and that is no file is the console's page: it knows its own addresses.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { extname, join, sep } from 'node:path';
import { bestCoding, type Coding } from './content-coding.ts';

/** One file in the forms in which it can be sent. */
interface StaticFile {
  readonly type: string;
  readonly cache: string;
  readonly etag: string;
  readonly bytes: Uint8Array;
  readonly br: Uint8Array | null;
  readonly gzip: Uint8Array | null;
}

/** Files by their address, such as `/assets/main-3f2a.js`. */
export type StaticFiles = ReadonlyMap<string, StaticFile>;

/** What is to be sent: a 200, or a 304 without bytes. */
export interface StaticAnswer {
  readonly status: 200 | 304;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array | null;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json; charset=utf-8',
  '.woff2': 'font/woff2',
};
const HASHED = /-[\w-]{8}\.\w+$/;
const PAGE = '/index.html';

/** Reads a folder of built pages; null, and said with the remedy, where there is none, or no `index.html` in it. */
export async function readStaticFiles(
  folder: string,
  onMissing: (text: string) => void = () => {},
): Promise<StaticFiles | null> {
  const names = await namesIn(folder);
  const files = new Map<string, StaticFile>();
  for (const name of names) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const other = (ending: string) =>
      names.includes(name + ending) ? readFile(join(folder, name + ending)) : null;
    const bytes = await readFile(join(folder, name));
    const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 16);
    files.set(`/${name.split(sep).join('/')}`, {
      type,
      cache: HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
      etag: hash,
      bytes,
      br: await other('.br'),
      gzip: await other('.gz'),
    });
  }
  if (files.has(PAGE)) return files;
  onMissing(`the console is not in ${folder}: build it with \`npm run console\`, then start again`);
  return null;
}

/** The answer to a GET of a path, or null where it is neither a file nor a navigation to a page. */
export function findStatic(
  files: StaticFiles,
  path: string,
  headers: IncomingHttpHeaders,
): StaticAnswer | null {
  const file = files.get(path) ?? (isNavigation(path, headers) ? files.get(PAGE) : undefined);
  if (file === undefined) return null;
  const [encoding, bytes] = encoded(file, String(headers['accept-encoding'] ?? ''));
  const etag = encoding === null ? `"${file.etag}"` : `"${file.etag}-${encoding}"`;
  const common = { 'cache-control': file.cache, etag, vary: 'accept-encoding' };
  if (headers['if-none-match'] === etag) return { status: 304, headers: common, bytes: null };
  const coding = encoding === null ? {} : { 'content-encoding': encoding };
  return { status: 200, headers: { ...common, ...coding, 'content-type': file.type }, bytes };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(folder.length)
          .replace(/^[/\\]+/, ''),
      );
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** A browser that goes to a page asks for HTML; the addresses of the API and of files with an ending are never pages. */
function isNavigation(path: string, { accept }: IncomingHttpHeaders): boolean {
  if (path === '/') return accept === undefined || accept.includes('text/html') || accept.includes('*/*');
  if (/^\/(api|assets)(\/|$)/.test(path)) return false;
  return accept?.includes('text/html') ?? false;
}

function encoded({ br, gzip, bytes }: StaticFile, accepted: string): readonly [Coding | null, Uint8Array] {
  const forms = { br, gzip };
  const coding = bestCoding(accepted, [
    ...(br === null ? [] : ['br' as const]),
    ...(gzip === null ? [] : ['gzip' as const]),
  ]);
  return coding === null ? [null, bytes] : [coding, forms[coding] ?? bytes];
}
