import type { Message } from '../../engine/index.ts';
import { makeBell } from './bell.ts';
import type { LocalStream } from './local-stream.ts';
import { digestOf, readHeaders, storable, writeHeaders } from './records.ts';

export interface MemoryStreamOptions {
  /** time at which messages are stored, ms; default: always 0 */
  readonly now?: () => number;
  /** default `memory-1` */
  readonly incarnation?: string;
}

/** The stream of checkpoint events in memory, for tests: as good as the inbox in the database. */
export function memoryStream(options: MemoryStreamOptions = {}): LocalStream {
  const incarnation = options.incarnation ?? 'memory-1';
  const bell = makeBell();
  const kept: { readonly message: Message; readonly digest: string | null }[] = [];
  const digests = new Set<string>();
  let last = 0;
  let position = 0;
  let running = false;
  return {
    intake: {
      start: async (after) => {
        position = after.incarnation === incarnation ? after.sequence : 0;
        running = true;
        return { incarnation };
      },
      next: async (max, wait) => {
        const end = performance.now() + wait;
        while (running) {
          const rings = bell.rings();
          const first = kept.findIndex(({ message }) => message.sequence > position);
          if (first >= 0) {
            const found = kept.slice(first, first + max).map(({ message }) => message);
            position = found.at(-1)?.sequence ?? position;
            return found;
          }
          const left = end - performance.now();
          if (left <= 0) break;
          await bell.wait(rings, left);
        }
        return [];
      },
      confirm: async (sequence) => {
        while (kept[0] !== undefined && kept[0].message.sequence <= sequence) {
          const gone = kept.shift();
          if (gone !== undefined && gone.digest !== null) digests.delete(gone.digest);
        }
      },
      last: async () => last,
      stop: async () => {
        running = false;
        bell.ring();
      },
    },
    outlet: {
      send: async (messages) => {
        for (const { subject, payload, headers, id } of messages) {
          const digest = id === undefined ? null : digestOf(id).toString('hex');
          if (digest !== null && digests.has(digest)) continue;
          if (digest !== null) digests.add(digest);
          last += 1;
          const message = {
            sequence: last,
            storedAt: options.now?.() ?? 0,
            subject: storable(subject),
            headers: readHeaders(writeHeaders(headers ?? {})),
            payload: Uint8Array.from(payload),
          };
          kept.push({ message, digest });
        }
        bell.ring();
      },
    },
    close: async () => {},
  };
}
