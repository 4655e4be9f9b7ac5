/** What a relay keeps in its journal: over a journal in memory that may fail, and over the file itself. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { openKeptNotices } from '../../../adapters/channels/kept-notices.ts';
import { openJournal } from '../../../adapters/channels/notice-journal.ts';
import type { Notice } from '../../../engine/index.ts';
import { SENDING } from '../../integration/channels/sending.ts';

const DAY = 86_400_000;
const BEGIN = Date.parse('2026-11-20T00:00:00Z');

/** A disk that keeps lines, and refuses them while it is full. */
function disk() {
  const state = { lines: [] as string[], full: false, left: Number.POSITIVE_INFINITY, bytes: 0 };
  const take = (lines: readonly string[]) => {
    if (state.full || state.left < 1) throw new Error('no space left');
    state.left -= 1;
    state.lines = [...lines];
    state.bytes = lines.join('\n').length;
  };
  return {
    state,
    opened: () => ({
      lines: [...state.lines],
      journal: {
        size: () => state.bytes,
        add: async (line: string) => take([...state.lines, line]),
        replace: async (lines: readonly string[]) => take(lines),
        close: async () => {},
      },
    }),
  };
}

async function relayOn(store: ReturnType<typeof disk>) {
  const clock = { now: BEGIN };
  const now = () => clock.now;
  const open = () => openKeptNotices(store.opened(), { path: 'journal', now });
  let kept = await open();
  const outcomes: string[] = [];
  const ofDesk = () =>
    kept.storeOf('desk', ({ id, state }) => {
      outcomes.push(`${id} ${state}`);
    }).store;
  let desk = ofDesk();
  return {
    ...{ clock, outcomes },
    look: (id: string, at = BEGIN) => kept.look({ id, channel: 'desk', at }).state,
    take: async (id: string, more: Partial<Notice> = {}, uncertain = false) =>
      (await kept.take({ ...SENDING, id, thread: id, at: BEGIN, ...more }, uncertain)).state,
    claim: async (max = 1) =>
      (await desk.claim({ channel: 'desk', now: clock.now, until: 0, max })).map(
        ({ notice, attempt, uncertain, unknowns }) => ({ id: notice.id, attempt, uncertain, unknowns }),
      ),
    settle: (id: string, attempt: number, state: 'owed' | 'sent' | 'failed', uncertain = false) =>
      desk.settle({ ...{ id, attempt, state, uncertain, reason: null }, nextAt: null, at: clock.now }),
    standing: async () => (await desk.standing('desk', 10)).map(({ id }) => id),
    waiting: () => Object.fromEntries(kept.waiting()),
    trouble: () => kept.trouble(),
    async restart() {
      kept = await open();
      desk = ofDesk();
    },
  };
}

test('a notice waits behind the first of its thread, and others do not', async () => {
  const relay = await relayOn(disk());
  for (const [id, thread] of [
    ['a', 't'],
    ['b', 't'],
    ['c', 'u'],
  ] as const)
    expect(await relay.take(id, { thread })).toBe('kept');
  expect((await relay.claim(8)).map(({ id }) => id)).toEqual(['a', 'c']);
  await relay.settle('a', 1, 'owed');
  expect(await relay.claim(8)).toMatchObject([{ id: 'a', attempt: 2, uncertain: false }]);
  await relay.settle('a', 2, 'sent');
  expect((await relay.claim(8)).map(({ id }) => id)).toEqual(['b']);
  expect([relay.look('a'), relay.look('b'), relay.look('x')]).toEqual(['sent', 'kept', 'strange']);
  expect(relay.waiting()).toEqual({ desk: 2 });
});

test('only what was being sent when the process ended may have arrived', async () => {
  const relay = await relayOn(disk());
  for (const id of ['a', 'b', 'c']) await relay.take(id);
  await relay.claim(2);
  await relay.settle('b', 1, 'owed');
  await relay.restart();
  expect(await relay.claim(8)).toEqual([
    { id: 'a', attempt: 2, uncertain: true, unknowns: 1 },
    { id: 'b', attempt: 2, uncertain: false, unknowns: 0 },
    { id: 'c', attempt: 1, uncertain: false, unknowns: 0 },
  ]);
});

test('nothing is taken or sent while the disk is full, and what was sent by then is not sent again', async () => {
  const store = disk();
  const relay = await relayOn(store);
  await relay.take('a');
  await relay.take('b');
  await relay.claim(1);
  store.state.full = true;
  await expect(relay.settle('a', 1, 'sent')).rejects.toThrow('no space');
  await expect(relay.take('c')).rejects.toThrow('no space');
  await expect(relay.claim(8)).rejects.toThrow('no space');
  expect([relay.trouble(), relay.look('a')]).toEqual(['journal cannot be written: no space left', 'kept']);
  store.state.full = false;
  expect((await relay.claim(8)).map(({ id }) => id)).toEqual(['b']);
  expect([relay.look('a'), relay.look('c'), relay.trouble()]).toEqual(['sent', 'strange', null]);
  expect(relay.outcomes).toEqual(['a sent']);
});

test('what could be claimed before the disk was full is sent, and the rest later', async () => {
  const store = disk();
  const relay = await relayOn(store);
  for (const id of ['a', 'b', 'c']) await relay.take(id);
  store.state.left = 1;
  expect((await relay.claim(8)).map(({ id }) => id)).toEqual(['a']);
  await expect(relay.claim(8)).rejects.toThrow('no space');
  store.state.left = 9;
  expect((await relay.claim(8)).map(({ id }) => id)).toEqual(['b', 'c']);
});

test('what comes too late is refused, and what is over is known for eight days', async () => {
  const relay = await relayOn(disk());
  await relay.take('a');
  await relay.claim();
  await relay.settle('a', 1, 'failed');
  relay.clock.now += 7.5 * DAY;
  expect([await relay.take('old'), relay.look('old')]).toEqual(['failed', 'strange']);
  await relay.restart();
  expect([await relay.take('a'), await relay.take('b', { at: relay.clock.now })]).toEqual(['failed', 'kept']);
  relay.clock.now += DAY;
  await relay.restart();
  await relay.take('c', { at: relay.clock.now });
  expect([relay.look('a'), relay.look('b', BEGIN + 7.5 * DAY)]).toEqual(['strange', 'kept']);
});

test('what stands is known over restarts, for receivers that forget', async () => {
  const relay = await relayOn(disk());
  for (const [id, more] of [
    ['a', { thread: 't' }],
    ['b', { thread: 'u' }],
    ['a2', { thread: 't', kind: 'repeated' }],
    ['b2', { thread: 'u', recovered: true }],
    ['n', { kind: 'notify' }],
  ] as const) {
    await relay.take(id, more);
    await relay.claim();
    await relay.settle(id, 1, 'sent');
  }
  expect(await relay.standing()).toEqual(['a2']);
  await relay.restart();
  expect(await relay.standing()).toEqual(['a2']);
});

test('what may have been sent before is so only where an earlier journal may have had it', async () => {
  const relay = await relayOn(disk());
  await relay.take('before', { at: BEGIN - 1 }, true);
  await relay.take('since', { at: BEGIN }, true);
  expect((await relay.claim(8)).map(({ id, uncertain }) => [id, uncertain])).toEqual([
    ['before', true],
    ['since', false],
  ]);
});

test('whatever is taken, restarted or refused by the disk: each is sent until it is over, and never after', async () => {
  const step = fc.constantFrom('take', 'claim', 'sent', 'owed', 'restart', 'full', 'free');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const store = disk();
      const relay = await relayOn(store);
      const taken = new Set<string>();
      const sent = new Set<string>();
      let claimed: readonly { readonly id: string; readonly attempt: number }[] = [];
      const settleAll = async (state: 'sent' | 'owed') => {
        for (const { id, attempt } of claimed)
          await relay.settle(id, attempt, state).then(
            () => state === 'sent' && sent.add(id),
            () => undefined,
          );
        claimed = [];
      };
      const claim = async () => {
        const more = await relay.claim(2).catch(() => []);
        for (const { id } of more) expect(sent).not.toContain(id);
        claimed = [...claimed, ...more];
      };
      for (const [index, what] of steps.entries()) {
        if (what === 'take') {
          const id = `n${index % 5}`;
          await relay.take(id, { thread: `t${index % 2}` }).then(
            () => taken.add(id),
            () => undefined,
          );
        } else if (what === 'claim') await claim();
        else if (what === 'sent' || what === 'owed') await settleAll(what);
        else if (what === 'restart' && !store.state.full) {
          claimed = [];
          await relay.restart();
        } else store.state.full = what === 'full';
      }
      store.state.full = false;
      await settleAll('sent');
      for (let round = 0; round < 10; round += 1) {
        await claim();
        await settleAll('sent');
      }
      expect([...taken].filter((id) => relay.look(id) !== 'sent')).toEqual([]);
    }),
    { numRuns: 200, seed: 7 },
  );
});

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

test('a file gives back its whole lines, without one that was torn, also after it was replaced', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'milepost-journal-'));
  folders.push(folder);
  const path = join(folder, 'lines');
  const first = await openJournal(path);
  for (const line of ['一', 'two', 'three']) await first.journal.add(line);
  await first.journal.replace(['two']);
  await first.journal.add('four');
  expect(first.journal.size()).toBe(readFileSync(path).length);
  await first.journal.close();
  writeFileSync(path, `${readFileSync(path, 'utf8')}torn`);
  writeFileSync(`${path}.new`, 'left by one that ended');
  const second = await openJournal(path);
  expect(second.lines).toEqual(['two', 'four']);
  await second.journal.add('five');
  await second.journal.close();
  expect(readFileSync(path, 'utf8')).toBe('two\nfour\nfive\n');
});
