/**
 * A table as rows of a log: RFC 4180, with other delimiters too; the first row names the columns.
 *
 * 1. Memory holds one piece of the file and one row; a value past the limit is a problem of its row, not of the file.
 * 2. Rows end with LF, CR LF or CR; a line break in quotes belongs to its value. Lines are those of the file, from 1.
 */
import { type Attribute, LONGEST_VALUE, type LogItem, MOST_VALUES, problem } from './log-row.ts';

const DELIMITERS = [',', ';', '\t', '|'];

export interface CsvOptions {
  /** null: the one of `,` `;` tab `|` that the first line has most of */
  readonly delimiter: string | null;
}

/** The rows of a table, those of one piece at a time. */
export async function* readCsv(
  pieces: AsyncIterable<Uint8Array>,
  { delimiter }: CsvOptions,
): AsyncGenerator<readonly LogItem[]> {
  let header: readonly string[] | null = null;
  for await (const rows of tableRows(pieces, delimiter)) {
    const items: LogItem[] = [];
    for (const { line, cells, flaw } of rows) {
      if (items.some((item) => item.kind === 'problem' && item.fatal)) break;
      if (flaw !== null) items.push(problem(line, flaw, flaw.startsWith('the quote')));
      else if (header === null) {
        header = cells.map((cell) => cell.trim());
        const twice = header.find((name, index) => header?.indexOf(name) !== index);
        if (twice !== undefined)
          items.push(problem(line, `the column "${twice}" stands twice: rename one`, true));
      } else if (cells.length === 1 && cells[0] === '') continue;
      else if (cells.length > header.length)
        items.push(
          problem(
            line,
            `it has ${cells.length} values for ${header.length} columns: quote what holds the delimiter`,
          ),
        );
      else items.push({ kind: 'row', line, values: valuesOf(header, cells) });
    }
    yield items;
    if (items.some((item) => item.kind === 'problem' && item.fatal)) return;
  }
}

function valuesOf(header: readonly string[], cells: readonly string[]): ReadonlyMap<string, Attribute> {
  const values = new Map<string, Attribute>();
  header.forEach((name, index) => {
    const cell = cells[index];
    if (cell !== undefined && cell !== '') values.set(name, cell);
  });
  return values;
}

interface TableRow {
  readonly line: number;
  readonly cells: readonly string[];
  readonly flaw: string | null;
}

async function* tableRows(
  pieces: AsyncIterable<Uint8Array>,
  delimiter: string | null,
): AsyncGenerator<readonly TableRow[]> {
  const decoder = new TextDecoder('utf-8');
  let table: ReturnType<typeof createTable> | null = null;
  let head = '';
  for await (const piece of pieces) {
    const text = decoder.decode(piece, { stream: true });
    if (table !== null) yield table.take(text);
    else {
      head += text;
      if (delimiter === null && !/[\r\n]/.test(head) && head.length < 1024 * 1024) continue;
      table = createTable(delimiter ?? mostFrequent(head));
      yield table.take(head);
    }
  }
  table ??= createTable(delimiter ?? mostFrequent(head));
  if (head !== '' && delimiter === null && !/[\r\n]/.test(head)) yield table.take(head);
  yield table.end(decoder.decode());
}

function mostFrequent(head: string): string {
  const line = head.split(/[\r\n]/, 1)[0] ?? '';
  const counts = DELIMITERS.map((sign) => line.split(sign).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
}

function createTable(delimiter: string) {
  let [line, rowLine] = [1, 1];
  let cells: string[] = [];
  let cell = '';
  let flaw: string | null = null;
  let state: 'begin' | 'bare' | 'quoted' | 'quote' = 'begin';
  let afterCr = false;

  function endCell(): void {
    if (cells.length >= MOST_VALUES) flaw ??= `it has more than ${MOST_VALUES} values: leave columns out`;
    else cells.push(cell);
    cell = '';
    state = 'begin';
  }

  function add(text: string): void {
    if (cell.length + text.length > LONGEST_VALUE)
      flaw ??= `a value has more than ${LONGEST_VALUE} characters: shorten it, or leave the column out`;
    else cell += text;
  }

  function endRow(rows: TableRow[]): void {
    endCell();
    rows.push({ line: rowLine, cells, flaw });
    cells = [];
    flaw = null;
  }

  function take(text: string): readonly TableRow[] {
    const rows: TableRow[] = [];
    for (const sign of text) {
      const isBreak = sign === '\n' || sign === '\r';
      if (sign === '\n' && afterCr) {
        afterCr = false;
        if (state === 'quoted') add(sign);
        continue;
      }
      afterCr = sign === '\r';
      if (isBreak) line++;
      if (state === 'quoted') {
        if (sign === '"') state = 'quote';
        else add(sign);
      } else if (sign === '"' && state === 'quote') {
        add(sign);
        state = 'quoted';
      } else if (sign === '"' && state === 'begin') state = 'quoted';
      else if (sign === delimiter) endCell();
      else if (isBreak) {
        endRow(rows);
        rowLine = line;
      } else if (sign !== '\ufeff' || rowLine > 1) {
        add(sign);
        state = 'bare';
      }
    }
    return rows;
  }

  function end(text: string): readonly TableRow[] {
    const rows = [...take(text)];
    if (state === 'quoted') {
      const reason =
        'the quote that opens here is never closed: close it, or double the quotes within the value';
      return [...rows, { line: rowLine, cells: [], flaw: reason }];
    }
    if (cells.length > 0 || cell !== '' || state !== 'begin') endRow(rows);
    return rows;
  }

  return { take, end };
}
