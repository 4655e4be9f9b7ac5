/** A channel behind somebody who keeps notices and tells later what came of them: how long he is asked, and what counts. */
import { expect, test } from 'vitest';
import { memoryNotices } from '../../../adapters/storage/index.ts';
import { createDispatcher, type SendOutcome } from '../../../engine/index.ts';
import { definitionsOf, timeOf } from './notice-timeline.ts';

const DEFINITIONS = definitionsOf('{ channel: far, type: log, deadline: 1h, quota: { count: 2, per: 1h } }');
const KEPT: SendOutcome = { kind: 'kept', after: 60_000, reason: 'kept by the relay', down: null };
const RETRY: SendOutcome = { kind: 'retry', after: null, reason: 'nobody there' };

/** What becomes of a notice that is asked after every ten minutes; a pause of null is a process that was away for two hours. */
async function fate(answers: readonly (SendOutcome | null)[]) {
  let now = timeOf('09:00');
  const { store, reader } = memoryNotices({ now: () => now });
  const opened = await store.open('me', 86_400_000);
  const notice = {
    ...{ id: 'n', channel: 'far', kind: 'notify' as const, thread: 't', recovered: false, level: 1 },
    ...{ severity: 'info' as const, at: now, path: null, to: [], alarms: [], folded: [] },
    words: { en: { subject: 's', text: 't' }, zh: { subject: 's', text: 't' } },
  };
  await store.commit({
    ...{ epoch: opened?.epoch ?? 0, previous: '', tag: 'c1', change: 0, lease: 86_400_000, handlings: [] },
    ...{ memory: [], silences: [], history: [], acts: [], wishes: [], changes: [], failures: [] },
    notices: [notice],
  });
  const definition = DEFINITIONS.notifying.channels.get('far');
  if (definition === undefined) throw new Error('there is a channel far');
  let asked = 0;
  const start = (given: SendOutcome) =>
    createDispatcher({
      ...{ definition, store, address: null, now: () => now, random: () => 0.5 },
      timeout: (ms) => AbortSignal.timeout(ms),
      channel: {
        remembers: true,
        async send() {
          asked += 1;
          return given;
        },
        close: async () => {},
      },
    });
  for (const answer of answers) {
    now += answer === null ? 2 * 3_600_000 : 5 * 60_000;
    // each by a process of its own, so that nothing lives in memory alone
    if (answer !== null) await start(answer).turn();
  }
  const [entry] = (await reader.notices({}, 1, null)).items;
  return `${entry?.state} after ${asked}: ${entry?.reason}`;
}

test.each<readonly [string, readonly (SendOutcome | null)[], string]>([
  [
    'is asked as long as it takes, and what it costs is counted once',
    [KEPT, KEPT, KEPT, KEPT, KEPT, KEPT, KEPT, { kind: 'sent', detail: 'sent by the relay' }],
    'sent after 8: sent by the relay',
  ],
  [
    'has failed where that is said, whatever was kept before',
    [KEPT, { kind: 'failed', reason: 'no such user' }],
    'failed after 2: no such user',
  ],
  [
    'may have arrived where nobody will know',
    [KEPT, { kind: 'unknown', reason: 'no answer', final: true }],
    'unknown after 2: no answer',
  ],
  [
    'may arrive yet where it is only kept by its deadline',
    [KEPT, null, KEPT],
    'unknown after 2: not delivered within its deadline',
  ],
  [
    'may have arrived where the one who kept it cannot be asked any more',
    [KEPT, null, RETRY],
    'unknown after 2: not delivered within its deadline: nobody there',
  ],
  [
    'was sent where that is heard after its deadline',
    [KEPT, null, { kind: 'sent', detail: null }],
    'sent after 2: null',
  ],
  [
    'has failed where nobody ever kept it',
    [RETRY, null, KEPT],
    'failed after 1: not delivered within its deadline',
  ],
])('what is kept on the way %s', async (_, answers, wanted) => {
  expect(await fate(answers)).toBe(wanted);
});
