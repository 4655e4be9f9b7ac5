import { randomUUID } from 'node:crypto';
import { formatTime, parseTime, type Value } from '../../checkpoints/index.ts';
import type { Options } from './options.ts';
import { WrongUse } from './outcome.ts';

/** The event that options describe, in its native form; `now` in ms. Throws WrongUse for what cannot be an event. */
export function eventOf(options: Options, now: number): object {
  const flow = options.text('flow');
  const event = options.text('event');
  if (flow === undefined || event === undefined)
    throw new WrongUse(
      `name a file, - for standard input, or describe an event: --${flow === undefined ? 'flow' : 'event'} is missing`,
    );
  const params = options.all('param').map(readParam);
  return {
    id: options.text('id') ?? randomUUID(),
    flow,
    key: options.text('key'),
    step: options.text('step'),
    event,
    time: readTime(options.text('time'), now),
    state: options.text('state'),
    // fromEntries makes `__proto__` a property like any other
    params: params.length > 0 ? Object.fromEntries(params) : undefined,
    message: options.text('message'),
    source: options.text('source'),
  };
}

function readTime(text: string | undefined, now: number): string {
  if (text === undefined) return formatTime(now);
  const time = parseTime(text);
  if (typeof time === 'string') throw new WrongUse(`--time ${time}`);
  return text;
}

function readParam(text: string): readonly [string, Value | null] {
  const at = text.indexOf('=');
  if (at < 1) throw new WrongUse(`--param ${text} is no parameter: write NAME=VALUE`);
  return [text.slice(0, at), readValue(text.slice(at + 1))];
}

/** A JSON number, text in quotes, true, false or null; anything else is the text that it is. */
function readValue(text: string): Value | null {
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
  } catch {
    return text;
  }
  return text;
}
