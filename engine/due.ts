/** A due time of one instance has passed: a timer ran out, the start or the end is overdue, or it is given up. */
import { instanceFacts, timerFacts } from './alarm-facts.ts';
import { clearSource } from './alarms.ts';
import type { Draft } from './draft.ts';
import { stateOf, stepOf } from './draft.ts';
import type { Fact } from './fact.ts';
import { changeStatus, isLive } from './movement.ts';
import { happen, type Occurrence } from './rules.ts';
import { disarmTimer, findTimer } from './timers.ts';

/** Fires what was due, unless it no longer matters. */
export function fireDue(draft: Draft, fact: Extract<Fact, { kind: 'due' }>): void {
  if (fact.step < 0) {
    fireFlowDue(draft, fact.name, fact.due);
    return;
  }
  const timer = findTimer(draft, fact);
  disarmTimer(draft, fact.step, fact.name);
  if (timer.moment !== null && !stillMatters(draft, fact.step)) return;
  const { on } = stepOf(draft.flow, fact.step);
  happen(draft, {
    event: `timer.${fact.name}`,
    step: fact.step,
    stepless: false,
    triggers: on,
    alarm: {
      name: fact.name,
      severity: timer.severity,
      detail: draft.flow.calendar.format(fact.due),
      place: timer.at,
      facts: timerFacts(draft, fact.step),
    },
    due: fact.due,
  });
}

/** A time of day matters unless the step has committed or can no longer be reached. */
function stillMatters(draft: Draft, step: number): boolean {
  const state = stateOf(draft, step);
  if (isLive(state) || state.status === 'failed') return true;
  if (state.status === 'committed') return false;
  const { reachable } = stepOf(draft.flow, step);
  return draft.steps.some(
    (other, index) => reachable[index] === true && (isLive(other) || other.status === 'failed'),
  );
}

function fireFlowDue(draft: Draft, name: string, due: number): void {
  const { flow } = draft;
  const occurrence: Omit<Occurrence, 'event' | 'alarm'> = {
    step: -1,
    stepless: true,
    triggers: flow.on,
    due,
  };
  const facts = instanceFacts(draft);
  const detail = flow.calendar.format(due);
  switch (name) {
    case 'start-timeout': {
      disarmTimer(draft, -1, name);
      if (draft.status !== 'expected') return;
      const severity = flow.start?.severity ?? 'warning';
      happen(draft, {
        ...occurrence,
        event: name,
        alarm: { name, severity, detail, place: flow.start?.at ?? null, facts },
      });
      return;
    }
    case 'deadline': {
      disarmTimer(draft, -1, name);
      if (draft.status !== 'expected' && draft.status !== 'running') return;
      const severity = flow.deadline?.severity ?? 'critical';
      happen(draft, {
        ...occurrence,
        event: name,
        alarm: { name, severity, detail, place: flow.deadline?.at ?? null, facts },
      });
      return;
    }
    case 'abandon':
      if (draft.status !== 'expected' && draft.status !== 'running') return;
      changeStatus(draft, 'abandon');
      draft.endedAt = draft.lastEventAt;
      draft.timers = [];
      clearSource(draft, -1, 'deadline', 'ended');
      return;
    default:
      throw new Error(`broken rule: a flow has no due time called ${name}`);
  }
}
