/**
 * Nested flows from the parent's side: what a child does is what the step that nests it does.
 *
 * 1. The child's start is the step's report; the step commits when all its children have, and fails when all have ended
 *    and one has not committed.
 * 2. What has its alarm at the child has no second one here: failures and re-openings are quiet.
 * 3. Once a waived step was passed, its children move it no more.
 */
import { type Draft, isPassed, stateOf, stepOf } from './draft.ts';
import type { ChildFact } from './fact.ts';
import { beginReport, endVisit, isLive } from './movement.ts';
import { isUnstarted, startInstance } from './starting.ts';

/** Takes a change of the child of a step. */
export function takeChild(draft: Draft, fact: ChildFact): void {
  draft.children = new Map(draft.children).set(`${fact.step}/${fact.entry}`, {
    status: fact.status,
    health: fact.health,
  });
  switch (fact.change) {
    case 'health':
      return;
    case 'starting':
      if (isUnstarted(draft)) startInstance(draft);
      noteTime(draft);
      report(draft, fact.step, false);
      return;
    case 'reopened':
      noteTime(draft);
      report(draft, fact.step, true);
      return;
    case 'outcome':
      noteTime(draft);
      takeOutcome(draft, fact.step);
      return;
    default:
      fact.change satisfies never;
  }
}

function noteTime(draft: Draft): void {
  draft.lastEventAt = Math.max(draft.lastEventAt ?? draft.time, draft.time);
}

/** One child starting while another of the same step runs is not a report of its own. */
function report(draft: Draft, step: number, quiet: boolean): void {
  if (isPassed(draft, step)) return;
  if (stateOf(draft, step).status !== 'running') beginReport(draft, step, { kind: 'report', quiet });
}

function takeOutcome(draft: Draft, step: number): void {
  if (isPassed(draft, step)) return;
  const { nested } = stepOf(draft.flow, step);
  const children = (nested?.suffixes ?? []).map(
    (_, entry) => draft.children.get(`${step}/${entry}`)?.status ?? 'expected',
  );
  if (children.some((status) => status === 'expected' || status === 'running')) return;
  const kind = children.every((status) => status === 'committed') ? 'commit' : 'fail';
  if (!isLive(stateOf(draft, step))) beginReport(draft, step, { kind: 'report', quiet: true });
  endVisit(draft, step, { kind, quiet: true, detail: '' });
}
