import { spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { startOf } from '../folder-owner.ts';

/** Whether the process is a server on this data folder: a postmaster works in its data folder and names it. */
export function servesDataFolder(pid: number, dataFolder: string): boolean {
  if (startOf(pid) === null) return false;
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
