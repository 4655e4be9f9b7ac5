import { unprintable } from './read-text.ts';

/** Whether a text without `{name}` is a subject to publish on: words between dots, without blanks and wildcards. */
export function isSubject(text: string): boolean {
  return /^[^\s.*>]+(\.[^\s.*>]+)*$/.test(text) && unprintable(text) === null;
}
