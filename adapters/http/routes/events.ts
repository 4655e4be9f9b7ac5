import type { IncomingHttpHeaders } from 'node:http';
import { type EventIntake, eventsRefused } from '../event-intake.ts';
import { type Call, checkContentType, json, jsonAnswer, type Route } from '../route.ts';

/** The media types in which events are taken. */
export const EVENT_TYPES = [
  'application/json',
  'application/cloudevents+json',
  'application/x-ndjson',
  'application/ndjson',
] as const;

/** Where applications send their checkpoint events. */
export function eventRoute(intake: EventIntake): Route {
  return {
    method: 'POST',
    path: '/api/v1/events',
    permission: 'send',
    summary:
      'Takes checkpoint events: one, or one per line; native, or CloudEvents 1.0 (structured, or binary with ce- headers)',
    parameters: [],
    accepts: EVENT_TYPES,
    answers: { 202: jsonAnswer('The accepted events are safe; the refused ones are kept', 'Intake') },
    refuses: ['too-large', 'unsupported-media-type', 'events-refused', 'unavailable'],
    async handle(call) {
      const taken = await intake.accept(call.body, eventHeaders(call));
      if (taken.accepted > 0) return json(202, taken);
      throw eventsRefused(taken.rejected, 'correct it and send it again');
    },
  };
}

/** The header fields that say what a body of events is: its media type and the attributes of a binary CloudEvent. */
export function eventHeaders({ headers, body }: Call): Readonly<Record<string, string>> {
  const attributes = cloudEventHeaders(headers);
  const withoutBody = body.length === 0 && headers['content-type'] === undefined;
  if (withoutBody && 'ce-specversion' in attributes) return attributes;
  return { ...attributes, 'content-type': checkContentType(headers, EVENT_TYPES) };
}

function cloudEventHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('ce-') && typeof value === 'string') found[name] = value;
  }
  return found;
}
