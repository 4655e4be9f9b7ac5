import { afterEach, expect, test } from 'vitest';
import { type Candidate, startCandidate } from '../../adapters/candidate.ts';
import { compileDefinitions, type Definitions } from '../../definitions/index.ts';
import type { JournalRecord } from '../../engine/index.ts';

const SOON = { timeout: 10_000, interval: 20 };
const started: Candidate[] = [];
afterEach(async () => {
  for (const each of started.splice(0)) await each.stop();
});

function definitions(limit: number, revision: string): Definitions {
  const text = `flow: f\nsteps: { a: { params: { N: { type: number } }, on: { params: { when: N > ${limit}, do: { alarm: many } } } } }\n`;
  const compiled = compileDefinitions([{ file: 'f.yaml', text }], revision);
  if (compiled.definitions === null) throw new Error('the definitions are sound');
  return compiled.definitions;
}

/** A journal that can be written to. */
function journal() {
  const entries: JournalRecord[] = [];
  const time = Date.parse('2026-11-23T09:00:00Z');
  return {
    entries,
    write(key: string, n: number) {
      const place = entries.length + 1;
      const event = {
        id: `e${place}`,
        flow: 'f',
        key,
        step: 'a',
        event: 'params',
        time: '2026-11-23T09:00:00Z',
        params: { N: n },
      };
      entries.push({
        ...{ partition: '0', place, clock: time, backlog: false, receivedAt: time, time, digest: '' },
        ...{ flow: 'f', key, id: event.id, step: 'a', kind: 'params', event: JSON.stringify(event) },
      });
    },
    reading: {
      tail: async (_: string, after: number, max: number) =>
        entries.filter(({ place }) => place > after).slice(0, max),
      end: async () => ({ journal: entries.length, clock: null }),
    },
  };
}

async function candidate(log: ReturnType<typeof journal>, active: () => Definitions) {
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const made = await startCandidate({
    ...{ candidate: definitions(3, 'new'), active, journal: log.reading, partitions: ['0'], log: quiet },
    now: () => Date.parse('2026-11-23T09:00:00Z'),
  });
  started.push(made);
  return made;
}

test('what the journal held before is not looked at; what comes is seen by both', async () => {
  const log = journal();
  log.write('before', 5);
  const old = definitions(9, 'old');
  const made = await candidate(log, () => old);
  log.write('a', 5);
  log.write('b', 10);
  await expect.poll(() => made.report().events, SOON).toBe(2);
  expect(made.report()).toMatchObject({
    ...{ active: 'old', candidate: 'new', rejected: { old: 0, new: 0 } },
    diff: { appeared: [{ key: 'a', name: 'many' }], vanished: [], moved: [], same: 1 },
  });
});

test('when other definitions are in use the comparison begins anew', async () => {
  const log = journal();
  let active = definitions(9, 'old');
  const made = await candidate(log, () => active);
  log.write('a', 5);
  await expect.poll(() => made.report().events, SOON).toBe(1);
  active = definitions(1, 'newer');
  await expect.poll(() => made.report().active, SOON).toBe('newer');
  expect(made.report()).toMatchObject({ events: 0, diff: { appeared: [], same: 0 } });
  log.write('b', 2);
  await expect.poll(() => made.report().diff.vanished.length, SOON).toBe(1);
});
