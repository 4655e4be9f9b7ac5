/** One expectation of a test, held against what there is. */
import type { Value } from '../checkpoints/index.ts';
import type { AlarmExpected, Expectation, NoticePattern } from '../definitions/index.ts';
import type { AlarmChange } from './harvest.ts';
import type { SentNotice, TestFailure } from './test-outcome.ts';
import { type AlarmView, viewAlarm, viewInstance } from './view.ts';
import type { Watched } from './watched.ts';

/** What there is of the instance that an expectation is about. */
export interface Seen {
  readonly time: number;
  readonly watched: Watched | null;
  /** the latest form of every alarm raised so far */
  readonly alarms: readonly AlarmChange[];
  readonly notices: readonly SentNotice[];
  readonly published: readonly string[];
}

/** Two numbers that differ by less than this part of them are the same: what is derived is rounded by the machine. */
const PRECISION = 1e-9;

/** All that is not as expected. */
export function checkExpectation(expectation: Expectation, seen: Seen): TestFailure[] {
  return [
    ...checkInstance(expectation, seen),
    ...checkAlarms(expectation, seen),
    ...checkNotices(expectation, seen),
  ];
}

function checkInstance(expectation: Expectation, { time, watched }: Seen): TestFailure[] {
  const { at: place, flow, key } = expectation;
  const head = { time, flow, key };
  const failures: TestFailure[] = [];
  const view = watched === null ? null : viewInstance(watched.flow, watched.instance);
  const compare = (
    of: Pick<Extract<TestFailure, { kind: 'value' }>, 'what' | 'step' | 'name' | 'place'>,
    expected: Value | null,
    actual: Value | null,
  ) => {
    if (expected === null || isSame(expected, actual)) return;
    failures.push({ kind: 'value', ...head, ...of, expected, actual });
  };
  const own = { step: null, name: null, place };
  compare({ ...own, what: 'status' }, expectation.status, view?.status ?? 'none');
  compare({ ...own, what: 'health' }, expectation.health, view?.health ?? null);
  compare({ ...own, what: 'deviated' }, expectation.deviated, view?.deviated ?? null);
  const state = expectation.state;
  if (state !== null)
    compare({ ...own, place: state.at, what: 'state' }, state.value, watched?.instance.state ?? null);
  for (const wanted of expectation.steps) {
    const step = view?.steps[wanted.name];
    const of = { step: wanted.name, name: null, place: wanted.at };
    compare({ ...of, what: 'status' }, wanted.status, step?.status ?? null);
    compare({ ...of, what: 'state' }, wanted.state?.value ?? null, step?.state ?? null);
    compare({ ...of, what: 'visits' }, wanted.visits, step?.visits ?? null);
    for (const { name, at, value } of wanted.params)
      compare({ ...of, place: at, what: 'param', name }, value, step?.params[name] ?? null);
  }
  return failures;
}

function isSame(expected: Value, actual: Value | null): boolean {
  if (typeof expected !== 'number' || typeof actual !== 'number') return expected === actual;
  return Math.abs(expected - actual) <= PRECISION * Math.max(Math.abs(expected), Math.abs(actual));
}

function checkAlarms(expectation: Expectation, { time, alarms }: Seen): TestFailure[] {
  const { flow, key, at } = expectation;
  const head = { time, flow, key };
  const views = alarms.map((change) => viewAlarm(flow, key, change.alarm));
  const open = views.filter(({ clearedAt }) => clearedAt === null);
  const failures: TestFailure[] = [];
  const missing = (
    list: Extract<TestFailure, { kind: 'alarm-missing' }>['list'],
    pattern: AlarmExpected,
    there: readonly AlarmView[],
  ) => failures.push({ ...head, place: pattern.at, kind: 'alarm-missing', list, pattern, there });

  const exactly = (
    list: 'alarms' | 'open',
    patterns: readonly AlarmExpected[],
    there: readonly AlarmView[],
  ) => {
    const left = [...there];
    for (const pattern of patterns.toSorted((a, b) => precision(b) - precision(a))) {
      const found = left.findIndex((alarm) => fits(pattern, alarm));
      if (found < 0) missing(list, pattern, there);
      else left.splice(found, 1);
    }
    for (const alarm of left) failures.push({ ...head, place: at, kind: 'alarm-surplus', list, alarm });
  };
  if (expectation.alarms !== null) exactly('alarms', expectation.alarms, views);
  if (expectation.open !== null) exactly('open', expectation.open, open);
  for (const pattern of expectation.raised)
    if (!views.some((alarm) => fits(pattern, alarm))) missing('raised', pattern, views);
  for (const pattern of expectation.notRaised)
    for (const alarm of views.filter((each) => fits(pattern, each)))
      failures.push({ ...head, place: pattern.at, kind: 'alarm-surplus', list: 'not-raised', alarm });
  for (const pattern of expectation.cleared) {
    const found = views.filter((alarm) => fits(pattern, alarm));
    if (found.length === 0) missing('cleared', pattern, views);
    for (const alarm of found)
      if (alarm.clearedAt === null) failures.push({ ...head, place: pattern.at, kind: 'not-cleared', alarm });
  }
  return failures;
}

function fits(pattern: AlarmExpected, alarm: AlarmView): boolean {
  const { step, severity, source, count, text, raised } = pattern;
  return (
    alarm.name === pattern.alarm &&
    (step === null || alarm.step === step.value) &&
    (severity === null || alarm.severity === severity) &&
    (source === null || alarm.source === source) &&
    (count === null || alarm.count === count) &&
    (text === null || alarm.text.includes(text)) &&
    (raised === null || Date.parse(alarm.raisedAt) === raised)
  );
}

/** How much a pattern asks: those that fit fewer alarms choose first. */
function precision({ step, severity, source, count, text, raised }: AlarmExpected): number {
  return [step, severity, source, count, text, raised].filter((each) => each !== null).length;
}

function checkNotices(expectation: Expectation, { time, notices, published }: Seen): TestFailure[] {
  const { flow, key } = expectation;
  const head = { time, flow, key };
  const isMeant = (pattern: NoticePattern) => (notice: SentNotice) =>
    notice.channel === pattern.channel &&
    (pattern.to === null || notice.to === pattern.to) &&
    (pattern.text === null || notice.text.includes(pattern.text) || notice.zh.includes(pattern.text));
  const failures: TestFailure[] = [];
  for (const pattern of expectation.notified)
    if (!notices.some(isMeant(pattern)))
      failures.push({ ...head, place: pattern.at, kind: 'notice-missing', pattern, there: notices });
  for (const pattern of expectation.notNotified)
    for (const notice of notices.filter(isMeant(pattern)))
      failures.push({ ...head, place: pattern.at, kind: 'notice-surplus', notice });
  for (const { value, at } of expectation.published)
    if (!published.includes(value))
      failures.push({ ...head, place: at, kind: 'publication-missing', subject: value, there: published });
  return failures;
}
