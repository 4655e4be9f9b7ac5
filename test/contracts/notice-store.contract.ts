import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type {
  AlarmSilence,
  HandlingAct,
  HandlingRecord,
  Notice,
  NoticeBatch,
  NoticeReader,
  NoticeStore,
} from '../../engine/index.ts';

export interface NoticeBench {
  readonly store: NoticeStore;
  readonly reader: NoticeReader;
  /** what a `notify` rule asked for, as the worker stores it */
  wish(id: string, channel: string, text: string): Promise<void>;
  /** what the outside is told, in the order of its ids */
  changes(): Promise<readonly { readonly kind: string; readonly subject: string; readonly body: string }[]>;
  /** lets the lease of whoever runs end */
  expire(): Promise<void>;
  close(): Promise<void>;
}

const NOON = Date.parse('2026-11-23T04:00:00Z');

const LONG = `settlement/${'x'.repeat(1900)}/receive/exception/1`;

const notice = (id: string, more: Partial<Notice> = {}): Notice => ({
  ...{ id, channel: 'desk', kind: 'raised', thread: 't1', recovered: false, severity: 'critical', level: 1 },
  ...{ at: NOON, words: { en: { subject: 's', text: 't' }, zh: { subject: '题', text: '文' } }, path: '/a' },
  ...{ to: [{ name: 'li', title: '李伟', address: 'li@x' }], alarms: [], folded: [] },
  ...more,
});

const handling = (alarm: string, more: Partial<HandlingRecord> = {}): HandlingRecord => ({
  ...{ alarm, flow: 'settlement', key: 'k', name: 'exception', group: null, tradingDay: '2026-11-23' },
  ...{ severity: 'critical', standing: 'open', outcome: 'told', useful: null, root: null, raisedAt: NOON },
  ...{ acknowledgedAt: null, clearedAt: null, live: true, body: JSON.stringify({ alarm: { id: alarm } }) },
  ...more,
});

const ack = (id: string): HandlingAct => ({
  ...{ kind: 'ack', id, by: '李伟', time: NOON, alarm: 'a', all: false, text: 'on it' },
});

/** What every store of notices does, wherever it keeps them. */
export function noticeStoreContract(name: string, make: () => Promise<NoticeBench>): void {
  describe(`${name} as store of notices`, () => {
    let bench: NoticeBench;
    let epoch: number;
    let tag: number;
    beforeEach(async () => {
      bench = await make();
      tag = 0;
      epoch = (await bench.store.open('one', 60_000))?.epoch ?? -1;
    });
    afterEach(() => bench.close());

    const batch = (more: Partial<NoticeBatch> = {}): NoticeBatch => ({
      ...{
        epoch,
        previous: tag === 0 ? '' : `c${tag}`,
        tag: `c${tag + 1}`,
        change: 1,
        lease: 60_000,
        handlings: [],
        memory: [],
        silences: [],
        history: [],
      },
      ...{ notices: [], acts: [], wishes: [], failures: [], changes: [] },
      ...more,
    });
    const commit = async (more: Partial<NoticeBatch>) => {
      const outcome = await bench.store.commit(batch(more));
      if (outcome === 'committed') tag += 1;
      return outcome;
    };
    const claim = async (at = NOON, max = 10, channel = 'desk') => {
      const found = await bench.store.claim({ channel, now: at, until: at + 60_000, max });
      return found.map(({ notice: { id }, attempt, uncertain, unknowns }) => ({
        id,
        attempt,
        uncertain,
        unknowns,
      }));
    };
    const sent = (id: string, attempt = 1) =>
      bench.store.settle({
        ...{ id, attempt, state: 'sent', nextAt: null, uncertain: false, reason: null, at: NOON },
      });
    const states = async () => {
      const { items } = await bench.reader.notices({}, 100, null);
      return Object.fromEntries(items.map(({ notice: { id }, state }) => [id, state]));
    };

    test('begins with nothing, and no change taken', async () => {
      expect(await bench.store.open('one', 60_000)).toEqual({
        ...{ epoch: epoch + 1, tag: '', change: null, memory: [], handlings: [], silences: [] },
      });
    });

    test('lets one run, and another once the lease is over or let go', async () => {
      expect(await bench.store.open('two', 60_000)).toBeNull();
      expect(await bench.store.renew(epoch, '', 60_000)).toBe(true);
      await bench.expire();
      expect((await bench.store.open('two', 60_000))?.epoch).toBe(epoch + 1);
      expect(await bench.store.renew(epoch, '', 60_000)).toBe(false);
      expect(await commit({ notices: [notice('n1')] })).toBe('fenced');
      expect(await states()).toEqual({});
      await bench.store.release(epoch + 1);
      expect((await bench.store.open('one', 60_000))?.epoch).toBe(epoch + 2);
    });

    test('takes nothing that goes on from a commit that it has lost', async () => {
      await commit({ change: 3 });
      expect(await commit({ previous: 'lost', notices: [notice('n1')] })).toBe('fenced');
      expect(await bench.store.renew(epoch, 'lost', 60_000)).toBe(false);
      expect(await bench.store.renew(epoch, 'c1', 60_000)).toBe(true);
      expect(await bench.store.open('one', 60_000)).toMatchObject({ change: 3, tag: 'c1' });
      expect(await states()).toEqual({});
    });

    test('gives back what was committed', async () => {
      const silence: AlarmSilence = {
        ...{ id: 's1', match: { flow: ['settlement'] }, from: NOON, until: NOON + 1, by: 'li', reason: 'x' },
        ...{ createdAt: NOON, alarm: null, endedBy: null },
      };
      const memory = [
        { kind: 'trouble' as const, id: LONG, body: '{"a":1}' },
        { kind: 'item' as const, id: LONG, body: '{"b":2}' },
      ];
      expect(
        await commit({
          ...{
            change: 7,
            memory,
            silences: [{ silence, live: true }],
            handlings: [handling(LONG), handling('b', { live: false })],
          },
        }),
      ).toBe('committed');
      const again = await bench.store.open('one', 60_000);
      expect(again).toMatchObject({ change: 7, handlings: [handling(LONG).body], silences: [silence] });
      expect(again?.memory.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))).toEqual([memory[1], memory[0]]);
      epoch += 1;
      await commit({
        memory: [
          { kind: 'trouble', id: LONG, body: null },
          { kind: 'item', id: LONG, body: '{"b":3}' },
        ],
        ...{
          silences: [{ silence: { ...silence, endedBy: 'li' }, live: false }],
          handlings: [handling(LONG, { live: false })],
        },
      });
      const last = await bench.store.open('one', 60_000);
      expect(last).toMatchObject({
        handlings: [],
        silences: [],
        memory: [{ kind: 'item', id: LONG, body: '{"b":3}' }],
      });
      expect((await bench.reader.silences(false, 10, null)).items).toEqual([]);
      expect((await bench.reader.silences(true, 10, null)).items).toEqual([
        { silence: { ...silence, endedBy: 'li' }, live: false },
      ]);
      expect(await bench.store.handling(LONG)).toEqual({ alarm: { id: LONG } });
      expect(await bench.store.handling('none')).toBeNull();
    });

    test('owes a notice once, whatever is committed again', async () => {
      await commit({ notices: [notice('n1'), notice(LONG, { thread: LONG })] });
      await commit({ notices: [notice('n1')] });
      expect(await claim()).toEqual([
        { id: 'n1', attempt: 1, uncertain: false, unknowns: 0 },
        { id: LONG, attempt: 1, uncertain: false, unknowns: 0 },
      ]);
      expect(await claim()).toEqual([]);
      await sent('n1');
      expect(await states()).toEqual({ n1: 'sent', [LONG]: 'sending' });
    });

    test('gives of a thread the oldest only, until that is settled, and of a channel its own', async () => {
      await commit({
        notices: [
          notice('n1'),
          notice('n2', { kind: 'recovered', recovered: true }),
          notice('n3', { thread: 't2' }),
          notice('n4', { channel: 'mail' }),
        ],
      });
      expect((await claim(NOON, 1)).map(({ id }) => id)).toEqual(['n1']);
      expect((await claim()).map(({ id }) => id)).toEqual(['n3']);
      expect((await claim(NOON, 10, 'mail')).map(({ id }) => id)).toEqual(['n4']);
      await sent('n1');
      expect((await claim()).map(({ id }) => id)).toEqual(['n2']);
    });

    test('gives what was claimed and not settled again, as uncertain', async () => {
      await commit({ notices: [notice('n1')] });
      await claim();
      expect(await claim(NOON + 60_000)).toEqual([]);
      expect(await claim(NOON + 60_001)).toEqual([{ id: 'n1', attempt: 2, uncertain: true, unknowns: 1 }]);
      await sent('n1', 1);
      expect(await states(), 'an outcome of an attempt that is not the last').toEqual({ n1: 'sending' });
      await sent('n1', 2);
      expect(await states()).toEqual({ n1: 'sent' });
    });

    test('gives what is to be tried again when its time has come', async () => {
      await commit({ notices: [notice('n1')] });
      await claim();
      await bench.store.settle({
        ...{
          id: 'n1',
          attempt: 1,
          state: 'owed',
          nextAt: NOON + 5000,
          uncertain: true,
          reason: 'busy',
          at: NOON,
        },
      });
      expect(await claim(NOON + 4999)).toEqual([]);
      expect(await claim(NOON + 5000)).toEqual([{ id: 'n1', attempt: 2, uncertain: true, unknowns: 1 }]);
    });

    test('leaves out an update that nobody tried to send once a later one is owed', async () => {
      const kinds = ['raised', 'changed', 'repeated', 'recovered'] as const;
      for (const [index, kind] of kinds.entries()) await commit({ notices: [notice(`n${index}`, { kind })] });
      await commit({ notices: [notice('m1', { kind: 'changed', thread: 't2' })] });
      expect(await states()).toEqual({ n0: 'owed', n1: 'superseded', n2: 'owed', n3: 'owed', m1: 'owed' });
      await claim();
      await sent('n0');
      await claim();
      await commit({ notices: [notice('n4', { kind: 'changed' })] });
      expect(await states()).toMatchObject({ n2: 'sending', n4: 'owed' });
    });

    test('leaves out no update for those who read another language', async () => {
      const changed = (id: string, language?: 'zh') =>
        notice(id, { kind: 'changed', ...(language === undefined ? {} : { language }) });
      await commit({ notices: [changed('n1'), changed('n1/zh', 'zh')] });
      expect(await states()).toEqual({ n1: 'owed', 'n1/zh': 'owed' });
      await commit({ notices: [changed('n2/zh', 'zh')] });
      expect(await states()).toEqual({ n1: 'owed', 'n1/zh': 'superseded', 'n2/zh': 'owed' });
    });

    test('hands out what was given up, until that is taken', async () => {
      await commit({ notices: [notice('n1'), notice('n2', { thread: 't2', channel: 'gone' })] });
      await claim();
      await bench.store.settle({
        ...{
          id: 'n1',
          attempt: 1,
          state: 'failed',
          nextAt: null,
          uncertain: false,
          reason: 'no such user',
          at: NOON,
        },
      });
      expect(await bench.store.abandon(['desk'], NOON)).toBe(1);
      const failures = (await bench.store.waiting(10)).failures;
      expect(failures.map(({ notice: { id }, reason }) => [id, reason])).toEqual([
        ['n1', 'no such user'],
        ['n2', 'no channel is called so any more'],
      ]);
      await commit({ failures: ['n1'] });
      expect((await bench.store.waiting(10)).failures.map(({ notice: { id } }) => id)).toEqual(['n2']);
    });

    test('tells what a channel was last told of each thread that has not recovered', async () => {
      const more = [
        notice('n1'),
        notice('n2', { kind: 'changed' }),
        notice('n3', { thread: 't2' }),
        notice('n4', { thread: 't2', kind: 'recovered', recovered: true }),
        notice('n5', { thread: 't3' }),
        notice('n6', { thread: 't4', kind: 'trial' }),
      ];
      for (const each of more) await commit({ notices: [each] });
      for (const { id } of more.filter(({ id }) => id !== 'n5')) {
        await claim();
        await sent(id);
      }
      expect((await bench.store.standing('desk', 10)).map(({ id }) => id)).toEqual(['n2']);
      expect(await bench.store.standing('mail', 10)).toEqual([]);
    });

    test('keeps an act once, in its order, with what became of it', async () => {
      expect(await bench.store.keepAct(ack('x'))).toBe('kept');
      expect(await bench.store.keepAct(ack('x'))).toBe('same');
      expect(await bench.store.keepAct({ ...ack('x'), by: 'wang' })).toBe('other');
      expect(await bench.store.keepAct(ack('y'))).toBe('kept');
      expect((await bench.store.waiting(10)).acts.map(({ act }) => act)).toEqual([ack('x'), ack('y')]);
      await commit({ acts: [{ id: 'x', done: false, reason: 'there is no alarm', at: NOON }] });
      expect((await bench.store.waiting(10)).acts.map(({ act: { id } }) => id)).toEqual(['y']);
      expect(await bench.reader.act('x')).toMatchObject({
        ...{ act: ack('x'), appliedAt: NOON, done: false, reason: 'there is no alarm' },
      });
      expect(await bench.reader.act('y')).toMatchObject({ appliedAt: null, done: null });
      expect(await bench.reader.act('z')).toBeNull();
      const first = await bench.reader.acts(1, null);
      expect(first.items.map(({ act: { id } }) => id)).toEqual(['y']);
      expect((await bench.reader.acts(1, first.next)).items.map(({ act: { id } }) => id)).toEqual(['x']);
    });

    test('hands out what rules asked for until it is taken', async () => {
      await bench.wish('f/k/desk/1/0', 'desk', 'closed');
      await bench.wish('f/k/desk/1/1', 'mail', 'closed');
      expect((await bench.store.waiting(1)).wishes).toEqual([
        { id: 'f/k/desk/1/0', channel: 'desk', text: 'closed' },
      ]);
      await commit({ wishes: ['f/k/desk/1/0'] });
      expect((await bench.store.waiting(10)).wishes.map(({ id }) => id)).toEqual(['f/k/desk/1/1']);
    });

    test('lets the outside know, in order, and nothing of what is fenced', async () => {
      const change = (body: string) => ({ kind: 'handling' as const, subject: 'milepost.handling.f', body });
      await commit({ changes: [change('1'), change('2')] });
      await commit({ changes: [change('3')] });
      await bench.store.commit({ ...batch({ changes: [change('4')] }), epoch: epoch + 5 });
      expect(await bench.changes()).toEqual([change('1'), change('2'), change('3')]);
    });

    test('tells what happened to an alarm, oldest first', async () => {
      const entry = { alarm: LONG, at: NOON, kind: 'acknowledged' as const, by: '李伟', detail: 'on it' };
      await commit({
        history: [{ ...entry, kind: 'raised', by: null, detail: null }, entry, { ...entry, alarm: 'b' }],
      });
      expect(await bench.reader.history(LONG)).toEqual([
        { ...entry, kind: 'raised', by: null, detail: null },
        entry,
      ]);
    });

    test('lists notices by channel, state, thread and alarm, page by page', async () => {
      const alarms = [{ id: LONG }] as unknown as Notice['alarms']; // only ids are looked at
      await commit({
        notices: [
          notice('n1', { folded: alarms }),
          notice('n2', { channel: 'mail', alarms }),
          notice('n3', { thread: 't3' }),
        ],
      });
      const ids = async (filter: Parameters<NoticeReader['notices']>[0]) =>
        (await bench.reader.notices(filter, 10, null)).items.map(({ notice: { id } }) => id);
      expect(await ids({})).toEqual(['n3', 'n2', 'n1']);
      expect(await ids({ channel: 'mail' })).toEqual(['n2']);
      expect(await ids({ alarm: LONG })).toEqual(['n2', 'n1']);
      expect(await ids({ thread: 't3' })).toEqual(['n3']);
      expect(await ids({ state: 'sent' })).toEqual([]);
      expect(await ids({ kind: 'raised', state: 'owed', channel: 'desk' })).toEqual(['n3', 'n1']);
      const page = await bench.reader.notices({}, 2, null);
      expect((await bench.reader.notices({}, 2, page.next)).items.map(({ notice: { id } }) => id)).toEqual([
        'n1',
      ]);
      expect((await bench.reader.counts()).toSorted((a, b) => (a.channel < b.channel ? -1 : 1))).toEqual([
        { channel: 'desk', state: 'owed', count: 2 },
        { channel: 'mail', state: 'owed', count: 1 },
      ]);
    });

    test('counts alarms by day, flow and name, with the times people took', async () => {
      await commit({
        handlings: [
          handling('a', { acknowledgedAt: NOON + 1000, clearedAt: NOON + 5000 }),
          handling('b', { acknowledgedAt: NOON + 3000, outcome: 'storm', useful: false }),
          handling('c', { outcome: 'folded' }),
          handling('d', { name: 'late', outcome: 'muted', group: 'g' }),
          handling('e', { tradingDay: '2026-11-22' }),
        ],
      });
      expect(await bench.reader.numbers('2026-11-23', '2026-11-23')).toEqual([
        {
          ...{
            tradingDay: '2026-11-23',
            group: null,
            flow: 'settlement',
            name: 'exception',
            raised: 3,
            recovered: 1,
          },
          ...{
            acknowledged: 2,
            acknowledgeTime: 4000,
            recoverTime: 5000,
            told: 2,
            folded: 1,
            muted: 0,
            brief: 0,
          },
          ...{ unrouted: 0, notUseful: 1 },
        },
        {
          ...{
            tradingDay: '2026-11-23',
            group: 'g',
            flow: 'settlement',
            name: 'late',
            raised: 1,
            recovered: 0,
          },
          ...{ acknowledged: 0, acknowledgeTime: 0, recoverTime: 0, told: 0, folded: 0, muted: 1, brief: 0 },
          ...{ unrouted: 0, notUseful: 0 },
        },
      ]);
      expect((await bench.reader.handlings(['c', 'none'])).length).toBe(1);
    });
  });
}
