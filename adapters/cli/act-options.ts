import { userInfo } from 'node:os';
import type { OptionSpec } from './option.ts';
import type { Options } from './options.ts';
import { WrongUse } from './outcome.ts';

/** What every act of an operator is asked for. */
export const ACT_OPTIONS = {
  reason: { value: 'TEXT', about: 'why, for whoever looks at it later', required: true },
  by: { value: 'NAME', about: 'who decides it; default: the login name of the user' },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** Who says it. Throws WrongUse where nobody is named and the user has no name. */
export function byWhom(options: Options): string {
  return options.text('by') ?? loginName();
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    throw new WrongUse('this user has no login name: say who decides it with --by NAME');
  }
}
