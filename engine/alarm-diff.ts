/**
 * Which alarms appear, vanish or move from one set of definitions to another, over the same events.
 *
 * 1. Alarms of the same flow, key, step and name are the same alarm: first those raised at the same time, then, of what
 *    is left on both sides, the earliest with the earliest.
 * 2. One moves when the time it was raised or cleared, its severity or its count differs; its text may change freely.
 */
import type { AlarmView } from './view.ts';

export type MovedField = 'raisedAt' | 'clearedAt' | 'severity' | 'count';

export interface MovedAlarm {
  readonly old: AlarmView;
  readonly new: AlarmView;
  readonly fields: readonly MovedField[];
}

export interface AlarmDiff {
  readonly appeared: readonly AlarmView[];
  readonly vanished: readonly AlarmView[];
  readonly moved: readonly MovedAlarm[];
  /** how many are the same */
  readonly same: number;
}

const FIELDS: readonly MovedField[] = ['raisedAt', 'clearedAt', 'severity', 'count'];

/** The difference of two lists of alarms, each part by raisedAt, flow, key, step, name. */
export function diffAlarms(before: readonly AlarmView[], after: readonly AlarmView[]): AlarmDiff {
  const left = Map.groupBy(before, identity);
  const right = Map.groupBy(after, identity);
  const appeared: AlarmView[] = [];
  const vanished: AlarmView[] = [];
  const moved: MovedAlarm[] = [];
  let same = 0;
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    for (const [old, now] of pairs(left.get(name) ?? [], right.get(name) ?? [])) {
      if (old === null) {
        if (now !== null) appeared.push(now);
        continue;
      }
      if (now === null) {
        vanished.push(old);
        continue;
      }
      const fields = FIELDS.filter((field) => old[field] !== now[field]);
      if (fields.length === 0) same++;
      else moved.push({ old, new: now, fields });
    }
  }
  return {
    appeared: appeared.sort(byTime),
    vanished: vanished.sort(byTime),
    moved: moved.sort((a, b) => byTime(a.new, b.new)),
    same,
  };
}

function pairs(
  before: readonly AlarmView[],
  after: readonly AlarmView[],
): readonly (readonly [AlarmView | null, AlarmView | null])[] {
  const left = before.toSorted(byTime);
  const right = after.toSorted(byTime);
  const exact: [AlarmView, AlarmView][] = [];
  for (const old of [...left]) {
    const found = right.findIndex((now) => now.raisedAt === old.raisedAt);
    const now = right[found];
    if (now === undefined) continue;
    right.splice(found, 1);
    left.splice(left.indexOf(old), 1);
    exact.push([old, now]);
  }
  const rest = Array.from(
    { length: Math.max(left.length, right.length) },
    (_, index): [AlarmView | null, AlarmView | null] => [left[index] ?? null, right[index] ?? null],
  );
  return [...exact, ...rest];
}

function identity({ flow, key, step, name }: AlarmView): string {
  return JSON.stringify([flow, key, step, name]);
}

function byTime(a: AlarmView, b: AlarmView): number {
  return compare(a.raisedAt, b.raisedAt) || compare(identity(a), identity(b));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
