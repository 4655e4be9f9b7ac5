/**
 * Events on their way to the server, in messages that it takes, as soon as there are whole lines of them.
 *
 * 1. Bytes go as they came; the server judges them. Only a line that is too long or no text is refused here.
 * 2. What is one JSON value over several lines (an event, a list) goes as one message, as long as that may be.
 * 3. Lines are counted from the beginning of everything, whatever the messages are.
 */
import { type LogLine, linesOf } from './event-log.ts';
import { type FieldError, type Server, ServerRefusal } from './server.ts';

export interface RefusedEvent {
  readonly line: number;
  readonly problems: readonly { readonly path: string; readonly message: string }[];
}

/** What has become of the events so far. */
export interface Tally {
  accepted: number;
  readonly rejected: RefusedEvent[];
}

/** The server takes messages of 1 MiB. */
const MOST_BYTES = 1_000_000;
const NEWLINE = Uint8Array.of(10);

/** Sends everything that comes, and counts in the tally what was accepted and refused, as far as it got. */
export async function sendEvents(
  server: Server,
  pieces: AsyncIterable<Uint8Array>,
  tally: Tally,
): Promise<void> {
  const source = pieces[Symbol.asyncIterator]();
  const { form, beginning } = await formOf(source);
  if (form === 'whole') await post(server, beginning, { tally, before: 0 });
  else for await (const lines of linesOf(joined(beginning, source))) await sendLines(server, lines, tally);
}

async function* joined(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** Reads until the first line tells what this is: one value a line, or one that is spread over lines. */
async function formOf(
  source: AsyncIterator<Uint8Array>,
): Promise<{ readonly form: 'lines' | 'whole'; readonly beginning: Uint8Array }> {
  let beginning: Uint8Array = new Uint8Array();
  let form = formByFirstLine(beginning);
  while (form !== 'lines' && beginning.length <= MOST_BYTES) {
    const next = await source.next();
    if (next.done === true) return { form: 'whole', beginning };
    beginning = Buffer.concat([beginning, next.value]);
    if (form === 'unknown') form = formByFirstLine(beginning);
  }
  return { form: 'lines', beginning };
}

function formByFirstLine(bytes: Uint8Array): 'unknown' | 'lines' | 'whole' {
  const text = new TextDecoder().decode(bytes).trimStart();
  const end = text.indexOf('\n');
  if (end === -1) return 'unknown';
  if (text.startsWith('[')) return 'whole';
  if (!text.startsWith('{')) return 'lines';
  try {
    JSON.parse(text.slice(0, end));
    return 'lines';
  } catch {
    return 'whole';
  }
}

async function sendLines(server: Server, lines: readonly LogLine[], tally: Tally): Promise<void> {
  let message: Uint8Array[] = [];
  let size = 0;
  let before = (lines[0]?.number ?? 1) - 1;
  for (const line of lines) {
    // a line that the server is spared stands as an empty one, so that the others keep their numbers
    if (line.kind === 'unreadable') refuse(tally, line.number, [{ path: '', message: line.reason }]);
    const bytes = line.kind === 'text' ? line.bytes : new Uint8Array();
    if (size + bytes.length >= MOST_BYTES) {
      await post(server, Buffer.concat(message), { tally, before });
      message = [];
      size = 0;
      before = line.number - 1;
    }
    message.push(bytes, NEWLINE);
    size += bytes.length + 1;
  }
  await post(server, Buffer.concat(message), { tally, before });
}

interface Counting {
  readonly tally: Tally;
  /** lines before the message */
  readonly before: number;
}

async function post(server: Server, message: Uint8Array, { tally, before }: Counting): Promise<void> {
  if (message.every((byte) => byte <= 32)) return;
  try {
    const answer = await server.post('/api/v1/events', 'application/x-ndjson', message);
    // the schema Intake of the API
    const { accepted = 0, rejected = [] } = answer as Partial<Tally>;
    tally.accepted += accepted;
    for (const { line, problems } of rejected) refuse(tally, before + line, problems);
  } catch (error) {
    if (!(error instanceof ServerRefusal) || error.status !== 422) throw error;
    for (const [line, errors] of Map.groupBy(error.errors, ({ line }) => line ?? 1))
      refuse(tally, before + line, errors);
  }
}

function refuse(tally: Tally, line: number, problems: readonly FieldError[]): void {
  tally.rejected.push({ line, problems: problems.map(({ path, message }) => ({ path, message })) });
}
