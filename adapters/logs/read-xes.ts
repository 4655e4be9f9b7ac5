/**
 * XES (IEEE 1849) as rows of a log. The parser is sax: it reads no files that a document names and expands no entities of
 * its own making.
 *
 * 1. Memory holds one piece of the file, one case's attributes and one event, whatever the size of the log.
 * 2. Attributes within attributes, lists and what stands at the log itself are passed over.
 */
import sax from 'sax';
import { type Attribute, LONGEST_VALUE, type LogItem, MOST_VALUES, problem } from './log-row.ts';

const VALUES = new Set(['string', 'date', 'int', 'float', 'boolean', 'id']);
const DEEPEST = 64;

interface Scope {
  readonly values: Map<string, Attribute>;
  readonly line: number;
}

/** The events of a log, those of one piece at a time; attributes of their trace begin with `case:`. */
export async function* readXes(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<readonly LogItem[]> {
  const reader = createReader();
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  for await (const piece of pieces) {
    decoder ??= new TextDecoder(encodingOf(piece));
    yield reader.take(decoder.decode(piece, { stream: true }));
    if (reader.isOver()) return;
  }
  yield reader.end(decoder?.decode() ?? '');
}

function encodingOf(first: Uint8Array): string {
  const head = Buffer.from(first.subarray(0, 200)).toString('latin1');
  return /^[^>]*encoding=["'](?:iso-8859-1|latin1|windows-1252)["']/i.test(head) ? 'windows-1252' : 'utf-8';
}

function createReader() {
  const parser = sax.parser(true, { trim: false, position: true });
  let items: LogItem[] = [];
  let depth = 0;
  let sawLog = false;
  let over = false;
  let trace: Scope | null = null;
  let event: Scope | null = null;
  let traces = 0;
  let events = 0;
  const line = () => (parser.line ?? 0) + 1;

  function fail(reason: string): void {
    if (!over) items.push(problem(line(), reason, true));
    over = true;
  }

  parser.onerror = (error) => {
    fail(`it is no well-formed XML (${error.message.split('\n')[0]}): export the log again`);
  };

  parser.onopentag = ({ name: tag, attributes }) => {
    depth++;
    if (over) return;
    const name = localName(tag);
    if (depth > DEEPEST) return fail(`elements lie more than ${DEEPEST} deep: this is no log`);
    if (depth === 1) {
      sawLog = name === 'log';
      if (!sawLog) fail(`its root is "${name.slice(0, 60)}" and not log: name an XES file`);
    } else if (depth === 2 && name === 'trace') {
      trace = { values: new Map(), line: line() };
      traces++;
      events = 0;
    } else if (depth === 3 && trace !== null && name === 'event') event = { values: new Map(), line: line() };
    else if (depth === 2 && name === 'event')
      items.push(problem(line(), 'the event stands in no trace: its case is not known'));
    else if (depth === 3 && trace !== null) keep(trace, name, attributes);
    else if (depth === 4 && event !== null) keep(event, name, attributes);
  };

  parser.onclosetag = () => {
    depth--;
    if (over) return;
    if (depth === 2 && event !== null && trace !== null) {
      items.push({ kind: 'row', line: event.line, values: merged(trace, event) });
      event = null;
      events++;
    } else if (depth === 1 && trace !== null) {
      trace = null;
    }
  };

  function keep(scope: Scope, name: string, attributes: Readonly<Record<string, unknown>>): void {
    const { key, value } = attributes;
    if (!VALUES.has(name) || typeof key !== 'string' || typeof value !== 'string') return;
    if (value.length > LONGEST_VALUE || key.length > 200) {
      items.push(
        problem(
          line(),
          `the value of "${key.slice(0, 60)}" has more than ${LONGEST_VALUE} characters: it is left out`,
        ),
      );
      return;
    }
    if (scope.values.size >= MOST_VALUES) {
      if (scope.values.size === MOST_VALUES)
        items.push(problem(line(), `there are more than ${MOST_VALUES} attributes: the rest is left out`));
      return;
    }
    scope.values.set(key, typed(name, value));
  }

  function merged(outer: Scope, inner: Scope): ReadonlyMap<string, Attribute> {
    const values = new Map(inner.values);
    for (const [key, value] of outer.values) values.set(`case:${key}`, value);
    if (!outer.values.has('concept:name')) values.set('case:concept:name', `trace-${traces}`);
    return values;
  }

  function drained(): readonly LogItem[] {
    const taken = items;
    items = [];
    return taken;
  }

  return {
    isOver: () => over,
    take(text: string): readonly LogItem[] {
      if (!over) parser.write(text);
      return drained();
    },
    end(text: string): readonly LogItem[] {
      if (!over) parser.write(text);
      if (!over && (depth > 0 || !sawLog)) fail('the file ends before the log does: get it again');
      return drained();
    },
    /** how many traces and events of the last one have been read */
    progress: () => ({ traces, events }),
  };
}

function localName(tag: string): string {
  return tag.slice(tag.indexOf(':') + 1).toLowerCase();
}

function typed(name: string, value: string): Attribute {
  if (name === 'boolean') return value === 'true' || value === '1';
  if (name !== 'int' && name !== 'float') return value;
  const number = Number(value);
  return value.trim() !== '' && Number.isFinite(number) ? number : value;
}
