import type { Io } from './io.ts';
import type { Options } from './options.ts';
import { wordsIn } from './words.ts';

/** Says that an act is taken, and by which id it is known. */
export async function showTaken(answer: object, options: Options, io: Io): Promise<void> {
  const id = 'id' in answer ? String(answer.id) : '';
  const json = options.text('format') === 'json';
  await io.out(json ? `${JSON.stringify({ id }, null, 2)}\n` : `${wordsIn(io.language)('taken')} ${id}\n`);
}
