import type { Title } from '../../definitions/index.ts';
import type { LedgerRow } from '../../engine/index.ts';
import type { FlowEntry } from './flow-list.ts';
import type { Io } from './io.ts';
import type { Server } from './server.ts';
import { type Cell, table } from './table.ts';
import { tintOf } from './tint.ts';
import { clockTime, dayIn } from './wall-time.ts';
import { titleIn, type Words, wordsIn } from './words.ts';

/** A row of the ledger with the trading day that it belongs to. */
export interface DayRow extends LedgerRow {
  readonly day: string;
}

/** The rows of one trading day, or, where none is given, those of every flow on the trading day that it has now. */
export async function dayRows(
  server: Server,
  flows: ReadonlyMap<string, FlowEntry>,
  { day, now }: { readonly day: string | null; readonly now: number },
): Promise<readonly DayRow[]> {
  if (day !== null) return rowsOf(server, day);
  const days = new Set([...flows.values()].map(({ today }) => today.day));
  if (days.size === 0) days.add(dayIn('UTC', now));
  const found: DayRow[] = [];
  for (const each of [...days].sort()) {
    const rows = await rowsOf(server, each);
    found.push(...rows.filter((row) => (flows.get(row.flow)?.today.day ?? each) === each));
  }
  return found;
}

async function rowsOf(server: Server, day: string): Promise<readonly DayRow[]> {
  // the schema Day of the API, which `read` has found to have its list
  const answer = (await server.read(`/api/v1/days/${day}`, {}, ['rows'])) as {
    readonly rows: readonly LedgerRow[];
  };
  return answer.rows.map((row) => ({ day, ...row }));
}

/** Whether someone should look: it is late, has failed, or never came, and nobody has excused it. */
export function isTrouble(row: LedgerRow): boolean {
  if (row.status === 'excused') return false;
  return row.late || row.status === 'late' || row.status === 'missing' || row.status === 'failed';
}

/** The ledger as a table, with the day and the zone above it where all rows share them, else in columns. */
export function ledgerTable(rows: readonly DayRow[], flows: ReadonlyMap<string, FlowEntry>, io: Io): string {
  const words = wordsIn(io.language);
  const zoneOf = (row: DayRow) => flows.get(row.flow)?.zone ?? 'UTC';
  const columns: readonly (readonly [string, (row: DayRow) => Cell])[] = [
    ['STATUS', (row) => statusCell(row, words)],
    ['FLOW', (row) => ({ text: flowName(row.flow, row.title, io) })],
    ['KEY', (row) => ({ text: row.many === null ? (row.key ?? '') : manyText(row.many, words) })],
    ['WAITING FOR', (row) => ({ text: waiting(row, zoneOf(row), words) })],
    ['DUE', (row) => ({ text: dueTime(row, zoneOf(row)) })],
    ['HEALTH', (row) => ({ text: words(row.health), tint: tintOf(row.health) })],
    ['ALARMS', (row) => ({ text: row.openAlarms === 0 ? '' : String(row.openAlarms) })],
  ];
  const shared: string[] = [];
  const own: (readonly [string, (row: DayRow) => Cell])[] = [];
  for (const [name, of] of [['DAY', (row: DayRow) => row.day] as const, ['ZONE', zoneOf] as const]) {
    const values = new Set(rows.map(of));
    if (values.size === 1) shared.push(...values);
    else own.push([name, (row) => ({ text: of(row) })]);
  }
  const all = [...columns.slice(0, 3), ...own, ...columns.slice(3)];
  const body = table(
    all.map(([name]) => words(name)),
    rows.map((row) => all.map(([, cell]) => cell(row))),
    io.tint,
  );
  return shared.length === 0 ? body : `${shared.join('  ')}\n\n${body}`;
}

/** A flow by its title, with its name behind it. */
export function flowName(name: string, title: Title | null, io: Io): string {
  const said = titleIn(io.language, title, name);
  return said === name ? name : `${said} (${name})`;
}

function statusCell(row: DayRow, words: Words): Cell {
  const late = row.late && row.status !== 'excused';
  const said = [
    row.status,
    ...(late && row.status !== 'late' ? ['late'] : []),
    ...(row.deviated ? ['deviated'] : []),
    ...(row.corrected ? ['corrected'] : []),
  ];
  const tint = late && row.status !== 'failed' && row.status !== 'missing' ? 'yellow' : tintOf(row.status);
  return { text: said.map(words).join(', '), tint };
}

/** How many of many instances have which status. */
function manyText(many: NonNullable<LedgerRow['many']>, words: Words): string {
  const counts = Object.entries(many).filter(([, count]) => count > 0);
  return counts.map(([status, count]) => `${count} ${words(status)}`).join(', ');
}

const SHOWN = 3;

function waiting({ waitingFor, day }: DayRow, zone: string, words: Words): string {
  const said = waitingFor
    .slice(0, SHOWN)
    .map(({ step, since }) => `${step ?? words('start')} ${words('since')} ${clockTime(since, zone, day)}`);
  const others = waitingFor.length - said.length;
  return [...said, ...(others > 0 ? [`+${others}`] : [])].join(', ');
}

/** When the start is due, or once it has started the end. */
function dueTime({ startedAt, endedAt, startDue, deadline, day }: DayRow, zone: string): string {
  if (endedAt !== null) return '';
  return clockTime(startedAt === null ? (startDue ?? deadline) : deadline, zone, day);
}
