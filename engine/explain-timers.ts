/** What became of each due time of an instance: stopped, run out, without meaning when it came, or still ahead. */

import { type Cause, causeOf } from './explain-cause.ts';
import type { Heard } from './explain-heard.ts';
import type { TraceEntry } from './trace.ts';

/** One time that a timer was started; `end` is null while it counts. */
export interface TimerRun {
  readonly armedAt: number;
  readonly due: number;
  readonly end: TimerEnd | null;
}

export type TimerEnd =
  | { readonly kind: 'stopped'; readonly at: number; readonly cause: Cause }
  /** started again before it was due */
  | { readonly kind: 'anew'; readonly at: number }
  | { readonly kind: 'ran-out' }
  /** nothing depended on it any more when it was due */
  | { readonly kind: 'moot' }
  /** the instance was given up, or set back to be expected again */
  | { readonly kind: 'dropped'; readonly at: number; readonly by: 'abandoned' | 'set-back' };

/** Every start of a timer of a step (-1: the flow's own), in order. */
export function timerRuns(heard: readonly Heard[], step: number, name: string): readonly TimerRun[] {
  const runs: TimerRun[] = [];
  let open: { armedAt: number; due: number } | null = null;
  const close = (end: TimerEnd) => {
    if (open !== null) runs.push({ ...open, end });
    open = null;
  };
  for (const each of heard) {
    each.entries.forEach((entry, index) => {
      if (entry.kind === 'stopped' && isOf(entry, step, name)) close(endOf(each, index, step, name));
      if (entry.kind === 'armed' && isOf(entry, step, name)) open = { armedAt: each.at, due: entry.due };
    });
    if (open !== null && !each.after.timers.some((timer) => isOf(timer, step, name)))
      close({
        kind: 'dropped',
        at: each.at,
        by: each.after.status === 'abandoned' ? 'abandoned' : 'set-back',
      });
  }
  if (open !== null) runs.push({ ...(open as { armedAt: number; due: number }), end: null }); // set in the loop
  return runs;
}

/** The event that a due time of a step (-1: the flow's own) is, for trigger tables. */
export function dueEvent(step: number, name: string): string {
  return step < 0 ? name : `timer.${name}`;
}

function endOf(heard: Heard, index: number, step: number, name: string): TimerEnd {
  const { fact, entries, at } = heard;
  if (fact.kind === 'due' && isOf(fact, step, name)) {
    const event = dueEvent(step, name);
    const came = entries.some(
      (entry) => entry.kind === 'happened' && entry.step === step && entry.event === event,
    );
    return { kind: came ? 'ran-out' : 'moot' };
  }
  const next = entries[index + 1];
  if (next?.kind === 'armed' && isOf(next, step, name)) return { kind: 'anew', at };
  return { kind: 'stopped', at, cause: causeOf(heard) };
}

function isOf(
  entry: Pick<Extract<TraceEntry, { kind: 'armed' }>, 'step' | 'name'>,
  step: number,
  name: string,
): boolean {
  return entry.step === step && entry.name === name;
}
