import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nextRound, type Round } from '../../adapters/demo/round.ts';
import { tellStory } from '../../adapters/demo/story.ts';
import { type Calendar, compileDefinitions, type Definitions } from '../../definitions/index.ts';
import { createReplay, type ReplayReport } from '../../engine/index.ts';

/** The files of the futures company as they are shipped. */
export const EXAMPLE = readFiles(join(import.meta.dirname, '../../definitions/examples/futures-company'));

export function readFiles(folder: string): readonly { readonly file: string; readonly text: string }[] {
  const names = readdirSync(folder)
    .filter((file) => !file.endsWith('.test.yaml'))
    .sort();
  return names.map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
}

/** Definitions that must not have any finding, warnings included. */
export function compiled(files: readonly { readonly file: string; readonly text: string }[]): Definitions {
  const { definitions, findings } = compileDefinitions(files, 'test');
  if (definitions === null || findings.length > 0)
    throw new Error(findings.map(({ at, message }) => `${at.file}:${at.line}: ${message}`).join('\n'));
  return definitions;
}

/** Tuesday 2026-11-24 as it happens: from 20:00 on Monday in Shanghai. */
export const REAL = {
  start: Date.parse('2026-11-23T20:00:00+08:00'),
  end: Date.parse('2026-11-24T20:00:00+08:00'),
  factor: 1,
  tradingDay: '2026-11-24',
};

/** The whole day of the story through the engine in virtual time. */
export function play(
  definitions: Definitions,
  day: Pick<Round, 'start' | 'end' | 'factor' | 'tradingDay'>,
): ReplayReport {
  const replay = createReplay(definitions, { from: day.start, until: day.end - 1 });
  for (const { event } of tellStory(day)) replay.line(JSON.stringify(event));
  return replay.finish();
}

/** A round of the example with trading days behind it, unless another was played before. */
export function roundFrom(from: number, minutes: number, last: Round | null = null): Round {
  return nextRound({ from, minutes, last, calendar: shfe(compiled(EXAMPLE)), history: 20 });
}

/** The calendar of the example, or of what was made of it. */
export function shfe(definitions: Definitions): Calendar {
  const found = definitions.calendars.get('shfe');
  if (found === undefined) throw new Error('the example has no calendar shfe');
  return found;
}
