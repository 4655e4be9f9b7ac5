/**
 * JSON out of bytes and text that nobody vouches for. Size and depth are judged before the parser sees them: deep
 * nesting costs seconds to parse and overflows whoever writes it out again.
 */

import { shown } from './storable.ts';

/** The most bytes that one event may have. */
export const MAX_EVENT_BYTES = 64 * 1024;
const MAX_DEPTH = 64;

export type JsonResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };

const decoder = new TextDecoder('utf-8', { fatal: true });
const lenient = new TextDecoder('utf-8');

/** Gives the text of UTF-8 bytes without a byte order mark; null where they are no UTF-8. */
export function decodeText(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** Gives the text of bytes with U+FFFD in place of what is no UTF-8, for people to look at. */
export function decodeLoosely(bytes: Uint8Array): string {
  return lenient.decode(bytes);
}

/** Gives the JSON value of one event's bytes, or what is wrong with them. */
export function decodeJson(bytes: Uint8Array): JsonResult {
  if (bytes.length > MAX_EVENT_BYTES) return { ok: false, message: tooLong(bytes.length) };
  const text = decodeText(bytes);
  return text === null ? { ok: false, message: NOT_UTF8 } : parseJson(text, MAX_DEPTH);
}

/** Gives the JSON value of one event's text, or what is wrong with it. */
export function parseEventJson(text: string): JsonResult {
  const size = text.length * 3 <= MAX_EVENT_BYTES ? 0 : Buffer.byteLength(text);
  return size > MAX_EVENT_BYTES ? { ok: false, message: tooLong(size) } : parseJson(text, MAX_DEPTH);
}

/** Gives the JSON value of a list of events, which may be as long as a message and one level deeper than an event. */
export function parseListJson(text: string): JsonResult {
  return parseJson(text, MAX_DEPTH + 1);
}

export const NOT_UTF8 = 'the bytes are no UTF-8; send JSON in UTF-8';

function parseJson(text: string, maxDepth: number): JsonResult {
  if (isDeeperThan(text, maxDepth)) {
    return { ok: false, message: `it is nested more than ${MAX_DEPTH} deep; an event needs two levels` };
  }
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    const detail = error instanceof Error ? shown(error.message) : 'it cannot be parsed';
    return { ok: false, message: `it is no JSON (${detail}); send one JSON object per line` };
  }
}

function tooLong(size: number): string {
  return `it has ${size} bytes; at most ${MAX_EVENT_BYTES} are allowed for an event`;
}

function isDeeperThan(text: string, limit: number): boolean {
  return hasMoreThan(text, '{', limit / 2) || hasMoreThan(text, '[', limit / 2)
    ? depthOf(text, limit) > limit
    : false;
}

/** Whether a character occurs more than `limit` times: a search that is fast enough to be made for every event. */
function hasMoreThan(text: string, character: string, limit: number): boolean {
  let count = 0;
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) {
    count += 1;
    if (count > limit) return true;
  }
  return false;
}

/** How deep brackets nest outside of strings; it stops counting once it is past the limit. */
function depthOf(text: string, limit: number): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < text.length && deepest <= limit; at += 1) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 92) at += 1;
      else if (code === 34) inString = false;
    } else if (code === 34) inString = true;
    else if (code === 123 || code === 91) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (code === 125 || code === 93) depth -= 1;
  }
  return deepest;
}
