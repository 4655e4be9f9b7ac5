import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Change, createChangeStream, type Sink } from '../../adapters/http/change-stream.ts';

const HELD = 10;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A log to which changes are added, and a stream over it. */
function makeStream() {
  let log: Change[] = [];
  const stream = createChangeStream({
    changes: {
      changes: async (after, max) => log.filter(({ id }) => id > after).slice(0, max),
      newest: async () => log.at(-1)?.id ?? 0,
      oldest: async () => log[0]?.id ?? 0,
    },
    poll: 60_000,
    heartbeat: 1000,
    held: HELD,
    onError: (error) => {
      throw error;
    },
  });
  return {
    stream,
    async add(count: number) {
      const first = (log.at(-1)?.id ?? 0) + 1;
      for (let id = first; id < first + count; id += 1) {
        log.push({ id, kind: 'instance', subject: 's', body: '{}' });
      }
      stream.notify();
      await vi.advanceTimersByTimeAsync(0);
    },
    forget: (count: number) => {
      log = log.slice(count);
    },
  };
}

/** A connection that can be stopped up. */
function makeSink() {
  const ids: string[] = [];
  let open = true;
  let drained = () => {};
  let ended = false;
  const sink: Sink = {
    write(text) {
      for (const [, id, kind] of String(text).matchAll(/id: (\d+)\nevent: (\w+)/g))
        ids.push(kind === 'reset' ? `reset ${id}` : String(id));
      return open;
    },
    drained(callback) {
      drained = callback;
    },
    end() {
      ended = true;
    },
  };
  return {
    sink,
    ids,
    stop: () => {
      open = false;
    },
    async go() {
      open = true;
      drained();
      await vi.advanceTimersByTimeAsync(0);
    },
    ended: () => ended,
  };
}

const everything = () => true;

test('a reader that was stopped up for a while misses nothing of what is still held', async () => {
  const { stream, add } = makeStream();
  const reader = makeSink();
  await stream.attach({ sink: reader.sink, after: null, wants: everything });
  reader.stop();
  await add(1);
  await add(HELD - 1);
  expect(reader.ids).toEqual(['1']);
  await reader.go();
  expect(reader.ids).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']);
  await stream.close();
});

test('a reader that was stopped up for longer is told to load anew, once, and goes on from there', async () => {
  const { stream, add } = makeStream();
  const reader = makeSink();
  await stream.attach({ sink: reader.sink, after: null, wants: everything });
  reader.stop();
  await add(1);
  await add(HELD + 5);
  await reader.go();
  await add(1);
  expect(reader.ids).toEqual(['1', 'reset 16', '17']);
  await stream.close();
});

test('a reader that resumes slowly is told when the log forgets what it still needs', async () => {
  const { stream, add, forget } = makeStream();
  await add(600);
  const reader = makeSink();
  reader.stop();
  await stream.attach({ sink: reader.sink, after: 0, wants: everything });
  forget(100);
  await reader.go();
  expect(reader.ids).toEqual(['reset 600']);
  await stream.close();
});

test('row 43: a reader that takes nothing for five heartbeats is disconnected, others are not', async () => {
  const { stream, add } = makeStream();
  const stuck = makeSink();
  const well = makeSink();
  await stream.attach({ sink: stuck.sink, after: null, wants: everything });
  await stream.attach({ sink: well.sink, after: null, wants: everything });
  stuck.stop();
  await add(1);
  await vi.advanceTimersByTimeAsync(4000);
  expect([stuck.ended(), stream.readers()]).toEqual([false, 2]);
  await vi.advanceTimersByTimeAsync(1000);
  expect([stuck.ended(), well.ended(), stream.readers()]).toEqual([true, false, 1]);
  await stream.close();
});

test('without readers nothing is read, and the next one starts anew', async () => {
  const { stream, add } = makeStream();
  const first = makeSink();
  const detach = await stream.attach({ sink: first.sink, after: null, wants: everything });
  detach();
  await add(2);
  expect(vi.getTimerCount()).toBe(0);
  await add(3);
  const second = makeSink();
  await stream.attach({ sink: second.sink, after: null, wants: everything });
  await add(1);
  expect([first.ids, second.ids]).toEqual([[], ['6']]);
  await stream.close();
});

test('after closing readers are turned away, and closing again is fine', async () => {
  const { stream } = makeStream();
  const early = makeSink();
  await stream.attach({ sink: early.sink, after: null, wants: everything });
  await stream.close();
  const late = makeSink();
  await stream.attach({ sink: late.sink, after: null, wants: everything });
  await stream.close();
  expect([early.ended(), late.ended(), vi.getTimerCount()]).toEqual([true, true, 0]);
});

test('readers that want the same are sent the same bytes, made once', async () => {
  const { stream, add } = makeStream();
  const sent: unknown[] = [];
  const sink: Sink = { write: (part) => sent.push(part) > 0, drained: () => {}, end: () => {} };
  await stream.attach({ sink, after: null, wants: everything });
  await stream.attach({ sink, after: null, wants: everything });
  await stream.attach({ sink, after: null, wants: () => false });
  sent.length = 0;
  await add(3);
  expect(sent).toHaveLength(2);
  expect(sent[0]).toBe(sent[1]);
  expect(String(sent[0]).match(/^id: /gm)).toHaveLength(3);
  await stream.close();
});
