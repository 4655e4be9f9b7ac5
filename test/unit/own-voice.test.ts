/** What Milepost says about itself, between the process that notices and the stream. */
import { afterEach, expect, test } from 'vitest';
import type { Closers } from '../../adapters/closers.ts';
import { OutletError } from '../../adapters/nats/index.ts';
import { createOwnVoice } from '../../adapters/serving/own-voice.ts';
import type { OwnMatters } from '../../adapters/storage/index.ts';

const LOG = { info: () => undefined, warn: () => undefined, error: () => undefined };
const closers: Closers = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** The database's part, in memory: one for all voices. */
function matters(): OwnMatters & { readonly noted: (string | null)[] } {
  const reports = new Map<string, { event: string; sent: boolean }>();
  const noted: (string | null)[] = [];
  return {
    noted,
    async report(cause, word) {
      if (!reports.has(cause)) reports.set(cause, { event: word(1_000), sent: false });
    },
    note: async (_, __, params) => void noted.push(params),
    settle: async () => undefined,
    unsent: async () =>
      [...reports].filter(([, { sent }]) => !sent).map(([cause, { event }]) => ({ cause, event })),
    async sent(cause) {
      const report = reports.get(cause);
      if (report !== undefined) report.sent = true;
    },
  };
}

const GAP = { cause: 'stream-gap/A/1-2', step: 'stream-gap', params: { STREAM: 'A', FROM: 1, TO: 2 } };

test('what several processes notice goes out in the words of the first, and again until it has arrived', async () => {
  const own = matters();
  const sent: string[] = [];
  let away = true;
  for (const worker of ['w1', 'w2']) {
    const voice = createOwnVoice({ own, worker, log: LOG });
    voice.report(GAP);
    voice.report({ ...GAP, params: { ...GAP.params, TO: worker === 'w1' ? 2 : 3 } });
    const outlet = {
      async send(messages: readonly { readonly payload: Uint8Array }[]) {
        if (away) throw new OutletError('away', false);
        sent.push(...messages.map(({ payload }) => new TextDecoder().decode(payload)));
      },
    };
    voice.speak(outlet, closers);
  }
  await expect.poll(() => own.unsent()).toHaveLength(1);
  expect(sent).toEqual([]);
  away = false;
  await expect.poll(() => own.unsent(), { timeout: 10_000 }).toEqual([]);
  expect(new Set(sent).size).toBe(1); // both may have sent it: it is the same event
  expect(JSON.parse(sent[0] ?? '')).toMatchObject({
    ...{ id: 'stream-gap/A/1-2@1000', flow: 'milepost', key: 'self', event: 'params' },
    params: { TO: 2 },
  });
});

test('a trouble is noted when it begins, changes or ends, and not in between', async () => {
  const own = matters();
  const voice = createOwnVoice({ own, worker: 'w', log: LOG });
  voice.speak({ send: async () => undefined }, closers);
  for (const params of [null, { REASON: 'a' }, { REASON: 'a' }]) voice.trouble('clock', params);
  await expect.poll(() => own.noted, { timeout: 5_000 }).toEqual(['{"REASON":"a"}']);
  voice.trouble('clock', { REASON: 'b' });
  await expect.poll(() => own.noted, { timeout: 5_000 }).toEqual(['{"REASON":"a"}', '{"REASON":"b"}']);
  for (const params of [null, null]) voice.trouble('clock', params);
  await expect.poll(() => own.noted.slice(2), { timeout: 5_000 }).toEqual([null]);
});
