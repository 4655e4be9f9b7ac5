/** Who is told of what while a test runs: the policies of its definitions, in the test's own time. */

import type { Definitions, Flow } from '../definitions/index.ts';
import type { AlarmNews } from './alarm-news.ts';
import type { Alarm } from './instance.ts';
import { decideNotices, NO_STATE, type Notice, NotifierMemory, type NotifyFact } from './notifying/index.ts';
import type { SentNotice } from './test-outcome.ts';

export interface TestNotices {
  /** An alarm was raised, raised again or cleared, or a rule notifies; in the order it happened. */
  changed(time: number, fact: NotifyFact): void;
  /** Moves the clock on; gives the notices that are sent on the way. */
  advance(time: number): readonly SentNotice[];
}

/** Begins with nobody told of anything. */
export function createTestNotices(definitions: Definitions): TestNotices {
  const memory = new NotifierMemory(NO_STATE);
  let now = 0;
  let pending: { readonly time: number; readonly fact: NotifyFact }[] = [];
  const wishes = new Map<string, { readonly flow: string; readonly key: string }>();

  function turn(facts: readonly NotifyFact[], at: number): readonly SentNotice[] {
    now = Math.max(now, at);
    const decision = decideNotices({ definitions }, memory, facts, now);
    memory.apply(decision);
    return decision.notices.flatMap((notice) => sent(notice, wishes));
  }

  function wait(until: number): readonly SentNotice[] {
    const told: SentNotice[] = [];
    for (let due = memory.nextDue(); due !== null && due <= until; due = memory.nextDue())
      told.push(...turn([], due));
    return told;
  }

  return {
    changed(time, fact) {
      if (fact.kind === 'wish') wishes.set(`wish/${fact.id}`, { flow: fact.flow, key: fact.key });
      pending.push({ time, fact });
    },
    advance(time) {
      const facts = pending;
      pending = [];
      const told = facts.flatMap(({ time: at, fact }) => [...wait(at), ...turn([fact], at)]);
      return [...told, ...wait(time)];
    },
  };
}

/** An alarm as the notifier hears of it. */
export function alarmNews(
  flow: Flow,
  { key, tradingDay }: { readonly key: string; readonly tradingDay: string },
  alarm: Alarm,
): AlarmNews {
  const { id, step, name, source, severity, text, count, raisedAt, lastAt, clearedAt, clearedBy } = alarm;
  return {
    ...{ id, flow: flow.name, key, step, name, source, severity, group: flow.group, tradingDay, text },
    ...{ count, raisedAt, lastAt, clearedAt, clearedBy },
  };
}

/** A notice for each instance that it is about and each person that it goes to. */
function sent(
  notice: Notice,
  wishes: ReadonlyMap<string, { readonly flow: string; readonly key: string }>,
): readonly SentNotice[] {
  const { id, channel, words, at, alarms, folded, to } = notice;
  const wish = wishes.get(id);
  const about = wish === undefined ? [...alarms, ...folded] : [wish];
  const instances = new Map(about.map(({ flow, key }) => [`${flow}/${key}`, { flow, key }]));
  const text = [words.en, words.zh].map((one) => `${one.subject}\n${one.text}`);
  const persons = to.length === 0 ? [null] : to.map(({ name }) => name);
  return [...instances.values()].flatMap(({ flow, key }) =>
    persons.map((person) => ({
      ...{ time: at, flow, key, channel, to: person, kind: notice.kind },
      ...{ text: text[0] ?? '', zh: text[1] ?? '' },
    })),
  );
}
