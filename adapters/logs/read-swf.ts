/**
 * The Standard Workload Format of the Parallel Workloads Archive as rows of a log: a job is a case, which is submitted,
 * starts, and ends. https://www.cs.huji.ac.il/labs/parallel/workload/swf.html
 *
 * 1. Memory holds one piece of the file and one line.
 * 2. A job without a wait time begins where it is submitted; one without a run time, or a start, ends nowhere.
 */
import { type Attribute, type LogItem, problem } from './log-row.ts';

const FIELDS = [
  'job',
  'submit',
  'wait',
  'run',
  'processors',
  'cpu',
  'memory',
  'requested-processors',
  'requested-time',
  'requested-memory',
  'status',
  'user',
  'group',
  'application',
  'queue',
  'partition',
  'preceding-job',
  'think-time',
];

const LONGEST_LINE = 4096;

/** The rows of a workload, those of one piece at a time. Times are RFC 3339, from the header's UnixStartTime on. */
export async function* readSwf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<readonly LogItem[]> {
  const decoder = new TextDecoder('latin1');
  const reader = createReader();
  let rest = '';
  for await (const piece of pieces) {
    const lines = `${rest}${decoder.decode(piece, { stream: true })}`.split('\n');
    rest = lines.pop() ?? '';
    const items = lines.flatMap(reader.line);
    if (rest.length > LONGEST_LINE)
      items.push(problem(lines.length, 'a line has more than 4096 characters: this is no SWF', true));
    yield items;
    if (items.some((item) => item.kind === 'problem' && item.fatal)) return;
  }
  if (rest !== '') yield reader.line(rest);
}

function createReader() {
  let number = 0;
  let base: number | null = null;

  function line(text: string): readonly LogItem[] {
    number++;
    const trimmed = text.trim();
    if (trimmed === '') return [];
    if (trimmed.startsWith(';')) {
      const start = /^;\s*UnixStartTime:\s*(\d{1,12})/.exec(trimmed)?.[1];
      if (start !== undefined) base = Number(start) * 1000;
      return [];
    }
    if (base === null) {
      base = 0;
      return [
        problem(
          number,
          'the header has no UnixStartTime: times count from 1970-01-01; write the line `; UnixStartTime: SECONDS`',
        ),
        ...job(trimmed, 0),
      ];
    }
    return job(trimmed, base);
  }

  function job(text: string, from: number): readonly LogItem[] {
    const cells = text.split(/\s+/).map(Number);
    if (cells.length !== FIELDS.length || cells.some((cell) => !Number.isFinite(cell)))
      return [problem(number, `a job has ${FIELDS.length} numbers, and this line has not: correct it`)];
    const of = (name: string) => cells[FIELDS.indexOf(name)] ?? -1;
    const known = FIELDS.flatMap((name, index): [string, Attribute][] => {
      const value = cells[index] ?? -1;
      return value === -1 ? [] : [[name, value]];
    });
    const at = (seconds: number, step: string, lifecycle: string): LogItem => ({
      kind: 'row',
      line: number,
      values: new Map<string, Attribute>([
        ...known,
        ['case', `job-${of('job')}`],
        ['step', step],
        ['lifecycle', lifecycle],
        ['time', new Date(from + seconds * 1000).toISOString()],
      ]),
    });
    const [submit, wait, run] = [of('submit'), of('wait'), of('run')];
    const begin = submit + Math.max(wait, 0);
    const failed = of('status') === 0 || of('status') === 5;
    return [
      at(submit, 'submit', 'complete'),
      ...(run < 0
        ? []
        : [at(begin, 'run', 'start'), at(begin + run, 'run', failed ? 'ate_abort' : 'complete')]),
    ];
  }

  return { line };
}
