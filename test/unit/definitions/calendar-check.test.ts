import { describe, expect, test } from 'vitest';
import { type CalendarDocument, calendarExpiry, checkCalendar } from '../../../definitions/index.ts';
import { at, calendarDocument, override, ranges, SHFE, session, time } from './calendar-documents.ts';

const night = session('night', '21:00', '02:30', 'next');
const day = session('day', '09:00', '15:00');

function found(document: CalendarDocument): string[] {
  return checkCalendar(document).map((finding) => `${finding.severity} ${finding.code}`);
}

test('a calendar of a real exchange and an empty one are in order', () => {
  expect(checkCalendar(SHFE)).toEqual([]);
  expect(checkCalendar(calendarDocument())).toEqual([]);
});

describe('found to be wrong is', () => {
  test.each<[string, string, Partial<CalendarDocument>]>([
    ['a zone that does not exist', 'error unknown-zone', { zone: { value: 'Asia/Beijing', at } }],
    ['the zone of whatever machine it runs on', 'error unknown-zone', { zone: { value: 'local', at } }],
    [
      'a week of weekends',
      'error no-trading-day',
      { weekend: [1, 2, 3, 4, 5, 6, 7], workdays: ranges('2026-05-01') },
    ],
    [
      'a date that is holiday and workday',
      'error holiday-and-workday',
      { holidays: ranges('2026-10-01..2026-10-07'), workdays: ranges('2026-10-07..2026-10-08') },
    ],
    [
      'a change of a session that is not there',
      'error unknown-session',
      { days: [override('2026-02-13', 'day', { to: '11:30' })] },
    ],
    [
      'a change on a date that does not exist',
      'error invalid-date',
      { sessions: [day], days: [override('2026-02-30', 'day', { to: '11:30' })] },
    ],
    ['an end that is no date', 'error invalid-date', { validUntil: { value: '2026-06-31', at } }],
    [
      'a change on a holiday',
      'warning idle-day',
      {
        sessions: [day],
        holidays: ranges('2026-02-16'),
        days: [override('2026-02-16', 'day', { to: '11:30' })],
      },
    ],
    [
      'a change of a night that is not held',
      'warning idle-day',
      {
        sessions: [night],
        noNight: ranges('2026-02-12'),
        days: [override('2026-02-13', 'night', { to: '23:30' })],
      },
    ],
    ['no-night without a night', 'warning idle-no-night', { sessions: [day], noNight: ranges('2026-09-30') }],
    [
      'no-night on a holiday',
      'warning idle-no-night',
      { sessions: [night], holidays: ranges('2026-10-01'), noNight: ranges('2026-10-01') },
    ],
    ['a turn in the morning', 'warning early-turn', { turn: time('06:00'), sessions: [day] }],
    [
      'a turn after the night has begun',
      'warning session-before-turn',
      { turn: time('22:00'), sessions: [night] },
    ],
    [
      'a turn before the day has ended',
      'warning session-past-turn',
      { turn: time('14:00'), sessions: [day] },
    ],
    [
      'a session past midnight that belongs to its date',
      'warning session-past-turn',
      { sessions: [session('late', '22:00', '02:00')] },
    ],
  ])('%s', (_, finding, keys) => {
    expect(found(calendarDocument(keys))).toEqual([finding]);
  });
});

test('each finding names the place and the remedy', () => {
  const place = { file: 'calendar.yaml', line: 4, column: 7 };
  expect(checkCalendar(calendarDocument({ zone: { value: 'Asia/Beijing', at: place } }))).toEqual([
    {
      at: place,
      severity: 'error',
      code: 'unknown-zone',
      message:
        'there is no time zone "Asia/Beijing": write a name of the tz database, such as Asia/Shanghai, Europe/London or UTC',
    },
  ]);
  const both = calendarDocument({
    holidays: ranges('2026-10-01..2026-10-07'),
    workdays: ranges('2026-10-06..2026-10-09'),
  });
  expect(checkCalendar(both)[0]?.message).toBe(
    '2026-10-06..2026-10-07 is a holiday and a workday: leave it in one of the two lists',
  );
});

test('sessions of several products may overlap', () => {
  const sessions = [
    session('grain', '21:00', '23:00', 'next'),
    night,
    day,
    session('auction', '08:55', '09:00'),
  ];
  expect(found(calendarDocument({ sessions }))).toEqual([]);
});

describe('a calendar that ends on 2026-12-31', () => {
  test.each([
    ['2026-11-30', [], ''],
    ['2026-12-01', ['warning calendar-expires'], 'ends in 30 days, on 2026-12-31'],
    ['2026-12-30', ['warning calendar-expires'], 'ends tomorrow'],
    ['2026-12-31', ['warning calendar-expires'], 'ends today'],
    [
      '2027-01-01',
      ['error calendar-expired'],
      'ended on 2026-12-31: list the holidays that follow and move valid-until',
    ],
  ])('is on %s %j', (today, codes, text) => {
    const findings = calendarExpiry(SHFE, today);
    expect(findings.map((finding) => `${finding.severity} ${finding.code}`)).toEqual(codes);
    expect(findings[0]?.message ?? '').toContain(text);
  });

  test('is not asked of one without an end, nor of an end that is no date', () => {
    expect(calendarExpiry(calendarDocument(), '2099-01-01')).toEqual([]);
    expect(calendarExpiry(calendarDocument({ validUntil: { value: 'never', at } }), '2099-01-01')).toEqual(
      [],
    );
  });
});
