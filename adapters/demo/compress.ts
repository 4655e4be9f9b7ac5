/**
 * The example's definitions at the pace of the demo: the same flows, with every time of day and every length of time
 * brought to the round.
 *
 * 1. Only times change: names, rules, severities and texts stay as they are in the example.
 * 2. Times of day are written in whole seconds, and a second is minutes at this pace. So each becomes a distance from the
 *    opening of a session of its own, `demo`, with which the round begins; distances are exact to the millisecond.
 * 3. The calendar is replaced by one that turns when the round begins and holds sessions on the day that is played and on
 *    those behind it only, so that nothing is due on others: a demo that is left running expects nothing more.
 */
import {
  type Calendar,
  compileDefinitions,
  formatPlace,
  formatSpan,
  formatTimeOfDay,
  type Parsed,
  parseMoment,
  parseSpan,
  spanOf,
} from '../../definitions/index.ts';
import { DemoError, dateText, dateTime, type Round } from './round.ts';
import { STORY_BEGINS, STORY_DAY } from './story.ts';

/** A definition file: its name and its content. */
export interface DefinitionFile {
  readonly file: string;
  readonly text: string;
}

/** A trading day of the example's calendar with all its sessions, right after another trading day. */
const MODEL_DAY = '2026-11-24';

const DAY = 24 * 60 * 60 * 1000;
const DAYS_WITHOUT = 300;
const MOMENT = /\b(by|at): ("[^"]*"|[a-z][\w-]*\.(?:open|close)(?: [+-] \w+)?)(, day: previous)?/g;
const SPAN = /\b(in|grace|disorder|wait|interval|repeat|after|within|calm|gather|every): (\d\w*)/g;

/** The definition files with the times of the round. Throws DemoError where the files are not fit for a demo. */
export function compressDefinitions(
  files: readonly DefinitionFile[],
  round: Round,
): readonly DefinitionFile[] {
  const calendar = theCalendar(files);
  const compressed = files.map(({ file, text }) => {
    const documents = text.split(/^---$/m).map((document) => {
      if (firstKey(document) === 'calendar') return calendarText(calendar, round);
      return document
        .split('\n')
        .map(compressLine(file, calendar, round))
        .join('\n');
    });
    return { file, text: `${HEAD}${documents.join('---')}` };
  });
  check(compressed);
  return compressed;
}

const HEAD = `# Made by \`milepost demo\` from definitions/examples/futures-company: the same day, in minutes. The next round makes it anew.\n`;

/** The one calendar of the files. Throws DemoError where there is another number of them, or the files have mistakes. */
export function theCalendar(files: readonly DefinitionFile[]): Calendar {
  const [calendar, ...more] = check(files).calendars.values();
  if (calendar === undefined || more.length > 0)
    throw new DemoError(
      `the demo plays on one calendar, and the definitions have ${more.length + (calendar ? 1 : 0)}`,
    );
  return calendar;
}

function check(files: readonly DefinitionFile[]) {
  const { definitions, findings } = compileDefinitions(files, 'demo');
  const [first] = findings.filter(({ severity }) => severity === 'error');
  if (definitions !== null) return definitions;
  const reason = first === undefined ? 'they cannot be read' : `${formatPlace(first.at)}: ${first.message}`;
  throw new DemoError(`these definitions cannot be played: ${reason}`);
}

function firstKey(document: string): string | undefined {
  return /^([a-z]+):/m.exec(document)?.[1];
}

function compressLine(file: string, calendar: Calendar, round: Round): (line: string) => string {
  const begin = instantOf(calendar, STORY_BEGINS, true);
  const right = <T>(parsed: Parsed<T>): T => {
    if (parsed.ok) return parsed.value;
    throw new DemoError(`${file}: ${parsed.message}`);
  };
  const moment = (_: string, key: string, written: string, previous: string | undefined) => {
    const text = written.replaceAll('"', '');
    const day = previous === undefined ? 'same' : 'previous';
    const at = calendar.resolve(MODEL_DAY, right(parseMoment(text, { day })));
    if (at === null) throw new DemoError(`${file}: ${MODEL_DAY}, by which the demo is made, has no ${text}`);
    const distance = Math.round((at - begin) / round.factor);
    return `${key}: demo.open ${distance < 0 ? '-' : '+'} ${formatSpan(spanOf(Math.abs(distance)))}`;
  };
  const span = (_: string, key: string, text: string) => {
    const { days, ms } = right(parseSpan(text));
    return `${key}: ${formatSpan(spanOf(Math.max(1, Math.round((days * DAY + ms) / round.factor))))}`;
  };
  return (line) =>
    line.trimStart().startsWith('#') ? line : line.replace(MOMENT, moment).replace(SPAN, span);
}

function instantOf(calendar: Calendar, time: string, previous: boolean): number {
  const moment = parseMoment(time, { day: previous ? 'previous' : 'same' });
  const at = moment.ok ? calendar.resolve(MODEL_DAY, moment.value) : null;
  if (at === null) throw new Error(`broken rule: ${time} is no time of day`);
  return at;
}

/** The calendar of the round: its sessions rounded to seconds, for those who look at them; nothing is due by them. */
function calendarText(calendar: Calendar, round: Round): string {
  const begin = instantOf(calendar, STORY_BEGINS, true);
  const clock = (time: number) => formatTimeOfDay(round.wallStart + time);
  const session = (name: string, open: number, close: number) => {
    const from = wholeSecond((open - begin) / round.factor);
    const to = Math.max(from + 1000, wholeSecond((close - begin) / round.factor));
    return `  ${name}: { from: "${clock(from)}", to: "${clock(to)}", day: next }`;
  };
  const sessions = calendar.sessionNames.flatMap((name) => {
    const held = calendar.session(MODEL_DAY, name);
    return held === null ? [] : [session(name, held.open, held.close)];
  });
  const [evening = round.date] = round.earlier;
  return [
    `calendar: ${calendar.name}`,
    `title: { en: A day in minutes, zh: 演示日历 }`,
    `zone: ${round.zone}`,
    ...dateLines(round),
    `no-night: [${daysFrom(evening, -DAYS_WITHOUT)}..${daysFrom(evening, -1)}, ${round.tradingDay}..${daysFrom(round.tradingDay, DAYS_WITHOUT)}]`,
    'sessions:',
    session('demo', begin, begin + STORY_DAY),
    ...sessions,
    `turn: "${clock(0)}"`,
    '',
  ].join('\n');
}

/** Each of the round's days follows the one before it: between them lies no other, though the real calendar has one. */
function dateLines({ earlier, tradingDay }: Round): readonly string[] {
  const days = new Set([...earlier, tradingDay]);
  const [holidays, workdays]: [string[], string[]] = [[], []];
  for (let date = earlier[0] ?? tradingDay; date <= tradingDay; date = daysFrom(date, 1)) {
    const isWeekend = [0, 6].includes(new Date(dateTime(date)).getUTCDay());
    if (isWeekend && days.has(date)) workdays.push(date);
    if (!isWeekend && !days.has(date)) holidays.push(date);
  }
  return [
    'weekend: [sat, sun]',
    ...(holidays.length > 0 ? [`holidays: [${holidays.join(', ')}]`] : []),
    ...(workdays.length > 0 ? [`workdays: [${workdays.join(', ')}]`] : []),
  ];
}

function daysFrom(date: string, count: number): string {
  return dateText(dateTime(date) + count * DAY);
}

function wholeSecond(ms: number): number {
  return Math.round(ms / 1000) * 1000;
}
