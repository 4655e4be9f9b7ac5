/** Looking at the whole system: what of it becomes a trouble or a report of Milepost about itself. */
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Closers } from '../../adapters/closers.ts';
import { createMetrics } from '../../adapters/http/index.ts';
import type { Stream } from '../../adapters/serving/open-stream.ts';
import type { OwnVoice } from '../../adapters/serving/own-voice.ts';
import { watchSystem } from '../../adapters/serving/watch-system.ts';
import { memoryStorage } from '../../adapters/storage/index.ts';

const LOG = { info: () => undefined, warn: () => undefined, error: () => undefined };
const REPLAYS = { note: () => undefined, look: async () => undefined, until: () => null, detail: () => null };

/** What is said of a stream like this, look after look. */
async function saidOf(looks: Partial<Pick<Stream, 'removed' | 'makeRoom'>>) {
  const storage = memoryStorage({ now: Date.now });
  await storage.leases.partitions(1);
  const said: string[] = [];
  const voice: OwnVoice = {
    report: ({ cause }) => void said.push(cause),
    trouble: (topic, params) => void (params !== null && said.push(`${topic}: ${params.REASON}`)),
    speak: () => undefined,
  };
  const stream: Stream = {
    ...{ partitions: 1, nc: null, url: null, passOn: null, link: () => 'none' },
    intake: () => expect.unreachable('nobody reads'),
    outlet: { send: async () => undefined },
    waiting: async () => new Map(),
    removed: async () => null,
    makeRoom: async () => null,
    ...looks,
  };
  const closers: Closers = [];
  const metrics = createMetrics();
  const options = { version: '1', replays: REPLAYS, log: LOG, held: () => 1, now: Date.now };
  watchSystem({ ...options, storage, stream, metrics, voice, canary: 0 }, closers);
  onTestFinished(async () => {
    for (const close of closers) await close();
  });
  return { said, metrics };
}

test.each([
  [0.6, []],
  [0.75, ['stream-filling: the stream of events is filled to 75 % with what is not applied']],
  [
    0.95,
    [
      'stream-filling: the stream of events is filled to 95 % with what is not applied',
      'stream-full: the stream of events is filled to 95 % with what is not applied',
    ],
  ],
])('row 18: a stream that is filled to %d', async (share, wanted) => {
  const { said, metrics } = await saidOf({ makeRoom: async () => share });
  await expect.poll(() => metrics.render()).toContain(`milepost_stream_filled_ratio ${share}`);
  expect(said).toEqual(wanted);
});

test('row 17: messages that are missing at two looks are, and at one may be on their way', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const causes = ['a', null, 'b', 'b'];
  const { said } = await saidOf({
    removed: async () => {
      const cause = causes.shift() ?? null;
      return cause === null ? null : { cause, step: 'stream-gap', params: {} };
    },
  });
  await vi.waitUntil(() => causes.length === 0, { interval: 500, timeout: 20_000 });
  await vi.advanceTimersByTimeAsync(100);
  expect(said).toEqual(['b']);
});
