import type { Io } from './io.ts';
import { type Cell, table } from './table.ts';
import { tintOf } from './tint.ts';
import { zonedTime } from './wall-time.ts';
import { wordsIn } from './words.ts';

/** An alarm as the API and a replay have it, as far as tables show it. */
export interface AlarmEntry {
  readonly flow: string;
  readonly key: string;
  readonly step: string | null;
  readonly name: string;
  readonly severity: string;
  readonly text: string;
  readonly count: number;
  /** of a folded list only */
  readonly consequences?: number;
  readonly raisedAt: string;
  readonly clearedAt: string | null;
}

/** Alarms, a line each, with times in the zone of their flow. */
export function alarmTable(alarms: readonly AlarmEntry[], zoneOf: (flow: string) => string, io: Io): string {
  const words = wordsIn(io.language);
  const folded = alarms.some(({ consequences }) => consequences !== undefined);
  const rows = alarms.map((alarm): Cell[] => [
    { text: zonedTime(alarm.raisedAt, zoneOf(alarm.flow)) },
    { text: words(alarm.severity), tint: tintOf(alarm.severity) },
    { text: alarm.flow },
    { text: alarm.key },
    { text: alarm.step ?? '' },
    { text: alarm.name },
    { text: alarm.count === 1 ? '' : `×${alarm.count}` },
    ...(folded ? [{ text: alarm.consequences === 0 ? '' : `+${alarm.consequences}` }] : []),
    { text: alarm.clearedAt === null ? words('open') : zonedTime(alarm.clearedAt, zoneOf(alarm.flow)) },
    { text: alarm.text },
  ]);
  const headings = [
    ...['RAISED', 'SEVERITY', 'FLOW', 'KEY', 'STEP', 'ALARM', 'COUNT'],
    ...(folded ? ['CONSEQUENCES'] : []),
    ...['CLEARED', 'TEXT'],
  ];
  return table(headings.map(words), rows, io.tint);
}
