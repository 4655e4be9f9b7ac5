/**
 * One test document -> one test: times become instants, names are looked up in the definitions it is about.
 *
 * 1. A name that nothing has is an error: an alarm that is spelled wrong would never be raised, and prove nothing.
 * 2. A timeline goes forward; what is expected at a time sees all that comes at that time.
 */
import { formatTime, readEvent } from '../checkpoints/index.ts';
import { type Calendar, DEFAULT_CALENDAR } from './calendar.ts';
import { type Findings, unknownName } from './findings.ts';
import type { Action, Definitions, Flow } from './flow.ts';
import { DEFAULT_ALARMS } from './link-alarms.ts';
import type { Day } from './moment.ts';
import type { Located, Place } from './place.ts';
import type { AlarmExpected, Expectation, TestAct, TestCase, TestEntry } from './test-case.ts';
import type {
  AlarmPattern,
  ExpectationDocument,
  NoticePattern,
  TestDocument,
  TestEntryDocument,
  TestSubject,
  TestTime,
  TestWhen,
} from './test-document.ts';

/** What a test is linked with. */
interface TestContext {
  readonly document: TestDocument;
  readonly definitions: Definitions;
  readonly findings: Findings;
  /** the test's own flow; null where it names none */
  readonly own: Flow | null;
  readonly calendar: Calendar;
}

/** The test of a document; null where something of it is wrong: `findings`, empty at first, then has an error. */
export function linkTest(
  document: TestDocument,
  { definitions, findings }: Pick<TestContext, 'definitions' | 'findings'>,
): TestCase | null {
  const own = findOwn(document, definitions, findings);
  const calendar = own?.calendar ?? DEFAULT_CALENDAR;
  const context: TestContext = { document, definitions, findings, own, calendar };
  const { from, times, end } = findTimes(document, context);
  const entries = document.timeline.map((entry, index) =>
    linkEntry(entry, times[index] ?? from, index, context),
  );
  const last: TestEntry = {
    kind: 'expect',
    place: document.expect[0]?.at ?? document.at,
    time: end,
    expect: document.expect.flatMap((each) => linkExpectation(each, context) ?? []),
  };
  const all = [...entries.flatMap((entry) => entry ?? []), last];
  if (document.expect.length === 0 && !document.timeline.some(expects))
    findings.warning(
      document.at,
      'test-expects-nothing',
      `test '${document.name}' expects nothing and so cannot fail: add \`expect: { status: committed }\``,
    );
  if (findings.list().some(({ severity }) => severity === 'error')) return null;
  return {
    name: document.name,
    title: document.title,
    at: document.at,
    zone: calendar.zone,
    from,
    entries: all.toSorted((a, b) => a.time - b.time || rank(a) - rank(b)),
  };
}

function expects(entry: TestEntryDocument): boolean {
  return entry.kind === 'expect' || (entry.kind === 'event' && entry.rejected);
}

function rank(entry: TestEntry): number {
  return entry.kind === 'expect' ? 1 : 0;
}

function findOwn({ flow, at, name }: TestDocument, { flows }: Definitions, findings: Findings): Flow | null {
  if (flow !== null) {
    const found = flows.get(flow.value);
    if (found === undefined)
      findings.error(flow.at, 'unknown-flow', unknownName('flow', flow.value, flows.keys()));
    return found ?? null;
  }
  const [only, ...others] = flows.values();
  if (only !== undefined && others.length === 0) return only;
  const message = `test '${name}' says not which flow it is about: add \`flow: ${only?.name ?? 'settlement'}\``;
  findings.error(at, 'missing-flow', message);
  return null;
}

function findTimes(
  document: TestDocument,
  context: TestContext,
): { readonly from: number; readonly times: readonly number[]; readonly end: number } {
  const { day, timeline, until } = document;
  const { calendar, findings } = context;
  if (day !== null && !calendar.isTradingDay(day.value)) {
    const message = `${day.value} is no trading day of calendar '${calendar.name}': the next is ${calendar.next(day.value)}`;
    findings.error(day.at, 'no-trading-day', message);
  }
  const begin = day === null ? null : calendar.startOf(day.value);
  const first = timeline[0]?.when ?? null;
  const firstAt =
    first === null || first.at === null ? null : instantOf(first.at, dayOf(first, context), context);
  const usual = begin === null ? (firstAt ?? 0) : Math.min(begin, firstAt ?? begin);
  const from = document.from === null ? usual : instantOf(document.from, day?.value ?? null, context);
  let clock = from;
  const times = timeline.map(({ when, place }) => {
    const time = timeOf(when, clock, context);
    if (time < clock) {
      const message = `this lies before what stands above it (${calendar.format(clock)}): put the timeline in the order of time, or add \`day\``;
      findings.error(when.at?.at ?? place, 'time-goes-back', message);
    }
    clock = Math.max(clock, time);
    return time;
  });
  if (until === null) return { from, times, end: clock };
  const end = instantOf(until, day?.value ?? null, context);
  if (end < clock) {
    const message = `this lies before the last entry (${calendar.format(clock)}): move it, or leave it out`;
    findings.error(until.at, 'time-goes-back', message);
  }
  return { from, times, end };
}

function timeOf(when: TestWhen, clock: number, context: TestContext): number {
  if (when.at !== null) return instantOf(when.at, dayOf(when, context), context);
  return when.after === null ? clock : context.calendar.add(clock, when.after);
}

/** The trading day that the moment of an entry belongs to. */
function dayOf({ day }: TestWhen, { document, calendar, findings }: TestContext): Day | null {
  const own = document.day?.value ?? null;
  if (day === null) return own;
  if (day.value !== 'previous' && day.value !== 'next') return day.value;
  if (own !== null) return day.value === 'previous' ? calendar.previous(own) : calendar.next(own);
  const message = `${day.value} is relative to the day of the test, which has none: add \`day: 2026-09-30\` to the test`;
  findings.error(day.at, 'missing-day', message);
  return null;
}

function instantOf({ value, at }: Located<TestTime>, day: Day | null, context: TestContext): number {
  if (value.kind === 'instant') return value.time;
  const { findings, calendar } = context;
  if (day === null) {
    const message =
      'a time of day needs a day: add `day: 2026-09-30` to the test, or write an instant with its offset';
    findings.error(at, 'missing-day', message);
    return 0;
  }
  const { moment } = value;
  const time = calendar.resolve(day, moment);
  if (time !== null) return time;
  const session = moment.kind === 'anchor' ? moment.session : '';
  const message = calendar.sessionNames.includes(session)
    ? `${day} has no session ${session}: choose another day, or write a time of day`
    : unknownName(`session of calendar '${calendar.name}'`, session, calendar.sessionNames);
  findings.error(at, 'unknown-session', message);
  return 0;
}

interface Subject {
  readonly flow: Flow;
  readonly key: string;
}

/** The instance that something is about; null where that cannot be said. */
function subjectOf({ flow, key }: TestSubject, at: Place, context: TestContext): Subject | null {
  const { document, definitions, findings, calendar } = context;
  const found = flow === null ? context.own : (definitions.flows.get(flow.value) ?? null);
  if (found === null) {
    if (flow !== null)
      findings.error(flow.at, 'unknown-flow', unknownName('flow', flow.value, definitions.flows.keys()));
    return null;
  }
  if (key !== null) return { flow: found, key: key.value };
  const own = ownKey(context);
  // A child without a suffix shares the key of the flow that nests it.
  const shares = found.parents.some((parent) => parent.flow === context.own?.name && parent.suffix === '');
  if (own !== null && (found === context.own || shares)) return { flow: found, key: own };
  const usual = usualKey(found, document.day?.value ?? null);
  if (usual !== null) return { flow: found, key: usual };
  const remedy =
    found.key !== null && found === context.own
      ? `add \`day: ${calendar.dayOf(0)}\` or \`key\` to the test`
      : 'add `key`';
  findings.error(
    at,
    'missing-key',
    `which instance of flow '${found.name}' this is about is not said: ${remedy}`,
  );
  return null;
}

/** The key of the test's own instance; null where neither it nor the day gives it. */
function ownKey({ document, own }: TestContext): string | null {
  if (document.key !== null) return document.key.value;
  return own === null ? null : usualKey(own, document.day?.value ?? null);
}

/** The key that events of a flow without one get on a trading day. */
function usualKey({ key }: Flow, day: Day | null): string | null {
  if (key === null || !key.hasDay) return key?.before ?? null;
  return day === null ? null : `${key.before}${day}${key.after}`;
}

function linkEntry(
  entry: TestEntryDocument,
  time: number,
  index: number,
  context: TestContext,
): TestEntry | null {
  const { place } = entry;
  const head = { place, time };
  switch (entry.kind) {
    case 'event':
      return linkEvent(entry, { ...head, index }, context);
    case 'expect':
      return {
        ...head,
        kind: 'expect',
        expect: entry.expect.flatMap((each) => linkExpectation(each, context) ?? []),
      };
    case 'waive':
    case 'unwaive':
    case 'close': {
      const subject = subjectOf(entry, place, context);
      if (subject === null) return null;
      if (entry.step !== null) checkStep(entry.step, subject.flow.stepIndex, subject.flow, context);
      if (entry.kind === 'close') checkAlarm(entry.alarm, subject.flow, context);
      const { kind, reason, by } = entry;
      const act: TestAct = {
        ...{ kind, reason, by, flow: subject.flow.name, key: subject.key, step: entry.step?.value ?? null },
        alarm: entry.kind === 'close' ? entry.alarm.value : null,
      };
      return { ...head, kind: 'act', act };
    }
    default:
      return entry satisfies never;
  }
}

type EventDocument = Extract<TestEntryDocument, { kind: 'event' }>;

function linkEvent(
  entry: EventDocument,
  { place, time, index }: { readonly place: Place; readonly time: number; readonly index: number },
  context: TestContext,
): TestEntry | null {
  const { document, findings } = context;
  const own = context.own?.name ?? '';
  const subject = entry.rejected ? null : subjectOf(entry, place, context);
  if (subject === null && !entry.rejected) return null;
  const happened = entry.time === null ? time : instantOf(entry.time, dayOf(entry.when, context), context);
  const input = {
    id: entry.id?.value ?? `${document.name}-${index + 1}`,
    flow: subject?.flow.name ?? entry.flow?.value ?? own,
    ...optional('key', subject?.key ?? entry.key?.value ?? document.key?.value ?? null),
    ...optional('step', entry.step?.value ?? null),
    event: entry.event,
    time: formatTime(happened),
    ...optional('state', entry.state?.value ?? null),
    ...(entry.params.length === 0
      ? {}
      : { params: Object.fromEntries(entry.params.map(({ name, value }) => [name, value])) }),
    ...optional('message', entry.message),
    ...optional('source', entry.source),
  };
  if (subject === null) return { place, time, kind: 'bad-event', input };
  const { flow } = subject;
  if (entry.step !== null) {
    checkStep(entry.step, flow.byEventName, flow, context);
    const named = flow.byEventName.get(entry.step.value) ?? [];
    const params = new Set(named.flatMap((step) => [...(flow.steps[step]?.paramIndex.keys() ?? [])]));
    for (const { name, at } of named.length === 0 ? [] : entry.params)
      if (!params.has(name))
        findings.error(
          at,
          'unknown-param',
          unknownName(`parameter of step '${entry.step.value}'`, name, params),
        );
  }
  const read = readEvent(input);
  if (read.ok) return { place, time, kind: 'event', event: read.event };
  for (const { message } of read.problems) findings.error(place, 'bad-event', message);
  return null;
}

function optional(key: string, value: string | null): Readonly<Record<string, string>> {
  return value === null ? {} : { [key]: value };
}

function linkExpectation(document: ExpectationDocument, context: TestContext): Expectation | null {
  const subject = subjectOf(document, document.at, context);
  if (subject === null) return null;
  const { flow, key } = subject;
  const { findings } = context;
  for (const { name, at, params, state } of document.steps) {
    checkStep({ value: name, at }, flow.stepIndex, flow, context);
    const step = flow.steps[flow.stepIndex.get(name) ?? -1];
    if (step === undefined) continue;
    for (const param of params)
      if (!step.paramIndex.has(param.name)) {
        const message = unknownName(`parameter of step '${name}'`, param.name, step.paramIndex.keys());
        findings.error(param.at, 'unknown-param', message);
      }
    checkState(state, step.states?.states ?? null, context);
  }
  checkState(document.state, flow.states?.states ?? null, context);
  for (const notice of [...document.notified, ...document.notNotified]) checkNotice(notice, flow, context);
  const alarms = (patterns: readonly AlarmPattern[]) =>
    patterns.map((each) => linkAlarm(each, flow, context));
  return {
    ...document,
    ...{ flow: flow.name, key, raised: alarms(document.raised), notRaised: alarms(document.notRaised) },
    cleared: alarms(document.cleared),
    alarms: document.alarms === null ? null : alarms(document.alarms),
    open: document.open === null ? null : alarms(document.open),
  };
}

function linkAlarm(pattern: AlarmPattern, flow: Flow, context: TestContext): AlarmExpected {
  const { at, alarm, step, raised } = pattern;
  checkAlarm({ value: alarm, at }, flow, context);
  if (step !== null) checkStep(step, flow.stepIndex, flow, context);
  const day = context.document.day?.value ?? null;
  return { ...pattern, raised: raised === null ? null : instantOf(raised, day, context) };
}

function checkStep(
  { value, at }: Located<string>,
  known: ReadonlyMap<string, unknown>,
  flow: Flow,
  { findings }: TestContext,
): void {
  if (!known.has(value))
    findings.error(at, 'unknown-step', unknownName(`step of flow '${flow.name}'`, value, known.keys()));
}

function checkState(
  state: Located<string> | null,
  states: readonly string[] | null,
  { findings }: TestContext,
): void {
  if (state === null || states === null || states.includes(state.value)) return;
  findings.error(state.at, 'unknown-state', unknownName('state', state.value, states));
}

function checkAlarm({ value, at }: Located<string>, flow: Flow, { findings }: TestContext): void {
  const names = alarmNamesOf(flow);
  if (names === null || names.has(value)) return;
  findings.error(at, 'unknown-alarm', unknownName(`alarm of flow '${flow.name}'`, value, names));
}

function checkNotice({ channel, to, at }: NoticePattern, flow: Flow, context: TestContext): void {
  const { findings, definitions } = context;
  const { channels, people } = definitions.notifying;
  const actions = actionsOf(flow);
  const named = actions.flatMap((action) => (action.kind === 'notify' ? [action.channel] : []));
  const known = new Set([...channels.keys(), ...named]);
  if (!known.has(channel) && !actions.some(({ kind }) => kind === 'call'))
    findings.error(at, 'unknown-channel', unknownName('channel', channel, known));
  if (to !== null && !people.has(to))
    findings.error(at, 'unknown-person', unknownName('person', to, people.keys()));
}

/** The alarms that a flow can raise; null where a handler may raise any. */
export function alarmNamesOf(flow: Flow): ReadonlySet<string> | null {
  const names = new Set(DEFAULT_ALARMS);
  for (const { timers } of flow.steps) for (const { name } of timers) names.add(name);
  for (const action of actionsOf(flow)) {
    if (action.kind === 'call') return null;
    if (action.kind === 'alarm') names.add(action.name);
  }
  return names;
}

function actionsOf(flow: Flow): readonly Action[] {
  const tables = [flow.on, ...flow.steps.map(({ on }) => on), ...flow.connectors.map(({ on }) => on)];
  return tables.flatMap((on) => [...on.values()].flat()).flatMap(({ actions }) => actions);
}
