/**
 * A test of definitions, run in virtual time on a watch of its own.
 *
 * 1. What is expected at a time sees what came and what was due up to and at that time.
 * 2. Whatever fails, the test goes on to its end: all that is not as expected is told.
 */

import { readEvent } from '../checkpoints/index.ts';
import type { Definitions, TestAct, TestCase, TestEntry } from '../definitions/index.ts';
import { checkExpectation, type Seen } from './check-expectation.ts';
import { nameOf } from './family.ts';
import type { AlarmChange } from './harvest.ts';
import { createWatch } from './live-watch.ts';
import { alarmNews, createTestNotices, type TestNotices } from './test-notices.ts';
import type { SentNotice, TestFailure, TestHappening, TestOutcome } from './test-outcome.ts';
import type { Trace, TraceEntry } from './trace.ts';
import type { Watch } from './watch.ts';

export interface TestOptions {
  /** hears what every decision does */
  readonly trace?: Trace;
}

/** Runs a test to its end; the same test with the same definitions always gives the same outcome. */
export function runTest(definitions: Definitions, test: TestCase, options: TestOptions = {}): TestOutcome {
  const run = new TestRun(definitions, options);
  run.watch.advance(test.from);
  const last = test.entries.at(-1);
  for (const entry of test.entries) run.enter(entry, entry === last);
  return { test, failures: run.failures, happenings: run.happenings };
}

class TestRun {
  readonly watch: Watch;
  readonly failures: TestFailure[] = [];
  readonly happenings: TestHappening[] = [];
  readonly #alarms = new Map<string, AlarmChange>();
  readonly #notices: SentNotice[] = [];
  readonly #published: { flow: string; key: string; subject: string }[] = [];
  readonly #told: TestNotices;
  #acts = 0;
  #wishes = 0;

  constructor(definitions: Definitions, { trace }: TestOptions) {
    this.#told = createTestNotices(definitions);
    const record = recorder(this.happenings, this.#told);
    const hear: Trace = (before, entry) => {
      record(before, entry);
      trace?.(before, entry);
    };
    this.watch = createWatch({ definitions, clock: null, trace: hear });
  }

  enter(entry: TestEntry, isLast: boolean): void {
    switch (entry.kind) {
      case 'event': {
        const { event, time, place } = entry;
        const taken = this.watch.take(event, time);
        const about = { flow: event.flow, key: event.key ?? '' };
        if (taken.kind === 'refused') this.#reject({ ...about, place, time }, taken.reason);
        break;
      }
      case 'bad-event':
        this.#takeBad(entry);
        break;
      case 'act':
        this.#act(entry.act, entry);
        break;
      case 'expect': {
        // What is due at this very time is part of it; nothing else comes at it, see the order of entries.
        this.watch.advance(isLast ? entry.time : entry.time + 1);
        if (isLast) this.watch.flush();
        break;
      }
      default:
        entry satisfies never;
    }
    this.#gather(entry.time);
    if (entry.kind !== 'expect') return;
    for (const expectation of entry.expect) {
      const watched = this.watch.instances.get(nameOf(expectation.flow, expectation.key)) ?? null;
      const seen: Seen = {
        time: entry.time,
        watched,
        alarms: [...this.#alarms.values()].filter(isOf(expectation)),
        notices: this.#notices.filter((one) => one.flow === expectation.flow && one.key === expectation.key),
        published: this.#published
          .filter((one) => one.flow === expectation.flow && one.key === expectation.key)
          .map(({ subject }) => subject),
      };
      this.failures.push(...checkExpectation(expectation, seen));
    }
  }

  #reject(about: Omit<TestFailure, 'kind'>, reason: string): void {
    this.failures.push({ ...about, kind: 'rejected', reason });
    this.happenings.push({ time: about.time, flow: about.flow, key: about.key, kind: 'rejected', reason });
  }

  #takeBad({ input, time, place }: Extract<TestEntry, { kind: 'bad-event' }>): void {
    const read = readEvent(input);
    const reason = read.ok ? null : read.problems.map(({ message }) => message).join('; ');
    const taken = read.ok ? this.watch.take(read.event, time) : null;
    const refused = reason ?? (taken?.kind === 'refused' ? taken.reason : null);
    const { flow = '', key = '' } = Object(input) as { flow?: string; key?: string };
    if (refused === null) this.failures.push({ place, time, flow, key, kind: 'not-rejected' });
    else this.happenings.push({ time, flow, key, kind: 'rejected', reason: refused });
  }

  #act(act: TestAct, { place, time }: TestEntry): void {
    const { flow, key, step, reason, by, kind } = act;
    const done = { id: `test-act-${++this.#acts}`, flow, reason, by, time };
    const about = { place, time, flow, key };
    if (kind !== 'close') {
      const acted = this.watch.act({ ...done, kind, key, day: null, step }, time);
      if (acted.kind === 'refused') this.#reject(about, acted.reason);
      return;
    }
    this.watch.advance(time);
    const alarms = this.watch.instances.get(nameOf(flow, key))?.instance.alarms ?? [];
    const alarm = alarms.find((one) => one.name === act.alarm && (step === null || one.step === step));
    if (alarm === undefined) {
      this.#reject(about, `no alarm '${act.alarm}' of ${flow} ${key} is open`);
      return;
    }
    const acted = this.watch.act({ ...done, kind, key, alarm: alarm.id }, time);
    if (acted.kind === 'refused') this.#reject(about, acted.reason);
  }

  #gather(time: number): void {
    const { alarms, wishes } = this.watch.harvest();
    for (const change of alarms) this.#alarms.set(change.alarm.id, change);
    for (const { flow, key, effect } of wishes) {
      const about = { flow: flow.name, key };
      if (effect.kind === 'notify') {
        const { channel, text } = effect;
        const id = String(++this.#wishes);
        this.#told.changed(effect.time, { kind: 'wish', id, channel, text, ...about });
      }
      if (effect.kind === 'publish') this.#published.push({ ...about, subject: effect.subject });
    }
    for (const notice of this.#told.advance(time)) this.#send(notice);
  }

  #send(notice: SentNotice): void {
    this.#notices.push(notice);
    const { time, flow, key } = notice;
    this.happenings.push({ kind: 'notice', time, flow, key, notice });
  }
}

function isOf(subject: { readonly flow: string; readonly key: string }): (change: AlarmChange) => boolean {
  return ({ flow, key }) => flow.name === subject.flow && key === subject.key;
}

/** Writes down what decisions do. */
function recorder(happenings: TestHappening[], told: TestNotices): (...told: Parameters<Trace>) => void {
  let time = 0;
  let flow: Extract<TraceEntry, { kind: 'fact' }>['flow'] | null = null;
  return (before, entry) => {
    const of = { flow: before.flow, key: before.key };
    switch (entry.kind) {
      case 'fact': {
        const { fact } = entry;
        flow = entry.flow;
        time = fact.kind === 'event' ? fact.event.time : fact.kind === 'due' ? fact.due : fact.time;
        if (fact.kind === 'event') {
          const { kind: event, step, state, params } = fact.event;
          happenings.push({ time, ...of, kind: 'event', event, step, state, params });
        }
        if (fact.kind === 'waive')
          happenings.push({ time, ...of, kind: 'act', act: fact.revoked ? 'unwaive' : 'waive', by: fact.by });
        if (fact.kind === 'close') happenings.push({ time, ...of, kind: 'act', act: 'close', by: fact.by });
        return;
      }
      case 'step': {
        const step = flow?.steps[entry.step]?.name ?? '';
        happenings.push({ time, ...of, kind: 'step', step, from: entry.from, to: entry.to });
        return;
      }
      case 'alarm': {
        const { change, alarm } = entry;
        const { step, name, severity } = alarm;
        const at = change === 'cleared' ? (alarm.clearedAt ?? time) : alarm.lastAt;
        happenings.push({ time: at, ...of, kind: 'alarm', change, step, name, severity });
        if (flow !== null) told.changed(at, { kind: 'alarm', alarm: alarmNews(flow, before, alarm) });
        return;
      }
      default:
        return;
    }
  };
}
