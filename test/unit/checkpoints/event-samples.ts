import type { ReadResult } from '../../../checkpoints/index.ts';

/** A correct event in native form, with some fields replaced; `undefined` takes a field away. */
export function native(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const event = {
    id: 'e-1',
    flow: 'settlement',
    key: 'clearing-2026-11-23',
    step: 'receive',
    event: 'params',
    time: '2026-11-23T15:30:00.000+08:00',
    ...changes,
  };
  return Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined));
}

/** A correct structured CloudEvent, with some attributes replaced; `undefined` takes one away. */
export function cloud(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const event = {
    specversion: '1.0',
    id: '17',
    source: '/clearing/host-1',
    type: 'milepost.checkpoint.committed',
    subject: 'settlement/clearing-2026-11-23/receive',
    time: '2026-11-23T07:30:00Z',
    ...changes,
  };
  return Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined));
}

/** The paths of what is wrong; an empty list where the event was understood. */
export function paths(result: ReadResult): string[] {
  return result.ok ? [] : result.problems.map((problem) => problem.path);
}

/** All messages of a refusal in one text; empty where the event was understood. */
export function messages(result: ReadResult): string {
  return result.ok ? '' : result.problems.map((problem) => problem.message).join('\n');
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
