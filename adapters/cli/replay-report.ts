/** What came of a replay, in pieces that can be written one after another: a report may be larger than one string. */
import type { Definitions } from '../../definitions/index.ts';
import type { InstanceView, ReplayReport } from '../../engine/index.ts';
import { alarmTable } from './alarm-table.ts';
import type { Io } from './io.ts';
import { type Cell, table } from './table.ts';
import { tintOf } from './tint.ts';
import { type Words, wordsIn } from './words.ts';

const PIECE = 500;

/** The report as one JSON object, indented by two spaces. */
export function* reportJson(report: ReplayReport): Generator<string> {
  const lists: readonly (readonly [name: string, items: readonly unknown[]])[] = [
    ['instances', report.instances],
    ['alarms', report.alarms],
    ['rejected', report.rejected],
  ];
  yield '{';
  for (const [index, [name, items]] of lists.entries()) {
    yield `${index === 0 ? '' : ','}\n  "${name}": [`;
    for (let start = 0; start < items.length; start += PIECE) {
      const texts = items.slice(start, start + PIECE).map((item) => JSON.stringify(item, null, 2));
      yield texts
        .map((text, at) => `${start + at === 0 ? '' : ','}\n    ${text.replaceAll('\n', '\n    ')}`)
        .join('');
    }
    yield items.length === 0 ? ']' : '\n  ]';
  }
  yield '\n}\n';
}

/** The report for people: instances counted by flow and status, every alarm, every rejected line. */
export function* reportText(report: ReplayReport, definitions: Definitions, io: Io): Generator<string> {
  const words = wordsIn(io.language);
  const zoneOf = (flow: string) => definitions.flows.get(flow)?.calendar.zone ?? 'UTC';
  yield section(words('Instances:'), countsTable(report.instances, words, io), words);
  const { alarms } = report;
  yield section(words('Alarms:'), alarms.length === 0 ? '' : alarmTable(alarms, zoneOf, io), words);
  const rejected = report.rejected.map(({ line, reason }) => [{ text: String(line) }, { text: reason }]);
  if (rejected.length > 0)
    yield section(words('Rejected:'), table([words('LINE'), words('REASON')], rejected, io.tint), words);
}

function section(title: string, body: string, words: Words): string {
  return `${title}${body === '' ? ` ${words('none')}\n` : `\n${body}`}\n`;
}

const STATUSES = ['expected', 'running', 'committed', 'failed', 'abandoned'] as const;

function countsTable(instances: readonly InstanceView[], words: Words, io: Io): string {
  const flows = Map.groupBy(instances, ({ flow }) => flow);
  if (flows.size === 0) return '';
  const rows = [...flows].map(([flow, of]): Cell[] => [
    { text: flow },
    ...STATUSES.map((status) => count(of.filter((instance) => instance.status === status).length, status)),
    count(of.filter(({ deviated }) => deviated).length, 'warning'),
  ]);
  const headings = ['FLOW', ...STATUSES.map((status) => status.toUpperCase()), 'DEVIATED'];
  return table(headings.map(words), rows, io.tint);
}

function count(number: number, status: string): Cell {
  return number === 0 ? { text: '-', tint: 'grey' } : { text: String(number), tint: tintOf(status) };
}
