import { onTestFinished } from 'vitest';
import { descendants } from './process-family.ts';

/** Stops a process and everything that it has started where they stand; gives what lets them go on, which the end of the test does too. */
export function freeze(pid: number): () => void {
  const all = [pid, ...descendants(pid)];
  for (const one of all) process.kill(one, 'SIGSTOP');
  let frozen = true;
  const thaw = () => {
    // once: a connection's process may be gone afterwards, and its id another's
    if (frozen) for (const one of all) process.kill(one, 'SIGCONT');
    frozen = false;
  };
  // a test that fails must not leave it frozen for the next ones
  onTestFinished(thaw);
  return thaw;
}
