/** The difference in alarms between two sets of definitions, for people, programs and pull requests. */
import type { AlarmDiff, MovedAlarm, MovedField } from '../../engine/index.ts';
import type { AlarmEntry } from './alarm-table.ts';
import { diffWords } from './diff-words.ts';
import type { Io } from './io.ts';
import { type Cell, plain, table } from './table.ts';
import { tintOf } from './tint.ts';
import { zonedTime } from './wall-time.ts';
import { wordsIn } from './words.ts';

export interface DiffReport {
  readonly old: string;
  readonly new: string;
  readonly events: number;
  readonly diff: AlarmDiff;
  /** lines that each set could not take */
  readonly rejected: { readonly old: number; readonly new: number };
  readonly zoneOf: (flow: string) => string;
}

export type DiffFormat = 'text' | 'json' | 'markdown';

/** A comment of a pull request holds 65,536 characters: of each kind so many are listed, and the rest counted. */
const MOST_ROWS = 100;

/** The report in a format, as whole lines. */
export function diffReport(report: DiffReport, format: DiffFormat, io: Io): string {
  switch (format) {
    case 'text':
      return textReport(report, io);
    case 'json':
      return `${JSON.stringify(jsonReport(report), null, 2)}\n`;
    case 'markdown':
      return markdown(report, io);
    default:
      throw new Error(`broken rule: a format is one of the choices, not ${format satisfies never}`);
  }
}

/** Whether any alarm differs. */
export function isDifferent({ appeared, vanished, moved }: AlarmDiff): boolean {
  return appeared.length + vanished.length + moved.length > 0;
}

function jsonReport({ old, new: now, events, diff, rejected }: DiffReport): object {
  return { old, new: now, events, ...diff, rejected };
}

function textReport({ diff, zoneOf }: DiffReport, io: Io): string {
  const words = wordsIn(io.language);
  const word = diffWords(io.language);
  const alarm = (sign: string, one: AlarmEntry): Cell[] => [
    { text: sign, tint: sign === '+' ? 'green' : sign === '-' ? 'red' : 'yellow' },
    { text: zonedTime(one.raisedAt, zoneOf(one.flow)) },
    { text: words(one.severity), tint: tintOf(one.severity) },
    { text: one.flow },
    { text: one.key },
    { text: one.step ?? '' },
    { text: one.name },
  ];
  const rows = [
    ...diff.appeared.map((one) => [...alarm('+', one), { text: one.text }]),
    ...diff.vanished.map((one) => [...alarm('-', one), { text: one.text }]),
    ...diff.moved.map((one) => [...alarm('~', one.new), { text: changes(one, zoneOf, io).join(', ') }]),
  ];
  if (rows.length === 0) return `${word('no difference')}\n`;
  const headings = ['', ...['RAISED', 'SEVERITY', 'FLOW', 'KEY', 'STEP', 'ALARM', 'TEXT'].map(words)];
  return table(headings, rows, io.tint);
}

/** What moved, as `severity warning → critical`. */
function changes(
  { old, new: now, fields }: MovedAlarm,
  zoneOf: DiffReport['zoneOf'],
  io: Io,
): readonly string[] {
  const word = diffWords(io.language);
  const zone = zoneOf(now.flow);
  const value = (of: AlarmEntry, field: MovedField): string => {
    if (field === 'count') return String(of.count);
    if (field === 'severity') return of.severity;
    const time = of[field];
    return time === null ? word('open') : zonedTime(time, zone);
  };
  return fields.map((field) => `${word(field)} ${value(old, field)} → ${value(now, field)}`);
}

function markdown(report: DiffReport, io: Io): string {
  const { diff, old, new: now, events, rejected, zoneOf } = report;
  const word = diffWords(io.language);
  const words = wordsIn(io.language);
  const head = `### ${word('title')}\n\n${cell(old)} → ${cell(now)}, ${events} ${word('events')}\n\n`;
  const note =
    rejected.old === rejected.new ? '' : `${word('rejected')}: ${rejected.old} → ${rejected.new}\n\n`;
  if (!isDifferent(diff)) return `${head}${note}${word('no difference')} (${diff.same} ${word('same')}).\n`;
  const counts = [
    ['appeared', diff.appeared.length],
    ['vanished', diff.vanished.length],
    ['moved', diff.moved.length],
    ['same', diff.same],
  ] as const;
  const summary = `${counts.map(([name, count]) => `**${count}** ${word(name)}`).join(', ')}\n\n`;
  const row = (one: AlarmEntry, text: string) =>
    `| ${[zonedTime(one.raisedAt, zoneOf(one.flow)), words(one.severity), one.flow, one.key, one.step ?? '', one.name, text].map(cell).join(' | ')} |\n`;
  const heading = `| ${['RAISED', 'SEVERITY', 'FLOW', 'KEY', 'STEP', 'ALARM', 'TEXT'].map(words).join(' | ')} |\n|${' --- |'.repeat(7)}\n`;
  const section = <T>(
    name: 'appeared' | 'vanished' | 'moved',
    items: readonly T[],
    line: (item: T) => string,
  ) => {
    if (items.length === 0) return '';
    const shown = items.slice(0, MOST_ROWS).map(line).join('');
    const more = items.length > MOST_ROWS ? `\n… +${items.length - MOST_ROWS}\n` : '';
    return `<details open><summary>${word(name)} (${items.length})</summary>\n\n${heading}${shown}${more}\n</details>\n\n`;
  };
  return [
    head,
    note,
    summary,
    section('appeared', diff.appeared, (one) => row(one, one.text)),
    section('vanished', diff.vanished, (one) => row(one, one.text)),
    section('moved', diff.moved, (one) => row(one.new, changes(one, zoneOf, io).join(', '))),
  ].join('');
}

/** A text inside a cell of a Markdown table: nothing in it is markup, ends the cell, or calls for a person by name. */
function cell(text: string): string {
  return plain(text.length > 300 ? `${text.slice(0, 300)}…` : text)
    .replace(/[\\`*_{}[\]<>|#!&~]/g, (sign) => `\\${sign}`)
    .replaceAll('@', '@\u200b');
}
