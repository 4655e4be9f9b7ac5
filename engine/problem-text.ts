import type { Problem } from '../checkpoints/index.ts';

/** Problems in one line, each with its field. */
export function problemText(problems: readonly Problem[]): string {
  return problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
}
