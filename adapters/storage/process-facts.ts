import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';

/**
 * What tells this process apart from a later one with the same id, as text; null when there is no such process or it
 * is a zombie. Where there is no /proc, only that it is alive: ''.
 */
export function processToken(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : `started at tick ${fields[19]}`;
  } catch {
    return process.platform === 'linux' || !isSignalable(pid) ? null : '';
  }
}

/** Whether the process is a server on this data folder: a postmaster works in its data folder and names it. */
export function servesDataFolder(pid: number, dataFolder: string): boolean {
  if (processToken(pid) === null) return false;
  if (process.platform === 'linux') {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === dataFolder;
    } catch {
      return false;
    }
  }
  const listed = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  return listed.status === 0 && listed.stdout.includes(dataFolder);
}

function isSignalable(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
