import { type Intake, IntakeError, type Message, type Outlet } from '../../engine/index.ts';
import { type Bell, makeBell } from './bell.ts';
import type { LocalStream } from './local-stream.ts';
import { digestOf, readHeaders, storable, writeHeaders } from './records.ts';

export interface MemoryStream extends Omit<LocalStream, 'waiting'> {
  /** The stream is lost and a new, empty one takes its place. */
  remake(): void;
}

interface Kept {
  incarnation: number;
  last: number;
  messages: { readonly message: Message; readonly digest: string | null }[];
}

/** The stream of checkpoint events in memory, for tests: as good as the inbox. `now` gives the time of storing, ms. */
export function memoryStream(now: () => number): MemoryStream {
  const kept: Kept = { incarnation: 1, last: 0, messages: [] };
  const bell = makeBell();
  return {
    intake: () => memoryIntake(kept, bell),
    outlet: memoryOutlet(kept, { bell, now }),
    remake() {
      kept.incarnation += 1;
      kept.last = 0;
      kept.messages = [];
      bell.ring();
    },
    close: async () => {},
  };
}

function memoryIntake(kept: Kept, bell: Bell): Intake {
  let incarnation = '';
  let position = 0;
  let confirmed = 0;
  let running = false;
  return {
    start: async (after) => {
      incarnation = nameOf(kept);
      position = incarnation === after.incarnation ? after.sequence : 0;
      confirmed = position;
      running = true;
      return { incarnation };
    },
    next: async (max, wait) => {
      const end = performance.now() + wait;
      while (running) {
        const rings = bell.rings();
        if (nameOf(kept) !== incarnation) {
          throw new IntakeError('the stream was made anew while it was read: start again', 'changed');
        }
        const first = kept.messages.findIndex(({ message }) => message.sequence > position);
        if (first >= 0) {
          const found = kept.messages.slice(first, first + max).map(({ message }) => message);
          position = found.at(-1)?.sequence ?? position;
          return found;
        }
        kept.messages = kept.messages.filter(({ message }) => message.sequence > confirmed);
        const left = end - performance.now();
        if (left <= 0) return [];
        await bell.wait(rings, left);
      }
      throw new IntakeError('reading was stopped', 'stopped');
    },
    confirm: async (sequence) => {
      confirmed = Math.max(confirmed, sequence);
    },
    last: async () => kept.last,
    stop: async () => {
      running = false;
      bell.ring();
    },
  };
}

function memoryOutlet(
  kept: Kept,
  { bell, now }: { readonly bell: Bell; readonly now: () => number },
): Outlet {
  return {
    send: async (messages) => {
      for (const { subject, payload, headers, id } of messages) {
        const digest = id === undefined ? null : digestOf(id).toString('hex');
        if (digest !== null && kept.messages.some((one) => one.digest === digest)) continue;
        kept.last += 1;
        const message = {
          sequence: kept.last,
          storedAt: now(),
          subject: storable(subject),
          headers: readHeaders(writeHeaders(headers ?? {})),
          payload: Uint8Array.from(payload),
        };
        kept.messages.push({ message, digest });
      }
      bell.ring();
    },
  };
}

function nameOf(kept: Kept): string {
  return `memory-${kept.incarnation}`;
}
