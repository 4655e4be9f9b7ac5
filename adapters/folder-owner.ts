/**
 * Who uses a folder: one process at a time. The owner is written down with its pid and the moment it started, so that
 * a pid that was given to another program later is not mistaken for it.
 */

import { readFileSync } from 'node:fs';
import { link, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Owner {
  readonly pid: number;
  readonly startedAt: string;
}

/**
 * Takes the folder for this process and gives the function that lets it go, or the pid of the living process that
 * holds it. What a dead process held is taken over.
 */
export async function takeFolder(
  folder: string,
): Promise<{ readonly release: () => Promise<void> } | { readonly heldBy: number }> {
  const path = join(folder, 'owner.json');
  const mine: Owner = { pid: process.pid, startedAt: startOf(process.pid) ?? '' };
  const text = JSON.stringify(mine);
  for (let turn = 0; turn < 5; turn++) {
    if (await createWhole(folder, path, text)) return { release: () => release(path, text) };
    const owner = await readOwner(path);
    if (owner !== null && isAlive(owner)) return { heldBy: owner.pid };
    await rm(path, { force: true });
  }
  return { heldBy: (await readOwner(path))?.pid ?? 0 };
}

/** When the process started, in the system's own words; null when it is gone, '' where the system does not tell. */
export function startOf(pid: number): string | null {
  if (pid <= 0) return null;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there and belongs to someone else.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return null;
  }
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? '');
  } catch {
    return '';
  }
}

function isAlive(owner: Owner): boolean {
  const start = startOf(owner.pid);
  return start !== null && (start === '' || owner.startedAt === '' || start === owner.startedAt);
}

/** Creates the file with its whole content or, when it exists, not at all. */
async function createWhole(folder: string, path: string, text: string): Promise<boolean> {
  const work = await mkdtemp(join(folder, '.own-'));
  try {
    await writeFile(join(work, 'owner'), text, { mode: 0o600 });
    await link(join(work, 'owner'), path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function readOwner(path: string): Promise<Owner | null> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('startedAt' in value))
      return null;
    return { pid: Number(value.pid), startedAt: String(value.startedAt) };
  } catch {
    return null;
  }
}

async function release(path: string, text: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => '')) === text) await rm(path, { force: true });
}
