/**
 * Tells when something below some paths has changed.
 *
 * 1. Every folder is watched by itself: Node's recursive watching loses files that an editor replaces.
 * 2. A change is told once it has been still for a while, and never while the one before is still worked on.
 */
import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface WatchOptions {
  /** how long it must have been still, ms */
  readonly settle: number;
  readonly signal: AbortSignal;
}

/**
 * Calls `changed` once at first and then whenever something below the paths has changed. Resolves when `signal` ends it,
 * rejects with what `changed` rejects with. A file is watched through its folder.
 */
export async function watchFiles(
  paths: readonly string[],
  { settle, signal }: WatchOptions,
  changed: () => Promise<void>,
): Promise<void> {
  const ended = Promise.withResolvers<void>();
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const run = () => {
    running = running.then(async () => {
      await follow();
      if (!signal.aborted) await changed();
    });
    running.catch(ended.reject);
  };
  const stir = () => {
    clearTimeout(timer);
    if (!signal.aborted) timer = setTimeout(run, settle);
  };
  /** Watches every folder that there is now, and no other. */
  const follow = async () => {
    const folders = new Set((await Promise.all(paths.map(foldersBelow))).flat());
    for (const [folder, watcher] of watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      watchers.delete(folder);
    }
    for (const folder of folders) {
      if (signal.aborted || watchers.has(folder)) continue;
      // a folder that goes away ends its watcher; the one above it tells
      const forget = () => {
        watchers.get(folder)?.close();
        watchers.delete(folder);
        stir();
      };
      watchers.set(folder, watch(folder, stir).on('error', forget));
    }
  };
  signal.addEventListener('abort', () => ended.resolve(), { once: true });
  if (signal.aborted) ended.resolve();
  else run();
  try {
    await ended.promise;
    await running;
  } finally {
    clearTimeout(timer);
    for (const watcher of watchers.values()) watcher.close();
  }
}

/** The folder of a path and all below it, without those that hold no definitions; none where it is gone for a moment. */
async function foldersBelow(path: string): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [dirname(path)];
    const found = await readdir(path, { withFileTypes: true });
    const below = found.filter(
      (entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules',
    );
    return [path, ...(await Promise.all(below.map(({ name }) => foldersBelow(join(path, name))))).flat()];
  } catch {
    return [dirname(path)];
  }
}
