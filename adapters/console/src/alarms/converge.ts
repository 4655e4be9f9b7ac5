/** Alarms with those that they explain below them: one trouble is one line, however much it has led to. */
import type { AlarmInfo } from '../api/alarm-answers.ts';

export interface Trouble {
  readonly root: AlarmInfo;
  readonly consequences: readonly AlarmInfo[];
}

/**
 * Puts each alarm below the one that it is a consequence of, over any number of levels, where that is among them too;
 * the order stays.
 */
export function converge(alarms: readonly AlarmInfo[]): readonly Trouble[] {
  const byId = new Map(alarms.map((alarm) => [alarm.id, alarm]));
  const below = new Map<AlarmInfo, AlarmInfo[]>();
  for (const alarm of alarms) {
    const top = topOf(alarm, byId);
    const consequences = below.get(top) ?? [];
    if (top !== alarm) consequences.push(alarm);
    below.set(top, consequences);
  }
  return alarms.flatMap((root) => {
    const consequences = below.get(root);
    return consequences === undefined ? [] : [{ root, consequences }];
  });
}

function topOf(alarm: AlarmInfo, byId: ReadonlyMap<string, AlarmInfo>): AlarmInfo {
  const seen = new Set<AlarmInfo>();
  let top = alarm;
  while (!seen.has(top)) {
    seen.add(top);
    const root = top.handling?.root ?? null;
    const next = root === null ? undefined : byId.get(root);
    if (next === undefined) return top;
    top = next;
  }
  return alarm; // explained by each other: each stands for itself
}
