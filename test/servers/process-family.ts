import { readFileSync } from 'node:fs';
import { startOf } from '../../adapters/folder-owner.ts';

/** Processes that were seen to belong together; known by id and moment of start, so that an id given anew is not mistaken. */
export interface ProcessFamily {
  /** Notes a process and everything that it has started; only where the system shows that (Linux). */
  note(pid: number): void;
  /** the ids of those noted that still run */
  alive(): readonly number[];
  /** how many were noted */
  size(): number;
  /** Ends those that still run, at once. */
  kill(): void;
}

/** A family without members. */
export function processFamily(): ProcessFamily {
  const born = new Map<number, string>();
  const alive = () => [...born].filter(([pid, start]) => startOf(pid) === start).map(([pid]) => pid);
  return {
    note(pid) {
      for (const one of [pid, ...descendants(pid)]) {
        const start = startOf(one);
        if (start !== null) born.set(one, start);
      }
    },
    alive,
    size: () => born.size,
    kill() {
      for (const pid of alive()) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // it has ended by itself in the meantime
        }
      }
    },
  };
}

/** The processes that a process has started, and theirs. */
export function descendants(pid: number): readonly number[] {
  let text = '';
  try {
    text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  } catch {
    return [];
  }
  const children = text.split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}
