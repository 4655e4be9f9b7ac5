/** The canary by itself: when it counts as lost, and when it only waits its turn. */
import { afterEach, expect, test } from 'vitest';
import type { Closers } from '../../adapters/closers.ts';
import type { SystemStatus } from '../../adapters/freshness.ts';
import { createMetrics } from '../../adapters/http/index.ts';
import type { LoopTime } from '../../adapters/loop.ts';
import { startCanary } from '../../adapters/serving/canary.ts';
import type { Stream } from '../../adapters/serving/open-stream.ts';
import { type ChangeRecord, probeSubject } from '../../engine/index.ts';

const LOG = { info: () => undefined, warn: () => undefined, error: () => undefined };
const closers: Closers = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** Time that goes on only when it is told to. */
function steppedTime() {
  const at = { now: Date.parse('2026-11-23T08:00:00Z'), steady: 0 };
  let sleepers: { readonly until: number; wake(): void }[] = [];
  const time: LoopTime = {
    now: () => at.now,
    sleep: (ms, signal) =>
      new Promise((wake) => {
        sleepers.push({ until: at.steady + ms, wake });
        signal.addEventListener('abort', () => wake());
      }),
    breathe: async () => undefined,
  };
  const step = async (ms: number) => {
    at.now += ms;
    at.steady += ms;
    const due = sleepers.filter(({ until }) => until <= at.steady);
    sleepers = sleepers.filter((sleeper) => !due.includes(sleeper));
    for (const { wake } of due) wake();
    for (let turns = 0; turns < 20; turns++) await Promise.resolve();
  };
  return { at, time, step };
}

/** A canary every ten seconds; `answers`: whether what is sent comes back. */
function canary(options: { answers: boolean; status?: () => Partial<SystemStatus['partitions'][number]> }) {
  const { at, time, step } = steppedTime();
  const sent: string[] = [];
  const said: (string | null)[] = [];
  const changes: (ChangeRecord & { id: number })[] = [];
  const metrics = createMetrics();
  const come = (id: string) => {
    const body = JSON.stringify({ id, partition: '0' });
    changes.push({ id: changes.length + 1, kind: 'publish', subject: 'milepost.canary.0', body });
  };
  const stream: Stream = {
    ...{ partitions: 1, nc: null, url: null, passOn: null, link: () => 'none' as const },
    intake: () => expect.unreachable('nobody reads'),
    outlet: {
      async send(messages) {
        for (const { subject, payload } of messages) {
          expect(subject).toBe(probeSubject('canary0'));
          const id = new TextDecoder().decode(payload);
          sent.push(id);
          if (options.answers) come(id);
        }
      },
    },
    waiting: async () => new Map(),
    removed: async () => null,
    makeRoom: async () => null,
  };
  const partition = { partition: '0', owner: 'w', clock: null, behind: 0, lag: 0, fresh: true, why: null };
  const { checks } = startCanary(
    {
      ...{ every: 10_000, stream, metrics, log: LOG, time, now: time.now, steady: () => at.steady },
      storage: {
        changes: {
          newest: async () => 0,
          changes: async (after: number) => changes.filter(({ id }) => id > after),
          ...{ oldest: async () => 0, published: async () => 0, markPublished: async () => undefined },
        },
      },
      status: () => ({
        ...{ fresh: true, why: null, at: null, asOf: null },
        partitions: [{ ...partition, asOf: at.now, ...options.status?.() }],
      }),
      voice: {
        report: () => undefined,
        trouble: (_, params) => void said.push(params === null ? null : String(params.REASON)),
        speak: () => undefined,
      },
    },
    closers,
  );
  return {
    sent,
    said,
    come,
    check: () => checks()[0],
    step,
    async pass(s: number) {
      for (let tenths = 0; tenths < s * 10; tenths++) await step(100);
    },
  };
}

test('one that comes back is well, and the next one is sent in its time', async () => {
  const { sent, said, check, pass } = canary({ answers: true });
  await pass(35);
  expect(sent).toEqual(['10', '20', '30'].map((s) => `2026-11-23T08:00:${s}.100Z`));
  expect(check()).toMatchObject({ ok: true, detail: expect.stringMatching(/^came back within/) });
  expect(said).toEqual([]);
});

test('one that stays away is sent again and counts as lost after twenty seconds; any later one that comes back ends that', async () => {
  const { sent, said, come, check, pass } = canary({ answers: false });
  await pass(28);
  expect(check()?.ok).toBe(true);
  await pass(5);
  expect(check()).toEqual({
    name: 'canary',
    ok: false,
    detail: expect.stringMatching(/^not back for 2\d s$/),
  });
  expect(sent.length).toBeGreaterThan(4); // the three of the time, and some again
  expect(said).toEqual([expect.stringMatching(/^not back for 2\d s$/)]);
  come('2026-11-23T08:00:01.000Z'); // an earlier one says nothing
  await pass(1);
  expect(check()?.ok).toBe(false);
  come(sent.at(-1) ?? '');
  await pass(1);
  expect(check()?.ok).toBe(true);
  expect(said.at(-1)).toBe(null);
});

test('one that another process was quicker with is not waited for, and says how long it took, too', async () => {
  const { said, come, check, pass } = canary({ answers: false });
  await pass(8);
  expect(check()?.detail).toBe('none is back yet');
  for (let s = 10; s <= 60; s += 10) {
    await pass(1);
    come(new Date(Date.parse('2026-11-23T08:00:00Z') + s * 1000).toISOString());
    await pass(9);
  }
  expect(check()).toMatchObject({ ok: true, detail: expect.stringMatching(/^came back within 0\.\d\d s$/) });
  expect(said).toEqual([]);
});

test('one that waits behind others that are worked off is not lost, until its turn has come', async () => {
  let behind = true;
  const { said, check, pass } = canary({
    answers: false,
    status: () => (behind ? { behind: 100, asOf: Date.parse('2026-11-23T07:00:00Z') } : {}),
  });
  await pass(90);
  expect([check()?.ok, said]).toEqual([true, []]);
  behind = false;
  await pass(19);
  expect(check()?.ok).toBe(true);
  await pass(4);
  expect(check()?.ok).toBe(false);
});

test('a process that stood still does not take what it missed for lost', async () => {
  const { said, check, pass, step } = canary({ answers: false });
  await pass(12);
  await step(60_000);
  expect([check()?.ok, said]).toEqual([true, []]);
});
