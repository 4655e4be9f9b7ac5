/**
 * The events of one message: a single event, an NDJSON batch, a JSON list of events, or a CloudEvent in binary form.
 *
 * 1. Every part of a message that is not blank gives an item, understood or refused; nothing is dropped silently.
 * 2. A line that cannot be understood takes nothing away from the others.
 * 3. One event may be spread over several lines; if such a message is broken, it is refused as one.
 */

import { isCloudEventBinary, readCloudEventBinary } from './cloud-event.ts';
import type { ReadResult } from './event.ts';
import {
  decodeLoosely,
  decodeText,
  MAX_EVENT_BYTES,
  NOT_UTF8,
  parseEventJson,
  parseListJson,
} from './json-text.ts';
import { readEvent, readEventText, refused } from './read-event.ts';

/** One event of a message, or what stands in its place. */
export interface MessageItem {
  /** 1-based; in a JSON list the place in the list */
  readonly line: number;
  /** the text as it was sent, U+FFFD in place of bytes that are no UTF-8 */
  readonly text: string;
  readonly result: ReadResult;
}

/** The most bytes that one message may have, however many events it holds. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** Gives the events of a message in order, each understood or refused with its reasons; at least one item, never a throw. */
export function readMessage(
  payload: Uint8Array,
  headers: Readonly<Record<string, string>>,
): readonly MessageItem[] {
  if (payload.length > MAX_MESSAGE_BYTES) return [tooLong(payload)];
  if (isCloudEventBinary(headers)) {
    return [{ line: 1, text: decodeLoosely(payload), result: readCloudEventBinary(headers, payload) }];
  }
  const text = decodeText(payload);
  if (text === null) return readBrokenText(payload);
  return readSingleLine(text) ?? readWhole(text) ?? readLines(text, text.split('\n'));
}

function tooLong(payload: Uint8Array): MessageItem {
  const text = decodeLoosely(payload.subarray(0, MAX_EVENT_BYTES));
  const result = refused(
    `the message has ${payload.length} bytes; send at most ${MAX_MESSAGE_BYTES} in one message`,
  );
  return { line: 1, text, result };
}

/** The common case: one line that holds one event. Lists and broken lines are left to others. */
function readSingleLine(text: string): readonly MessageItem[] | null {
  const end = text.indexOf('\n');
  const single = end === -1 || end === text.length - 1;
  return single && text.charCodeAt(0) === 123 ? [readLine(text, 1)] : null;
}

function readLine(text: string, line: number): MessageItem {
  const raw = text.endsWith('\n') ? text.slice(0, text.endsWith('\r\n') ? -2 : -1) : text;
  return { line, text: raw, result: readEventText(raw) };
}

/** A text that is one JSON value over several lines, or a list; null where it is to be read line by line. */
function readWhole(text: string): readonly MessageItem[] | null {
  const start = text.search(/\S/);
  if (start === -1)
    return [{ line: 1, text, result: refused('the message is empty; send an event as JSON') }];
  const first = text.charAt(start);
  if (first === '[') return readList(text, start);
  if (first !== '{' || firstLineIsWhole(text, start)) return null;
  const json = parseEventJson(text);
  return json.ok ? [{ line: lineAt(text, start), text, result: readEvent(json.value) }] : null;
}

/** A line of NDJSON ends with the bracket that closes it; a spread-out event does so only where it stands alone. */
function firstLineIsWhole(text: string, start: number): boolean {
  const end = text.indexOf('\n', start);
  return (
    end !== -1 && text.slice(start, end).trimEnd().endsWith('}') && parseEventJson(text.slice(start, end)).ok
  );
}

function readList(text: string, start: number): readonly MessageItem[] | null {
  const json = parseListJson(text);
  if (!json.ok || !Array.isArray(json.value)) return null;
  const items: readonly unknown[] = json.value;
  if (items.length === 0) {
    return [
      { line: lineAt(text, start), text, result: refused('the list is empty; send at least one event') },
    ];
  }
  return items.map((value, index) => readListItem(value, index + 1));
}

function readListItem(value: unknown, line: number): MessageItem {
  const text = JSON.stringify(value);
  const size = Buffer.byteLength(text);
  const result: ReadResult =
    size > MAX_EVENT_BYTES
      ? refused(`it has ${size} bytes; at most ${MAX_EVENT_BYTES} are allowed for an event`)
      : readEvent(value);
  return { line, text, result };
}

/** A text whose UTF-8 is broken somewhere: only the lines that hold the broken bytes are refused. */
function readBrokenText(payload: Uint8Array): readonly MessageItem[] {
  const lines: (string | null)[] = [];
  for (let start = 0; start <= payload.length; ) {
    const found = payload.indexOf(10, start);
    const end = found === -1 ? payload.length : found;
    lines.push(decodeText(payload.subarray(start, end)));
    start = end + 1;
  }
  return readLines(decodeLoosely(payload), lines);
}

/** Reads line by line; null stands for a line that is no UTF-8. */
function readLines(text: string, lines: readonly (string | null)[]): readonly MessageItem[] {
  const items: MessageItem[] = [];
  let objects = 0;
  for (const [index, line] of lines.entries()) {
    if (line === null) {
      items.push({ line: index + 1, text: looseLine(text, index), result: refused(NOT_UTF8) });
    } else if (/\S/.test(line)) {
      const json = parseEventJson(line);
      if (json.ok && typeof json.value === 'object') objects += 1;
      const result = json.ok ? readEvent(json.value) : refused(json.message);
      items.push({ line: index + 1, text: line.trimEnd(), result });
    }
  }
  return items.length > 1 && objects === 0 && /^\s*[{[]/.test(text) ? [asOne(text, items)] : items;
}

function looseLine(text: string, index: number): string {
  return (text.split('\n', index + 1)[index] ?? '').trimEnd();
}

/** A broken event or list that was spread over lines: none of them means anything alone. */
function asOne(text: string, items: readonly MessageItem[]): MessageItem {
  const json = parseEventJson(text);
  const broken = items.some((item) => !item.result.ok && item.result.problems[0]?.message === NOT_UTF8);
  const line = items[0]?.line ?? 1;
  return { line, text, result: refused(json.ok || broken ? NOT_UTF8 : json.message) };
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
