/**
 * Nested flows from the parent's side: what a child does is what the step that nests it does.
 *
 * 1. The child's start is the step's report; the step commits when all its children have, and fails when all have ended
 *    and one has not committed.
 * 2. What has its alarm at the child has no second one here: failures and re-openings are quiet.
 * 3. What one report costs does not grow with the entries of its step: it is judged by their counts.
 * 4. Once a waived step was passed, its children move it no more.
 */
import { endedOf, withChild } from './child-states.ts';
import { type Draft, isPassed, stateOf, stepOf } from './draft.ts';
import type { ChildFact } from './fact.ts';
import { beginReport, endVisit, isLive } from './movement.ts';
import { isUnstarted, startInstance } from './starting.ts';

/** Takes a change of the child of a step. */
export function takeChild(draft: Draft, fact: ChildFact): void {
  draft.children = withChild(draft.children, fact);
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
  const entries = stepOf(draft.flow, step).nested?.suffixes.length ?? 0;
  const { count, committed } = endedOf(draft.children, step, entries);
  if (count < entries) return;
  const kind = committed ? 'commit' : 'fail';
  if (!isLive(stateOf(draft, step))) beginReport(draft, step, { kind: 'report', quiet: true });
  endVisit(draft, step, { kind, quiet: true, detail: '' });
}
