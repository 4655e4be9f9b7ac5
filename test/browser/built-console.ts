import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CONSOLE = join(ROOT, 'adapters/console');

/** Builds the console where what is built is older than its sources, so that what is tested is what is there. */
export function buildConsole(): void {
  const built = newest(join(CONSOLE, 'dist'), (times) => Math.min(...times));
  const sources = ['src', 'build', 'public'].map((folder) =>
    newest(join(CONSOLE, folder), (times) => Math.max(...times)),
  );
  const files = ['index.html', 'vite.config.ts'].map((file) => statSync(join(CONSOLE, file)).mtimeMs);
  if (built !== null && built > Math.max(...files, ...sources.map((time) => time ?? 0))) return;
  execFileSync(process.execPath, [
    join(ROOT, 'node_modules/vite/bin/vite.js'),
    'build',
    CONSOLE,
    '--logLevel',
    'error',
  ]);
}

function newest(folder: string, pick: (times: readonly number[]) => number): number | null {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    return entries.length === 0
      ? null
      : pick(entries.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
  } catch {
    return null;
  }
}
