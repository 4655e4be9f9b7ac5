/**
 * The story of the demo: the timetables of all applications of a futures company, told at some pace on some trading day.
 *
 * 1. A trading day is 24 hours long here: from 20:00 on the evening before to 20:00. So a time of day alone says which of
 *    the two dates is meant.
 * 2. The story is the same at every pace: ids, order and values do not depend on it, only times do.
 * 3. Four things go wrong in it, and no more: illegal state, late start, short transfer, a step out of order.
 */
import { APPLICATIONS } from './applications.ts';
import type { Application, StoryLine } from './timetable.ts';

/** When the trading day of the story begins and how fast it passes. */
export interface Pace {
  /** the moment that is 20:00 on the evening before, ms */
  readonly start: number;
  /** story time over real time: 1 is as it happens, 288 a day in five minutes */
  readonly factor: number;
  readonly tradingDay: string;
}

/** An event as it goes over the wire, and when. */
export interface StoryEvent {
  readonly application: string;
  /** when it happens and is sent, ms */
  readonly time: number;
  readonly event: Readonly<Record<string, unknown>> & {
    readonly id: string;
    readonly flow: string;
    readonly key?: string;
  };
}

/** The names of the applications that take part. */
export const APPLICATION_NAMES: readonly string[] = APPLICATIONS.map(({ name }) => name);

/** Stands for all of them where what they reported on earlier days is sent. */
export const HISTORY = 'history';

/** The length of the story's day, ms at its own pace. */
export const STORY_DAY = 24 * 60 * 60 * 1000;

/** When the story's day begins, `HH:MM` on the evening before the trading day. */
export const STORY_BEGINS = '20:00';

const MINUTE = 60_000;

/** The events of one application, or of all of them, in the order of their times. */
export function tellStory(pace: Pace, application: string | null = null): readonly StoryEvent[] {
  return APPLICATIONS.filter(({ name }) => application === null || name === application)
    .flatMap((each) => {
      const lines = each.lines.map((line) => ({ line, at: offsetOf(line.at) }));
      return tellLines(pace, each, lines);
    })
    .sort((a, b) => a.time - b.time);
}

/** A line, and how far into the story's day it is told, ms. */
export interface TimedLine {
  readonly line: StoryLine;
  readonly at: number;
}

/** Lines of an application as its events, in the order given, by which their ids are made. */
export function tellLines(
  pace: Pace,
  application: Omit<Application, 'lines'>,
  lines: readonly TimedLine[],
): readonly StoryEvent[] {
  return lines.map((timed, index) => tellLine(pace, application, { ...timed, index }));
}

function tellLine(
  { start, factor, tradingDay }: Pace,
  { name, family }: Omit<Application, 'lines'>,
  { line, at, index }: TimedLine & { readonly index: number },
): StoryEvent {
  const { flow, child, step, event, state, params, message } = line;
  const time = start + Math.round(at / factor);
  const key = `${family}-${tradingDay}${child === null ? '' : `/${child}`}`;
  const values = params.map(([param, value]) => [param, value === '{tradingDay}' ? tradingDay : value]);
  return {
    application: name,
    time,
    event: {
      id: `${name}-${tradingDay}-${String(index + 1).padStart(3, '0')}`,
      flow,
      ...(child === '-' ? {} : { key }),
      ...(step === null ? {} : { step }),
      event,
      time: new Date(time).toISOString(),
      ...(state === null ? {} : { state }),
      ...(values.length === 0 ? {} : { params: Object.fromEntries(values) }),
      ...(message === null ? {} : { message }),
      source: name,
    },
  };
}

/** How far into the story's day a time of day lies, ms at its own pace. */
export function offsetOf(at: string): number {
  return (minutesOf(at) - minutesOf(STORY_BEGINS)) * MINUTE + (at < STORY_BEGINS ? STORY_DAY : 0);
}

function minutesOf(at: string): number {
  const [hours = 0, minutes = 0] = at.split(':').map(Number);
  return hours * 60 + minutes;
}
