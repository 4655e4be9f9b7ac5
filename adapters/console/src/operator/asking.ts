/** Asking who acts: a form is opened, and whoever needs the answer waits for it. */
import { useSyncExternalStore } from 'react';
import { person } from './person.ts';
import { token } from './token.ts';

/** Why it is asked: somebody wants to, has to before he acts, or has given a wrong token. */
export type Why = 'wanted' | 'needed' | 'wrong';

export interface Asking {
  readonly why: Why;
  readonly answered: () => void;
  readonly refused: (error: Error) => void;
}

const listeners = new Set<() => void>();
let open: (Asking & { readonly answer: Promise<void> }) | null = null;

/** Opens the form; resolves once a name and a token are kept, rejects where somebody closes it. */
export function askWho(why: Why): Promise<void> {
  if (open !== null) return open.answer;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const end = (settle: () => void) => {
    become(null);
    settle();
  };
  become({
    why,
    answer: promise,
    answered: () => end(resolve),
    refused: (error) => end(() => reject(error)),
  });
  return promise;
}

/** Resolves at once where it is known who acts, else as `askWho`. */
export async function knowWho(): Promise<void> {
  if (person() === '' || token() === '') await askWho('needed');
}

/** What is asked now; null: nothing. */
export function useAsking(): Asking | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => open,
  );
}

function become(next: typeof open): void {
  open = next;
  for (const listener of listeners) listener();
}
