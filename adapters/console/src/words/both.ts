import type { Language } from './language.ts';

/** An area's words in both languages; the second must have exactly the words of the first. */
export function both<T extends object>(en: T, zh: T): Readonly<Record<Language, T>> {
  return { en, zh };
}
