import { watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Calls `changed` once at first and then whenever something below the paths has changed and then been still for `settle` ms, one call at a time.
 * Ends when `signal` does. A file is watched through its folder, since editors replace files.
 */
export async function watchFiles(
  paths: readonly string[],
  { settle, signal }: { readonly settle: number; readonly signal: AbortSignal },
  changed: () => Promise<void>,
): Promise<void> {
  const ended = Promise.withResolvers<void>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const run = () => {
    running = running.then(changed);
    running.catch(ended.reject);
  };
  const stir = () => {
    clearTimeout(timer);
    timer = setTimeout(run, settle);
  };
  const folders = new Set<string>();
  for (const path of paths) folders.add((await stat(path)).isDirectory() ? path : dirname(path));
  const watchers = [...folders].map((folder) =>
    watch(folder, { recursive: true }, stir).on('error', ended.reject),
  );
  signal.addEventListener('abort', () => ended.resolve(), { once: true });
  if (signal.aborted) ended.resolve();
  run();
  try {
    await ended.promise;
  } finally {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  }
  await running;
}
