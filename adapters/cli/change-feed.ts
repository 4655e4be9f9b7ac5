/**
 * The changes that a server tells as server-sent events, for as long as someone listens.
 *
 * 1. After a lost connection it goes on where it was: the id of the last event goes along.
 * 2. It gives up only where it never had a connection, or the server refuses for good.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Params, type Server, ServerRefusal, Unreachable } from './server.ts';

export interface Change {
  readonly id: number;
  /** `instance`, `alarm`, or `reset`: some were missed */
  readonly kind: string;
  readonly body: unknown;
}

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;

/** Every change from now on; `say` is told of lost and found connections, once each. */
export async function* changeFeed(
  server: Server,
  params: Params,
  say: (text: string) => void,
): AsyncGenerator<Change> {
  let last = '';
  let connected = false;
  for (let failures = 0; ; ) {
    try {
      const headers = { accept: 'text/event-stream', ...(last === '' ? {} : { 'last-event-id': last }) };
      const response = await server.open('/api/v1/stream', params, headers);
      if (failures > 0) say(`connected to ${server.address} again`);
      connected = true;
      failures = 0;
      for await (const { id, kind, data } of serverSentEvents(response.setEncoding('utf8'))) {
        last = id;
        if (kind !== '') yield { id: Number(id), kind, body: JSON.parse(data) };
      }
      throw new Unreachable('the server ended the stream');
    } catch (error) {
      if (!isPassing(error, connected)) throw error;
      if (failures === 0) say(`lost the connection to ${server.address}: trying again until it is back`);
      await delay(Math.min(FIRST_PAUSE * 2 ** failures, LONGEST_PAUSE));
      failures += 1;
    }
  }
}

function isPassing(error: unknown, connected: boolean): boolean {
  if (error instanceof ServerRefusal) return connected && error.status >= 500;
  if (error instanceof SyntaxError) return false;
  return connected;
}

interface SentEvent {
  readonly id: string;
  /** empty where only the position moved */
  readonly kind: string;
  readonly data: string;
}

/** The events of a stream by the rules of the HTML standard, with a position alone as an event without kind. */
async function* serverSentEvents(pieces: AsyncIterable<string>): AsyncGenerator<SentEvent> {
  let rest = '';
  let event = { id: '', kind: '', data: [] as string[] };
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        yield { ...event, data: event.data.join('\n') };
        event = { id: event.id, kind: '', data: [] };
      } else event = withField(event, line);
    }
  }
}

function withField(event: { id: string; kind: string; data: string[] }, line: string) {
  const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line.replace(/\r$/, '')) ?? [];
  if (name === 'id') return { ...event, id: value };
  if (name === 'event') return { ...event, kind: value };
  if (name === 'data') return { ...event, data: [...event.data, value] };
  return event;
}
