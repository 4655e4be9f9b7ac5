/** What tests have reached, for people, programs and tools that show coverage beside a file. */
import { formatPlace } from '../../definitions/index.ts';
import type { CoverageItem } from '../../engine/index.ts';
import type { Io } from './io.ts';
import { testWords } from './test-words.ts';

const KINDS = ['step', 'connector', 'rule', 'timer'] as const;

/** What was reached, counted by kind, and each thing that no test has reached, with its place. */
export function coverageText(items: readonly CoverageItem[], io: Io): string {
  const word = testWords(io.language);
  const counts = KINDS.map((kind) => {
    const of = items.filter((item) => item.kind === kind);
    const reached = of.filter(({ hits }) => hits > 0).length;
    return `${word(kind)} ${reached}/${of.length}`;
  });
  const missed = items.filter(({ hits }) => hits === 0);
  const lines = missed.map(({ kind, flow, name, at, asked }) => {
    const why = kind === 'rule' && asked > 0 ? ` (${word('never true')})` : '';
    return `  ${formatPlace(at)}: ${word(kind)} ${flow} ${name}${why}`;
  });
  return [
    `${word('reached')}: ${counts.join(', ')}`,
    ...(missed.length === 0 ? [] : [word('never reached'), ...lines]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** The same as plain data. */
export function coverageJson(items: readonly CoverageItem[]): object {
  return {
    items: items.map(({ kind, flow, name, at, hits, asked }) => ({
      ...{ kind, flow, name, file: at.file, line: at.line, column: at.column, hits },
      ...(kind === 'rule' ? { asked } : {}),
    })),
  };
}

/** The same as lcov: a line for every line on which something stands, with the most that anything on it was reached. */
export function coverageLcov(items: readonly CoverageItem[]): string {
  const files = Map.groupBy(items, ({ at }) => at.file);
  const records = [...files].map(([file, of]) => {
    const lines = new Map<number, number>();
    // what a type's steps share stands once: it is covered where it was reached at least in one of them
    for (const { at, hits } of of) lines.set(at.line, Math.max(lines.get(at.line) ?? 0, hits));
    const sorted = [...lines].toSorted(([a], [b]) => a - b);
    const hit = sorted.filter(([, count]) => count > 0).length;
    return [
      'TN:',
      `SF:${file}`,
      ...sorted.map(([line, count]) => `DA:${line},${count}`),
      `LF:${lines.size}`,
      `LH:${hit}`,
      'end_of_record',
    ];
  });
  return records
    .flat()
    .map((line) => `${line}\n`)
    .join('');
}
