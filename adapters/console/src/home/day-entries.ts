/** The rows of the day with everything that is shown beside them, the worst first. */
import type { AlarmItem, FlowItem, LedgerRow, UsualFlow } from '../api/answers.ts';
import { type Tone, toneOfRow } from '../status/tone.ts';
import type { LedgerEntry } from './ledger-row.tsx';

interface Parts {
  readonly rows: readonly LedgerRow[];
  readonly flows: readonly FlowItem[];
  readonly usual: readonly UsualFlow[];
  readonly alarms: readonly AlarmItem[];
  /** of flows that are no longer defined */
  readonly zone: string;
}

/** What needs attention, then what goes on, then what is to come, then what is over. */
const ORDER: readonly Tone[] = [
  'critical',
  'warning',
  'unknown',
  'waiting',
  'running',
  'idle',
  'done',
  'excused',
];
const SEVERITIES = ['critical', 'warning', 'info'];

/** One entry for each row. */
export function dayEntries({ rows, flows, usual, alarms, zone }: Parts): readonly LedgerEntry[] {
  const known = new Map(flows.map((flow) => [flow.name, flow]));
  const usualOf = new Map(usual.map((one) => [one.flow, one]));
  const alarmsOf = alarmsByKey(alarms);
  return rows
    .map((row) => ({
      row,
      tone: toneOfRow(row),
      zone: known.get(row.flow)?.zone ?? zone,
      after: known.get(known.get(row.flow)?.start?.after ?? '') ?? null,
      usual: usualOf.get(row.flow),
      alarms: row.key === null || row.health === 'normal' ? NONE : alarmsFor(row, alarmsOf),
    }))
    .sort(worstThenTime);
}

const NONE: readonly AlarmItem[] = [];

function alarmsByKey(alarms: readonly AlarmItem[]): ReadonlyMap<string, readonly AlarmItem[]> {
  return Map.groupBy(alarms, ({ key }) => key.split('/')[0] ?? key);
}

/** The alarms of a row: its own, and those of what it nests, whose keys begin with its own. */
function alarmsFor(row: LedgerRow, byKey: ReadonlyMap<string, readonly AlarmItem[]>): readonly AlarmItem[] {
  const { flow, key } = row;
  if (key === null) return NONE;
  const found = (byKey.get(key.split('/')[0] ?? key) ?? []).filter(
    (alarm) =>
      (alarm.flow === flow && alarm.key === key) || (row.openAlarms === 0 && alarm.key.startsWith(`${key}/`)),
  );
  return found.toSorted(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || (a.raisedAt < b.raisedAt ? -1 : 1),
  );
}

function worstThenTime(a: LedgerEntry, b: LedgerEntry): number {
  const order = ORDER.indexOf(a.tone) - ORDER.indexOf(b.tone);
  if (order !== 0) return order;
  if (a.tone === 'done') return compare(b.row.endedAt ?? '', a.row.endedAt ?? '');
  return (
    compare(timeOf(a), timeOf(b)) ||
    compare(a.row.flow, b.row.flow) ||
    compare(a.row.key ?? '', b.row.key ?? '')
  );
}

function timeOf({ row, usual }: LedgerEntry): string {
  return row.startDue ?? row.startedAt ?? usual?.start ?? '\uffff';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
