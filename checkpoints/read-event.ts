import { readCloudEvent } from './cloud-event.ts';
import type { ReadResult } from './event.ts';
import { checkFields, NATIVE_PATHS, nameOfType } from './event-fields.ts';
import { parseEventJson } from './json-text.ts';

/**
 * Gives the checkpoint event that a JSON value holds, in the native form or as a structured CloudEvent (told by its
 * `specversion`), or everything that is wrong with it; it never throws.
 */
export function readEvent(input: unknown): ReadResult {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return refused(`an event must be a JSON object, not ${nameOfType(input)}`);
  }
  return 'specversion' in input ? readCloudEvent(input) : checkFields(input, NATIVE_PATHS, []);
}

/** Gives the checkpoint event that a JSON text holds, or everything that is wrong with it; it never throws. */
export function readEventText(text: string): ReadResult {
  const json = parseEventJson(text);
  return json.ok ? readEvent(json.value) : refused(json.message);
}

/** Gives the refusal of something of which no field could be looked at. */
export function refused(message: string): ReadResult {
  return { ok: false, problems: [{ path: '', message }] };
}
