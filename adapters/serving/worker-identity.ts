/**
 * Who a worker is, so that another one of the same machine can tell at once that it is gone. The id names the machine as
 * it was started and the process with its start: an id of a process that was given to another one later is not taken for it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { WorkerIdentity } from '../../engine/index.ts';
import { startOf } from '../folder-owner.ts';

/** The identity of this process; another one at every call. */
export function makeIdentity(name: string | null, address: string | null): WorkerIdentity {
  const host = hostname();
  const id = [randomBytes(6).toString('hex'), machine(), process.pid, startOf(process.pid) ?? ''].join('.');
  return { id, name: name ?? `${host}-${process.pid}`, host, pid: process.pid, address };
}

/** Whether the process of a worker is gone for certain; false for one of another machine or container. */
export function isGone({ id, pid }: WorkerIdentity): boolean {
  const [, theirMachine = '', theirPid, theirStart = ''] = id.split('.');
  if (theirMachine === '' || theirMachine !== machine() || Number(theirPid) !== pid) return false;
  const start = startOf(pid);
  return start === null || (start !== '' && theirStart !== '' && start !== theirStart);
}

/** What processes with the same ids share: one start of one system, and one space of process ids in it; '' where it cannot be told. */
function machine(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const space = readlinkSync('/proc/self/ns/pid');
    return createHash('sha256').update(`${boot} ${space}`).digest('hex').slice(0, 12);
  } catch {
    return '';
  }
}
