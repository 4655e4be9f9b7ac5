import { parseDay } from '../../definitions/index.ts';
import type { OptionSpec } from './option.ts';
import type { Options } from './options.ts';
import { WrongUse } from './outcome.ts';

export const DAY_OPTION: OptionSpec = {
  value: 'DAY',
  about: 'a trading day, YYYY-MM-DD; default: the one that each flow has now',
};

/** The trading day that was asked for; null where none was. Throws WrongUse for what is no date. */
export function dayOf(options: Options): string | null {
  const text = options.text('day');
  if (text === undefined) return null;
  const day = parseDay(text);
  if (!day.ok) throw new WrongUse(`--day: ${day.message}`);
  return day.value;
}
