/** A channel that may be sent several notices at once: how many are on their way together, and which never are. */
import { expect, test } from 'vitest';
import { memoryNotices } from '../../../adapters/storage/index.ts';
import { createDispatcher, type Notice, type SendOutcome } from '../../../engine/index.ts';
import { definitionsOf, timeOf } from './notice-timeline.ts';

const DEFINITIONS = definitionsOf(
  '{ channel: hook, type: log }\n---\n{ channel: slow, type: log, quota: { count: 2, per: 1m } }\n',
);

async function owing(channel: string, threads: readonly string[]) {
  const now = timeOf('09:00');
  const { store } = memoryNotices({ now: () => now });
  const opened = await store.open('me', 60_000);
  const notices = threads.map(
    (thread, index): Notice => ({
      ...{ id: `n${index}`, channel, kind: 'notify', thread, recovered: false, severity: 'info', level: 1 },
      ...{ at: now, path: null, to: [], alarms: [], folded: [] },
      words: { en: { subject: 's', text: 't' }, zh: { subject: 's', text: 't' } },
    }),
  );
  await store.commit({
    ...{
      epoch: opened?.epoch ?? 0,
      change: 0,
      previous: opened?.tag ?? '',
      tag: 'next',
      lease: 60_000,
      handlings: [],
      memory: [],
      silences: [],
    },
    ...{ history: [], notices, acts: [], wishes: [], changes: [], failures: [] },
  });
  const definition = DEFINITIONS.notifying.channels.get(channel);
  if (definition === undefined) throw new Error(`no channel ${channel}`);
  const turns: string[][] = [];
  let answer: SendOutcome = { kind: 'sent', detail: null };
  const dispatcher = createDispatcher({
    ...{ definition, store, address: null, now: () => now, random: () => 0.5, atOnce: 3 },
    timeout: (ms) => AbortSignal.timeout(ms),
    channel: {
      async send({ id }) {
        turns.at(-1)?.push(id);
        return answer;
      },
      close: async () => {},
    },
  });
  return {
    async turn(outcome: SendOutcome = answer) {
      answer = outcome;
      turns.push([]);
      return dispatcher.turn();
    },
    turns,
    state: () => dispatcher.state().kind,
  };
}

test('as many as it may be sent are on their way together, of one thread never two', async () => {
  const { turn, turns } = await owing('hook', ['a', 'a', 'b', 'c', 'd']);
  while ((await turn()) === 'worked');
  expect(turns).toEqual([['n0', 'n2', 'n3'], ['n1', 'n4'], []]);
});

test('a quota holds for them together', async () => {
  const { turn, turns } = await owing('slow', ['a', 'b', 'c', 'd']);
  while ((await turn()) === 'worked');
  expect(turns).toEqual([['n0', 'n1'], []]);
});

test('those that fail together count once, and it is tried with one from then on', async () => {
  const { turn, turns, state } = await owing('hook', ['a', 'b', 'c', 'd', 'e']);
  await turn({ kind: 'retry', after: null, reason: 'refused' });
  await turn();
  expect(turns).toEqual([['n0', 'n1', 'n2'], ['n3']]);
  expect(state()).toBe('unknown');
});
