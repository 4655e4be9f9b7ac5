/**
 * The rule of telling, pure: what people know, facts and the time in; what they are to be told, out.
 *
 * 1. Same definitions, state, facts and time give the same decision, byte for byte; ids of notices are made of causes.
 * 2. Every alarm that stands is told, or is quiet for a reason that is put down with it; nothing is forgotten.
 * 3. No notice has the id of an earlier one.
 * 4. What falls due is done in the order: silences, calm items, severities, troubles, levels, repeats, storms; until
 *    nothing is due any more.
 */
import { Desk, type NotifyRules } from './desk.ts';
import { type First, lookAt } from './look.ts';
import type { NotifierMemory } from './notifier-memory.ts';
import type { Trouble } from './notifier-state.ts';
import type { NotifyDecision, NotifyFact } from './notify-fact.ts';
import { escalate, repeat } from './remind.ts';
import { lookAtStorm, tellFirsts } from './storms.ts';
import { expire, takeAct } from './take-act.ts';
import { calmDown, rise, takeAlarm } from './take-alarm.ts';
import { tellUndeliverable, tellWish } from './take-wish.ts';

const MOST_ROUNDS = 1000;

/** Takes facts in their order at a time, then does all that is due by then. The memory is not changed: `apply` does that. */
export function decideNotices(
  rules: NotifyRules,
  memory: NotifierMemory,
  facts: readonly NotifyFact[],
  now: number,
): NotifyDecision {
  const desk = new Desk(rules, memory, now);
  for (const fact of facts) take(desk, fact);
  for (let round = 0; desk.isDue(); round += 1) {
    if (round > MOST_ROUNDS) throw new Error('broken rule: what is due is done once, and falls due later');
    doWhatIsDue(desk);
  }
  return {
    ...{ notices: desk.notices, history: desk.history, acts: desk.acts },
    handlings: desk.handlings.changes(),
    troubles: desk.troubles.changes(),
    silences: desk.silences.changes(),
    items: desk.items.changes(),
    storms: desk.storms.changes(),
  };
}

function take(desk: Desk, fact: NotifyFact): void {
  switch (fact.kind) {
    case 'alarm':
      takeAlarm(desk, fact.alarm);
      break;
    case 'wish':
      tellWish(desk, fact);
      break;
    case 'act':
      takeAct(desk, fact.act, fact.known);
      break;
    case 'definitions':
      lookAgain(desk);
      break;
    case 'undeliverable':
      tellUndeliverable(desk, fact.notice, fact.reason);
      break;
    default:
      fact satisfies never;
  }
}

/** What nobody is told of is looked at under the definitions in force. */
function lookAgain(desk: Desk): void {
  for (const { outcome, trouble } of desk.handlings.values())
    if (outcome === 'unrouted' || outcome === 'muted') desk.wake(trouble, desk.now);
}

function doWhatIsDue(desk: Desk): void {
  const { now } = desk;
  const isPast = (time: number | null | undefined) => time != null && time <= now;
  const troubles = (due: (trouble: Trouble) => number | null) =>
    desk.troubles.dueBy(now).filter((id) => {
      const trouble = desk.troubles.get(id);
      return trouble !== undefined && isPast(due(trouble));
    });

  for (const id of desk.silences.dueBy(now)) expire(desk, id);
  for (const id of desk.items.dueBy(now)) calmDown(desk, id);
  for (const id of desk.handlings.dueBy(now)) rise(desk, id);
  const firsts: First[] = [];
  for (const id of troubles(({ lookAt: at }) => at)) {
    const first = lookAt(desk, id);
    if (first !== null) firsts.push(first);
  }
  tellFirsts(desk, firsts);
  for (const id of troubles(({ escalateAt }) => escalateAt)) escalate(desk, id);
  for (const id of troubles(({ repeatAt }) => repeatAt)) repeat(desk, id);
  for (const id of desk.storms.dueBy(now)) lookAtStorm(desk, id);
}
