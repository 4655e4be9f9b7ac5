/**
 * The trading days behind the one that is played, as the applications would have reported them: what is usual, and a few
 * days that were not. One message holds what a family reported on one day.
 *
 * 1. The same round tells the same history. Times and quantities waver from day to day, by chances made of the day.
 * 2. What wavers keeps its order: a family is late by up to `LATEST`, and never catches up faster than time passes.
 * 3. What a family raised on such a day has recovered by its last event, and is decided with it: nobody is told of it.
 */
import { hash } from 'node:crypto';
import { APPLICATIONS } from './applications.ts';
import { EPISODES, type Episode, ORDINARY } from './earlier-days.ts';
import { historyOf, type Round } from './round.ts';
import { offsetOf, type Pace, type StoryEvent, type TimedLine, tellLines } from './story.ts';
import type { Application, StoryLine, Value } from './timetable.ts';

/** What a family of applications reported on one trading day. */
export interface HistoryMessage {
  readonly id: string;
  /** in the order of their times */
  readonly events: readonly StoryEvent[];
}

const MINUTE = 60_000;
/** How late a family is at most, and how long it takes from one lateness to the next, ms of the story. */
const [LATEST, SWAY] = [8 * MINUTE, 25 * MINUTE];
/** From here on a number is a quantity, which is larger on some days than on others. */
const QUANTITY = 1_000;

/** Everything that was reported on the trading days behind a round. */
export function tellHistory(round: Round): readonly HistoryMessage[] {
  const days = historyOf(round);
  return days.flatMap((pace, index) => tellDay(pace, days.length - index));
}

/** The day that lies so many days behind the one that is played. */
function tellDay(pace: Pace, back: number): readonly HistoryMessage[] {
  const events = APPLICATIONS.flatMap((application) => {
    const lines = linesOf(application, EPISODES.get(back) ?? { lines: [] });
    const wavering = lines.map((timed) => waver(timed, pace.tradingDay, application.family));
    return tellLines(pace, application, wavering).map((told) => ({ family: application.family, told }));
  });
  return [...Map.groupBy(events, ({ family }) => family)].map(([family, those]) => ({
    id: `${family}-${pace.tradingDay}`,
    events: those.map(({ told }) => told).sort((a, b) => a.time - b.time),
  }));
}

/** What an application reports on a day, in the order of time. */
function linesOf({ family, lines }: Application, { later, lines: own }: Episode): readonly TimedLine[] {
  const isMine = ({ flow }: StoryLine) => lines.some((line) => line.flow === flow);
  const ordinary = [...without(lines, ORDINARY), ...ORDINARY.filter(isMine)];
  const delayed = (line: StoryLine) => {
    const at = offsetOf(line.at);
    const isLater = later?.family === family && at >= offsetOf(later.from);
    return { line, at: isLater ? at + later.minutes * MINUTE : at };
  };
  return [
    ...without(ordinary, own).map(delayed),
    ...own.filter(isMine).map((line) => ({ line, at: offsetOf(line.at) })),
  ]
    .filter(({ line }) => line.event !== 'nothing')
    .sort((a, b) => a.at - b.at);
}

/** The lines in whose place there are no others. */
function without(lines: readonly StoryLine[], others: readonly StoryLine[]): readonly StoryLine[] {
  const place = ({ at, flow, child, step }: StoryLine) => `${at} ${flow} ${child} ${step}`;
  const taken = new Set(others.map(place));
  return lines.filter((line) => !taken.has(place(line)));
}

function waver({ line, at }: TimedLine, day: string, family: string): TimedLine {
  const lateness = (sway: number) => chance(`${day} ${family} ${sway}`) * LATEST;
  const [sway, share] = [Math.floor(at / SWAY), (at % SWAY) / SWAY];
  const quantity = 0.8 + 0.4 * chance(day);
  const params = line.params.map(([name, value]): readonly [string, Value] => [
    name,
    typeof value === 'number' && value >= QUANTITY ? Math.round(value * quantity) : value,
  ]);
  return {
    line: { ...line, params },
    at: at + lateness(sway) * (1 - share) + lateness(sway + 1) * share,
  };
}

/** A number from 0 to 1 that is made of a text. */
function chance(text: string): number {
  return Number.parseInt(hash('sha256', text).slice(0, 12), 16) / 2 ** 48;
}
