import { shown } from '../checkpoints/index.ts';

const LONGEST = 400;

/** What was thrown, as words that can be shown and stored, whatever it is: foreign code may throw anything. */
export function reasonOf(thrown: unknown): string {
  try {
    return shown(thrown instanceof Error ? `${thrown.message}` : String(thrown), LONGEST);
  } catch {
    return 'it threw something that cannot be shown';
  }
}

/** Lets a promise be that nobody waits for, such as that of a function that is wrongly async: its rejection must not end the process. */
export function letBe(value: unknown): void {
  if (value instanceof Promise) value.catch(() => undefined);
}
