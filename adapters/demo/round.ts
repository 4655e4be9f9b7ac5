/**
 * A round of the demo: one trading day of the story, when it is played and how fast. It is kept in a file, so that a demo
 * that was killed goes on where it was, and the next one plays the next trading day.
 *
 * 1. The zone is one in which the whole round lies between noon and midnight of one date.
 * 2. The trading day is a later date than that one, and than the day of every earlier round: its keys are new.
 * 3. The first round has trading days behind it, each on the evening of the one before it, at the same time and pace.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Calendar } from '../../definitions/index.ts';
import { type Pace, STORY_DAY } from './story.ts';

export interface Round extends Pace {
  /** 1 for the first one in this folder */
  readonly number: number;
  /** when the story's day is over, ms */
  readonly end: number;
  readonly zone: string;
  /** the date of the round in its zone; the trading day before the one that is played */
  readonly date: string;
  /** the time of day in the zone at which the round begins, ms */
  readonly wallStart: number;
  /** the trading days up to `date`, the oldest first; of that one there is the evening only */
  readonly earlier: readonly string[];
  /** whether the stream of events has all that was reported on them */
  readonly historySent: boolean;
}

export interface NextRound {
  /** it does not begin before, ms */
  readonly from: number;
  readonly minutes: number;
  /** the round before; null: none in this folder */
  readonly last: Round | null;
  /** says which dates are trading days */
  readonly calendar: Calendar;
  /** how many trading days the first round has behind it at most */
  readonly history: number;
}

/** The demo cannot be played as asked; the message says why and what to do. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}

const DAY = 24 * 60 * 60 * 1000;
const HOUR = DAY / 24;
const LONGEST = 600;
/** Events of a time before that may be refused, since their ids are not kept for longer, ms. */
const FURTHEST = 29 * DAY;

/** The file in which the round is kept, below the data folder. */
export function roundFile(folder: string): string {
  return join(folder, 'demo', 'round.json');
}

/** The next round: it begins on a whole second and lasts so many minutes. Throws DemoError for what is no length of a day. */
export function nextRound({ from, minutes, last, calendar, history }: NextRound): Round {
  if (!(minutes > 0 && minutes <= LONGEST))
    throw new DemoError(`a demo day lasts more than 0 and at most ${LONGEST} minutes, not ${minutes}`);
  const start = Math.ceil(from / 1000) * 1000;
  const end = start + minutes * 60_000;
  const { zone, offset } = zoneFor(start, end);
  const date = dateText(start + offset);
  const after = last !== null && last.tradingDay > date ? last.tradingDay : date;
  const earlier = last === null ? daysUpTo(date, calendar, history) : [date];
  return {
    number: (last?.number ?? 0) + 1,
    start,
    end,
    factor: STORY_DAY / (end - start),
    zone,
    date,
    wallStart: (start + offset) % DAY,
    tradingDay: calendar.next(after),
    earlier,
    historySent: earlier.length === 1,
  };
}

/** So many trading days up to a date, and the one before them for its evening; fewer where that is too long ago. */
function daysUpTo(date: string, calendar: Calendar, count: number): readonly string[] {
  const days = [date];
  for (let day = date; days.length <= count; ) {
    day = calendar.previous(day);
    if (dateTime(date) - dateTime(day) > FURTHEST) break;
    days.unshift(day);
  }
  return days;
}

/** The trading days behind a round, the oldest first: when each began, at the pace of the round. */
export function historyOf({ start, factor, date, earlier }: Round): readonly Pace[] {
  return earlier.slice(1).map((tradingDay, index) => {
    const evening = earlier[index] ?? date;
    return { tradingDay, factor, start: start - (dateTime(date) - dateTime(evening)) };
  });
}

/** The zone of China where it is afternoon or evening there, else the one without clock changes where it is. */
function zoneFor(start: number, end: number): { readonly zone: string; readonly offset: number } {
  const fits = (offset: number) => {
    const noon = Math.floor((start + offset) / DAY) * DAY + DAY / 2;
    return start + offset >= noon && end + offset + HOUR <= noon + DAY / 2;
  };
  if (fits(8 * HOUR)) return { zone: 'Asia/Shanghai', offset: 8 * HOUR };
  for (let hours = 14; hours >= -12; hours--) {
    // The signs of these names are those of POSIX: GMT-8 is eight hours ahead.
    const zone = hours === 0 ? 'Etc/GMT' : `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`;
    if (fits(hours * HOUR)) return { zone, offset: hours * HOUR };
  }
  throw new Error(`broken rule: no zone has afternoon from ${start} to ${end}`);
}

/** The date of a moment in UTC, `YYYY-MM-DD`. */
export function dateText(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** The beginning of a date in UTC, ms. */
export function dateTime(date: string): number {
  return Date.parse(`${date}T00:00:00Z`);
}

/** Keeps the round. */
export async function writeRound(folder: string, round: Round): Promise<void> {
  const file = roundFile(folder);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, `${JSON.stringify(round, null, 2)}\n`);
  await rename(`${file}.new`, file);
}

/** The round that was kept; null where there is none. Rejects with DemoError where the file cannot be understood. */
export async function readRound(folder: string): Promise<Round | null> {
  const file = roundFile(folder);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new DemoError(`${file} cannot be read; remove it to begin the demo anew`, { cause: error });
  }
  const round = parseRound(text);
  if (round === null) throw new DemoError(`${file} is no round of a demo; remove it to begin the demo anew`);
  return round;
}

function parseRound(text: string): Round | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const fields = new Map<string, unknown>(Object.entries(value));
  const numbers = ['number', 'start', 'end', 'factor', 'wallStart'].map((name) => fields.get(name));
  const texts = ['zone', 'date', 'tradingDay'].map((name) => fields.get(name));
  const [number, start, end, factor, wallStart] = numbers.filter((one) => typeof one === 'number');
  const [zone, date, tradingDay] = texts.filter((one) => typeof one === 'string');
  if (number === undefined || start === undefined || end === undefined) return null;
  if (factor === undefined || wallStart === undefined) return null;
  if (zone === undefined || date === undefined || tradingDay === undefined) return null;
  const [earlier, historySent] = [fields.get('earlier'), fields.get('historySent')];
  if (!isTexts(earlier) || typeof historySent !== 'boolean') return null;
  return { number, start, end, factor, zone, date, wallStart, tradingDay, earlier, historySent };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
