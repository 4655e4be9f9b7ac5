/**
 * What can be known to be wrong with a `calendar` document before it is used. The reader has checked the shape and
 * the spelling of every key; here the parts are held against each other.
 *
 * 1. A calendar without errors can be made by createCalendar and has a trading day in every week of its pattern.
 * 2. A warning is something that works and hardly means what was meant.
 */
import { createCalendar } from './calendar.ts';
import { type DayNumber, dayNumber, dayText } from './calendar-days.ts';
import { belongsToNext, turnOf } from './calendar-turn.ts';
import { isZone } from './calendar-zone.ts';
import type { CalendarDocument, DayDocument, SessionDocument } from './document.ts';
import { lacks } from './lost.ts';
import { type DateRange, type Day, formatTimeOfDay, parseDay, type TimeOfDay } from './moment.ts';
import type { Finding, Place } from './place.ts';

const DAY = 86_400_000;
const WARNING_DAYS = 30;

/** Everything wrong with a calendar document, in the order of its keys; without an error it can be created. */
export function checkCalendar(document: CalendarDocument): Finding[] {
  const findings = [
    ...checkZone(document),
    ...checkWeek(document),
    ...checkHolidays(document),
    ...document.days.flatMap((day) => checkOverride(document, day)),
    ...checkTurn(document),
    ...checkValidUntil(document),
  ];
  if (isUnsure(document) || findings.some((finding) => finding.severity === 'error')) return findings;
  return [...findings, ...checkNights(document), ...checkOverridden(document)];
}

/** Whether something of a calendar is lost by which days and sessions are reckoned, so that it cannot be used. */
export function isUnsure(document: CalendarDocument): boolean {
  const { sessions, days } = document;
  return (
    lacks(document, 'zone', 'weekend', 'holidays', 'workdays', 'no-night', 'sessions', 'days', 'turn') ||
    [...sessions, ...days, ...days.flatMap((day) => day.sessions)].some(({ lost }) => lost !== undefined)
  );
}

/**
 * Whether a calendar is still kept up: a warning from 30 days before `valid-until`, an error past it, else nothing.
 * `today` is a date in the calendar's zone.
 */
export function calendarExpiry(document: CalendarDocument, today: Day): Finding[] {
  const until = document.validUntil;
  if (!until || !parseDay(until.value).ok) return [];
  const left = dayNumber(until.value) - dayNumber(today);
  const remedy = 'list the holidays that follow and move valid-until';
  if (left < 0) {
    return [
      error(until.at, 'calendar-expired', `calendar ${document.name} ended on ${until.value}: ${remedy}`),
    ];
  }
  if (left > WARNING_DAYS) return [];
  const when = left === 0 ? 'today' : left === 1 ? 'tomorrow' : `in ${left} days`;
  return [
    warning(
      until.at,
      'calendar-expires',
      `calendar ${document.name} ends ${when}, on ${until.value}: ${remedy}`,
    ),
  ];
}

function checkZone({ zone }: CalendarDocument): Finding[] {
  if (!zone || isZone(zone.value)) return [];
  const remedy = 'write a name of the tz database, such as Asia/Shanghai, Europe/London or UTC';
  return [error(zone.at, 'unknown-zone', `there is no time zone "${zone.value}": ${remedy}`)];
}

function checkWeek({ at, weekend }: CalendarDocument): Finding[] {
  if (new Set(weekend).size < 7) return [];
  const remedy = 'leave at least one day out of weekend, and list its exceptions as holidays';
  return [
    error(at, 'no-trading-day', `with all seven days as weekend no trading day would ever follow: ${remedy}`),
  ];
}

function checkHolidays({ at, holidays, workdays }: CalendarDocument): Finding[] {
  return workdays.flatMap((workday) =>
    holidays
      .filter((holiday) => holiday.from <= workday.to && workday.from <= holiday.to)
      .map((holiday) => {
        const from = [holiday.from, workday.from].sort()[1] ?? '';
        const to = [holiday.to, workday.to].sort()[0] ?? '';
        const both = rangeText({ from, to });
        return error(
          at,
          'holiday-and-workday',
          `${both} is a holiday and a workday: leave it in one of the two lists`,
        );
      }),
  );
}

function checkOverride(document: CalendarDocument, day: DayDocument): Finding[] {
  const { sessions } = document;
  const date = parseDay(day.date);
  if (!date.ok && !lacks(day, 'name')) return [error(day.at, 'invalid-date', date.message)];
  if (lacks(document, 'sessions')) return [];
  return day.sessions
    .filter((change) => !lacks(change, 'name') && !sessions.some((session) => session.name === change.name))
    .map((change) => {
      const names = sessions.map((session) => session.name).join(', ');
      const remedy = names ? `it has ${names}` : 'add it under sessions first';
      return error(change.at, 'unknown-session', `this calendar has no session "${change.name}": ${remedy}`);
    });
}

function checkTurn(document: CalendarDocument): Finding[] {
  // Without a turn of its own the sessions say it.
  if (lacks(document, 'turn') || (document.turn === null && lacksHours(document))) return [];
  const turn = turnOf(document);
  if (document.turn !== null && turn < DAY / 2) {
    const message = `from ${formatTimeOfDay(turn)} on the next trading day counts, so nearly a whole day counts to the next: turn is an hour of the evening, such as "20:00", or left out`;
    return [warning(document.at, 'early-turn', message)];
  }
  return document.sessions
    .filter((session) => !lacks(session, 'from', 'to', 'day'))
    .flatMap((session) => checkAgainstTurn(session, turn));
}

function lacksHours(document: CalendarDocument): boolean {
  return lacks(document, 'sessions') || document.sessions.some((session) => lacks(session, 'from', 'day'));
}

function checkAgainstTurn(session: SessionDocument, turn: TimeOfDay): Finding[] {
  const hour = formatTimeOfDay(turn);
  if (belongsToNext(session)) {
    if (session.from >= turn) return [];
    const message = `session ${session.name} opens at ${formatTimeOfDay(session.from)}, before the turn at ${hour}, and so counts to the day before at first: move turn to its start`;
    return [warning(session.at, 'session-before-turn', message)];
  }
  const close = session.to > session.from ? session.to : session.to + DAY;
  if (close <= turn) return [];
  const remedy = turn === DAY ? 'give it "day: next", or a turn' : 'move turn to its end';
  const message = `session ${session.name} closes after the turn at ${hour}, and so counts to the next trading day at last: ${remedy}`;
  return [warning(session.at, 'session-past-turn', message)];
}

function checkValidUntil({ validUntil }: CalendarDocument): Finding[] {
  const day = validUntil ? parseDay(validUntil.value) : null;
  return validUntil && day && !day.ok ? [error(validUntil.at, 'invalid-date', day.message)] : [];
}

function checkNights(document: CalendarDocument): Finding[] {
  const { at, noNight, sessions } = document;
  if (noNight.length > 0 && !sessions.some(belongsToNext)) {
    const message =
      'no-night has no effect without a session with "day: next": add "day: next" to the night session';
    return [warning(at, 'idle-no-night', message)];
  }
  const calendar = createCalendar(document);
  return noNight
    .filter((range) => !datesOf(range).some((day) => calendar.isTradingDay(dayText(day))))
    .map((range) => {
      const remedy =
        'a night session is held on the evening of a trading day: name that one, or leave it out';
      return warning(at, 'idle-no-night', `${rangeText(range)} has no night session anyway: ${remedy}`);
    });
}

function checkOverridden(document: CalendarDocument): Finding[] {
  const calendar = createCalendar(document);
  return document.days.flatMap((day) => {
    if (!calendar.isTradingDay(day.date)) {
      const remedy = 'correct the date, or take it out of holidays';
      return [
        warning(day.at, 'idle-day', `${day.date} is no trading day and has no sessions to change: ${remedy}`),
      ];
    }
    return day.sessions
      .filter((change) => calendar.session(day.date, change.name) === null)
      .map((change) => {
        const eve = calendar.previous(day.date);
        const message = `${day.date} has no session ${change.name}, since ${eve} is in no-night: leave one of them out`;
        return warning(change.at, 'idle-day', message);
      });
  });
}

function datesOf(range: DateRange): DayNumber[] {
  const first = dayNumber(range.from);
  return Array.from({ length: dayNumber(range.to) - first + 1 }, (_, index) => first + index);
}

function rangeText(range: DateRange): string {
  return range.from === range.to ? range.from : `${range.from}..${range.to}`;
}

function error(at: Place, code: string, message: string): Finding {
  return { at, severity: 'error', code, message };
}

function warning(at: Place, code: string, message: string): Finding {
  return { at, severity: 'warning', code, message };
}
