import { hash } from 'node:crypto';
import type { CheckpointEvent } from './event.ts';
import { formatTime } from './time.ts';

/**
 * Gives an event in its native JSON form: fields always in the same order, what is absent left out, time in UTC with
 * milliseconds. Reading it again gives the same event.
 */
export function eventToJson(event: CheckpointEvent): string {
  return JSON.stringify({
    id: event.id,
    flow: event.flow,
    key: event.key ?? undefined,
    step: event.step ?? undefined,
    event: event.kind,
    time: formatTime(event.time),
    state: event.state ?? undefined,
    // fromEntries makes `__proto__` a property like any other
    params: event.params.length > 0 ? Object.fromEntries(event.params) : undefined,
    message: event.message ?? undefined,
    source: event.source ?? undefined,
  });
}

/**
 * Gives a short hash of everything an event says (128 bits of SHA-256, base64url), the same whatever the order of its
 * params, to tell an event that was sent twice from another one under the same id.
 */
export function eventDigest(event: CheckpointEvent): string {
  const { id, flow, key, step, kind, time, state, message, source } = event;
  const params = event.params.length > 1 ? [...event.params].sort(byName) : event.params;
  const content = JSON.stringify([id, flow, key, step, kind, time, state, params, message, source]);
  return hash('sha256', content, 'base64url').slice(0, 22);
}

function byName([a]: CheckpointEvent['params'][number], [b]: CheckpointEvent['params'][number]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
