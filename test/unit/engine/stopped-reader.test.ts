import { expect, test } from 'vitest';
import { memoryStorage } from '../../../adapters/storage/index.ts';
import { createWorker, type Intake, IntakeError, type Message } from '../../../engine/index.ts';
import { defined } from './watching.ts';
import { TIMED } from './watching-flows.ts';

const BEGUN = Date.parse('2026-11-23T08:00:00Z');
const EVENT = `{"id":"e1","flow":"timed","key":"k","step":"a","event":"activated","time":"2026-11-23T08:00:00Z"}`;

/** Has one message, and then what `after` says. */
function oneMessage(after: () => Promise<readonly Message[]>): Intake {
  const message: Message = {
    ...{ sequence: 1, storedAt: BEGUN, subject: 'milepost.checkpoint.timed.k', headers: {} },
    payload: Buffer.from(EVENT),
  };
  let given = false;
  return {
    start: async () => ({ incarnation: 's' }),
    async next() {
      if (given) return after();
      given = true;
      return [message];
    },
    confirm: async () => undefined,
    last: async () => 1,
    stop: async () => undefined,
  };
}

async function alarmsAfter(after: () => Promise<readonly Message[]>): Promise<number> {
  const storage = memoryStorage();
  let now = BEGUN;
  const worker = createWorker({
    ...{ partition: '0', owner: 'w', store: storage.store, intake: oneMessage(after) },
    ...{ definitions: defined(TIMED), sources: [], compile: () => null, now: () => now },
  });
  await worker.turn();
  now += 3_600_000;
  for (let turns = 0; turns < 3; turns++) await worker.turn();
  await worker.settle();
  expect(storage.tables.positions.get('0')?.mark).toBe(1);
  return storage.tables.alarms.size;
}

test('what is due is decided where the stream was seen to be empty', async () => {
  expect(await alarmsAfter(async () => [])).toBe(1);
});

test('what is due is left where reading was stopped, which says nothing about the stream', async () => {
  const stopped = () => Promise.reject(new IntakeError('reading was stopped', 'stopped'));
  expect(await alarmsAfter(stopped)).toBe(0);
});
