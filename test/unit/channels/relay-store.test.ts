import { describe, expect, it } from 'vitest';
import { type RelayOutcome, type RelayQueue, relayStore } from '../../../adapters/channels/relay-store.ts';
import { relayedBody } from '../../../adapters/channels/relayed-notice.ts';
import { SENDING } from '../../integration/channels/sending.ts';

interface Message {
  readonly sequence: number;
  readonly id: string;
  readonly thread?: string;
  readonly again?: boolean;
}

/** A store over a queue that delivers these messages, one a question. */
function storeOf(
  messages: readonly Message[],
  returning: RelayQueue['returning'] = { count: 0, until: 0, within: 0 },
) {
  const left = [...messages];
  const finished: number[] = [];
  const outcomes: RelayOutcome[] = [];
  const clock = { now: 1_000 };
  let refuses = false;
  const queue: RelayQueue = {
    returning,
    async next() {
      const message = left.shift();
      if (message === undefined) return null;
      const { sequence, id, thread = id, again = false } = message;
      return { sequence, again, payload: Buffer.from(relayedBody({ ...SENDING, id, thread })) };
    },
    async finish(sequence) {
      if (refuses) throw new Error('lost');
      finished.push(sequence);
    },
    close: async () => {},
  };
  const store = relayStore({
    ...{ queue, channel: 'desk', now: () => clock.now },
    onOutcome: (outcome) => outcomes.push(outcome),
  });
  const claim = async () => (await store.claim({ channel: 'desk', now: clock.now, until: 0, max: 1 }))[0];
  const settle = (id: string, state: 'owed' | 'sent', nextAt: number | null = null) =>
    store.settle({ id, attempt: 1, state, nextAt, uncertain: false, reason: null, at: clock.now });
  const refuse = (yes: boolean) => {
    refuses = yes;
  };
  return { store, claim, settle, finished, outcomes, clock, refuse };
}

describe('what a relay has taken', () => {
  it('is confirmed once it was sent, and not before', async () => {
    const { claim, settle, finished, outcomes } = storeOf([{ sequence: 1, id: 'a' }]);
    expect(await claim()).toMatchObject({
      attempt: 1,
      uncertain: false,
      notice: { id: 'a', path: SENDING.link },
    });
    expect(finished).toEqual([]);
    await settle('a', 'sent');
    expect([finished, outcomes.map(({ id, state }) => `${id} ${state}`)]).toEqual([[1], ['a sent']]);
  });

  it('waits behind the first of its thread, while others go on', async () => {
    const { claim, settle, clock } = storeOf([
      { sequence: 1, id: 'a', thread: 't' },
      { sequence: 2, id: 'b', thread: 't' },
      { sequence: 3, id: 'c' },
    ]);
    await claim();
    await settle('a', 'owed', 5_000);
    expect(await claim()).toBeUndefined();
    expect((await claim())?.notice.id).toBe('c');
    clock.now = 5_000;
    expect(await claim()).toMatchObject({ attempt: 2, notice: { id: 'a' } });
    await settle('a', 'sent');
    expect((await claim())?.notice.id).toBe('b');
  });

  it('goes behind what an earlier relay left, which is uncertain', async () => {
    const { claim, settle } = storeOf(
      [
        { sequence: 8, id: 'new' },
        { sequence: 5, id: 'old', again: true },
      ],
      { count: 1, until: 6, within: 25_000 },
    );
    expect(await claim()).toBeUndefined();
    expect(await claim()).toMatchObject({ uncertain: true, notice: { id: 'old' } });
    await settle('old', 'sent');
    expect(await claim()).toMatchObject({ uncertain: false, notice: { id: 'new' } });
  });

  it('goes on when what an earlier relay left does not come in time', async () => {
    const { claim, clock } = storeOf([{ sequence: 8, id: 'new' }], { count: 1, until: 6, within: 25_000 });
    expect(await claim()).toBeUndefined();
    clock.now += 25_000;
    expect((await claim())?.notice.id).toBe('new');
  });

  it('is not sent again where its confirmation failed: that is said again', async () => {
    const { claim, settle, finished, refuse } = storeOf([
      { sequence: 1, id: 'a' },
      { sequence: 1, id: 'a', again: true },
    ]);
    await claim();
    refuse(true);
    await expect(settle('a', 'sent')).rejects.toThrow('lost');
    expect(await claim()).toBeUndefined();
    refuse(false);
    expect(await claim()).toBeUndefined();
    expect(finished).toEqual([1]);
  });

  it('is given up where it is no notice, each by its place', async () => {
    const wrong = { ...SENDING, language: 'fr' as never };
    const finished: number[] = [];
    const outcomes: RelayOutcome[] = [];
    const store = relayStore({
      queue: {
        returning: { count: 0, until: 0, within: 0 },
        next: async () => ({ sequence: 7, again: false, payload: Buffer.from(relayedBody(wrong)) }),
        finish: async (sequence) => void finished.push(sequence),
        close: async () => {},
      },
      ...{ channel: 'desk', now: () => 0, onOutcome: (outcome) => outcomes.push(outcome) },
    });
    expect(await store.claim({ channel: 'desk', now: 0, until: 0, max: 1 })).toEqual([]);
    expect([finished, outcomes.map(({ reason }) => reason)]).toEqual([
      [7],
      ['message 7 is no notice: language is missing or wrong'],
    ]);
  });

  it('stands until its thread has recovered, for receivers that forget', async () => {
    const { store, claim, settle } = storeOf([{ sequence: 1, id: 'a' }]);
    await claim();
    await settle('a', 'sent');
    expect((await store.standing('desk', 10)).map(({ id }) => id)).toEqual(['a']);
  });
});
