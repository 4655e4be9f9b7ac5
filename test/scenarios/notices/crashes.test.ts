/** Whatever is killed when: every notice is decided once, arrives, and whoever gets it twice is told that it may be so. */
import { describe, expect, test } from 'vitest';
import { memoryNotices } from '../../../adapters/storage/index.ts';
import {
  type AlarmRecord,
  type Channel,
  createDispatcher,
  createNotifier,
  type HandlingAct,
  type NoticeStore,
  type Sending,
  type SendOutcome,
  StoreError,
} from '../../../engine/index.ts';
import { definitionsOf, timeOf } from './notice-timeline.ts';

const DEFINITIONS = definitionsOf(`
flow: settlement
deadline: { at: "19:00" }
steps: { receive: , check: }
connectors: { from: receive, to: check }
---
{ channel: desk, type: bell, language: en }
---
{ channel: mail, type: log, language: en, fallback: desk }
---
policy: p
repeat: 1h
routes: { levels: [{ over: desk }, { after: 10m, over: mail }] }
`);

type Change = { readonly id: number; readonly at: number; readonly record: AlarmRecord };

const record = (key: string, at: string, clearedAt: string | null = null): AlarmRecord => ({
  ...{ id: `settlement/${key}/receive/exception/1`, flow: 'settlement', key, step: 'receive' },
  ...{ name: 'exception', source: 'exception', severity: 'critical', group: null, tradingDay: '2026-11-23' },
  ...{
    text: `disk full in ${key}`,
    count: 1,
    raisedAt: timeOf(at),
    lastAt: timeOf(at),
    late: false,
    why: '{}',
  },
  ...{
    clearedAt: clearedAt === null ? null : timeOf(clearedAt),
    clearedBy: clearedAt === null ? null : 'started',
  },
});

const COURSE: readonly Change[] = [
  { id: 1, at: timeOf('09:00'), record: record('a', '09:00') },
  { id: 2, at: timeOf('09:01'), record: record('b', '09:01') },
  { id: 3, at: timeOf('09:20'), record: record('b', '09:01', '09:20') },
  { id: 4, at: timeOf('11:00'), record: record('a', '09:00', '11:00') },
];
const ACTS: readonly HandlingAct[] = [
  {
    ...{ kind: 'ack', id: 'x', by: 'li', time: timeOf('09:30'), all: false, text: null },
    alarm: 'settlement/a/receive/exception/1',
  },
];

/** What happens to a call of the store: it fails before it did anything, or after, or the process is gone with it. */
type Fault = 'before' | 'after';

interface Outside {
  /** the n-th call that fails, and how; all others work */
  readonly fault: { readonly call: number; readonly how: Fault } | null;
  /** what the channels answer to the n-th sending */
  readonly answer?: (sending: Sending, count: number) => SendOutcome;
  /** the n-th sending arrives, and the process is gone before it hears so */
  readonly killed?: number;
}

async function run(outside: Outside) {
  let now = timeOf('08:59');
  let calls = 0;
  let sendings = 0;
  const memory = memoryNotices({ now: () => now });
  const store = faulty(memory.store, () => {
    calls += 1;
    return outside.fault !== null && calls === outside.fault.call ? outside.fault.how : null;
  });
  const delivered: Sending[] = [];
  const answers: SendOutcome[] = [];
  const channel: Channel = {
    send: async (sending) => {
      sendings += 1;
      const outcome = outside.answer?.(sending, sendings) ?? { kind: 'sent', detail: null };
      if (outcome.kind === 'sent' || outcome.kind === 'unknown') delivered.push(sending);
      answers.push(outcome);
      if (sendings === outside.killed) throw new Killed();
      return outcome;
    },
    close: async () => {},
  };
  const seen = () => COURSE.filter(({ at }) => at <= now);
  const start = () => ({
    notifier: createNotifier({
      ...{ owner: `start-${calls}`, store, definitions: () => DEFINITIONS, now: () => now, lease: 500 },
      changes: {
        changes: async (after, max) =>
          seen()
            .filter(({ id }) => id > after)
            .slice(0, max)
            .map(({ id, record: one }) => ({ id, kind: 'alarm', subject: 's', body: bodyOf(one) })),
        newest: async () => seen().at(-1)?.id ?? 0,
        oldest: async () => (seen().length === 0 ? 0 : 1),
      },
      reader: {
        alarms: async () => ({ items: seen().map((one) => one.record), next: null }),
        alarm: async (id) => seen().findLast((one) => one.record.id === id)?.record ?? null,
      },
    }),
    dispatchers: ['desk', 'mail'].map((name) => {
      const definition = DEFINITIONS.notifying.channels.get(name);
      if (definition === undefined) throw new Error(`no channel ${name}`);
      return createDispatcher({
        ...{ definition, channel, store, address: 'https://m', now: () => now, random: () => 0.5 },
        timeout: (ms) => AbortSignal.timeout(ms),
      });
    }),
  });
  let process = start();
  while (now < timeOf('12:00')) {
    for (const act of ACTS) if (act.time <= now) await memory.store.keepAct(act);
    try {
      while ((await process.notifier.turn()) === 'worked');
      for (const dispatcher of process.dispatchers) while ((await dispatcher.turn()) === 'worked');
    } catch (error) {
      if (!(error instanceof StoreError) && !(error instanceof Killed)) throw error;
      process = start();
    }
    now += 10_000;
  }
  const { items } = await memory.reader.notices({}, 1000, null);
  return { delivered, calls, sendings, owed: items, acts: await memory.reader.acts(10, null) };
}

class Killed extends Error {}

function bodyOf(alarm: AlarmRecord): string {
  const time = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  const { raisedAt, lastAt, clearedAt } = alarm;
  return JSON.stringify({
    ...alarm,
    ...{ raisedAt: time(raisedAt), lastAt: time(lastAt), clearedAt: time(clearedAt) },
  });
}

/** The store, some of whose calls fail as a database does whose connection is lost. */
function faulty(store: NoticeStore, fault: () => Fault | null): NoticeStore {
  const failing = (name: string) => new StoreError(`${name}: the connection was lost`, false, null);
  return new Proxy(store, {
    get(target, name: keyof NoticeStore) {
      return async (...given: readonly unknown[]) => {
        const how = fault();
        if (how === 'before') throw failing(name);
        const method = target[name] as (...all: readonly unknown[]) => Promise<unknown>; // called with what it was given
        const result = await method(...given);
        if (how === 'after') throw failing(name);
        return result;
      };
    },
  });
}

const ids = (sendings: readonly Sending[]) => [...new Set(sendings.map(({ id }) => id))].sort();

describe('a process that is killed', () => {
  test('at any call of the store, before or after it was done, changes nothing of what arrives', async () => {
    const oracle = await run({ fault: null });
    expect(ids(oracle.delivered)).toEqual(oracle.delivered.map(({ id }) => id).sort());
    expect(
      oracle.delivered.map(({ kind, channel, alarms }) => `${kind} ${channel} ${alarms[0]?.key}`),
    ).toEqual([
      ...['raised desk a', 'raised desk b', 'escalated mail a', 'escalated mail b'],
      ...['recovered desk b', 'recovered mail b', 'recovered desk a', 'recovered mail a'],
    ]);
    expect(oracle.acts.items.map(({ done }) => done)).toEqual([true]);
    const tried = new Set<number>();
    for (let call = 1; call <= oracle.calls; call += 1 + Math.floor(call / 12)) tried.add(call);
    for (const call of tried) {
      for (const how of ['before', 'after'] as const) {
        const { delivered, owed, acts } = await run({ fault: { call, how } });
        expect(ids(delivered), `${how} call ${call}`).toEqual(ids(oracle.delivered));
        expect(owed.map(({ notice }) => notice.id).sort()).toEqual(ids(oracle.delivered));
        expect(owed.every(({ state }) => state === 'sent')).toBe(true);
        expect(acts.items.map(({ done }) => done)).toEqual([true]);
        const twice = delivered.filter(
          ({ id }, index) => delivered.findIndex((each) => each.id === id) < index,
        );
        expect(twice.every(({ uncertain, text }) => uncertain && text.includes('sent again'))).toBe(true);
        expect(twice.length).toBeLessThanOrEqual(1);
      }
    }
  }, 60_000);

  test('after a sending and before it hears so sends that one again, and says so', async () => {
    const oracle = await run({ fault: null });
    for (let killed = 1; killed <= oracle.sendings; killed += 1) {
      const { delivered } = await run({ fault: null, killed });
      expect(ids(delivered)).toEqual(ids(oracle.delivered));
      const again = delivered.filter(({ uncertain }) => uncertain);
      expect(again.length, `killed at ${killed}`).toBe(1);
      expect(again[0]).toMatchObject({ attempt: 2, subject: expect.stringContaining('sent again') });
    }
  });
});

describe('a channel', () => {
  const mail = (sending: Sending) => sending.channel === 'mail';

  test('that is down for a while gets everything in order once it is back, and holds up no other', async () => {
    const { delivered, owed } = await run({
      fault: null,
      answer: (sending, count) =>
        mail(sending) && count < 12
          ? { kind: 'retry', after: null, reason: 'refused' }
          : { kind: 'sent', detail: null },
    });
    expect(owed.every(({ state }) => state === 'sent')).toBe(true);
    const kinds = delivered
      .filter((each) => mail(each) && each.alarms[0]?.key === 'a')
      .map(({ kind }) => kind);
    expect(kinds).toEqual(['escalated', 'recovered']);
    expect(delivered.filter((each) => !mail(each)).every(({ attempt }) => attempt === 1)).toBe(true);
    expect(delivered.some(({ uncertain }) => uncertain)).toBe(false);
  });

  test('that asks to be left alone is left alone so long', async () => {
    let asked = 0;
    const { delivered, sendings } = await run({
      fault: null,
      answer: (sending) => {
        if (!mail(sending) || asked > 0) return { kind: 'sent', detail: null };
        asked += 1;
        return { kind: 'retry', after: 1_800_000, reason: '429' };
      },
    });
    expect(sendings).toBe(delivered.length + 1);
  });

  test('that refuses a notice for good has it told to its fallback', async () => {
    const { delivered, owed } = await run({
      fault: null,
      answer: (sending) =>
        mail(sending) ? { kind: 'failed', reason: 'no such user' } : { kind: 'sent', detail: null },
    });
    const told = delivered.filter(({ kind }) => kind === 'undeliverable');
    expect(told.map(({ channel, text }) => `${channel} ${text.includes('no such user')}`)).toEqual(
      ['desk true', 'desk true', 'desk true', 'desk true'].slice(0, told.length),
    );
    expect(told.length).toBe(owed.filter(({ state }) => state === 'failed').length);
  });

  test('whose answers are lost is sent the same a few times, then the fallback is told that nobody knows', async () => {
    const { delivered, owed } = await run({
      fault: null,
      answer: (sending) =>
        mail(sending) ? { kind: 'unknown', reason: 'timed out' } : { kind: 'sent', detail: null },
    });
    const first = delivered.filter(
      (each) => mail(each) && each.alarms[0]?.key === 'a' && each.kind === 'escalated',
    );
    expect(first.map(({ attempt, uncertain }) => [attempt, uncertain])).toEqual([
      [1, false],
      [2, true],
      [3, true],
      [4, true],
    ]);
    expect(owed.find(({ notice }) => notice.id === first[0]?.id)?.state).toBe('unknown');
    expect(delivered.some(({ kind, channel }) => kind === 'undeliverable' && channel === 'desk')).toBe(true);
  });
});
