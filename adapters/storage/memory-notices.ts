/** The notice store and its reader in memory, as good as the database: the same fencing, order, claims and pages. */
import {
  type ActEntry,
  type AlarmNumbers,
  type ChangeRecord,
  type HandlingAct,
  type HandlingRecord,
  type HistoryEntry,
  handlingActToJson,
  type MemoryRecord,
  type Notice,
  type NoticeBatch,
  type NoticeEntry,
  type NoticeReader,
  type NoticeState,
  type NoticeStore,
  type Page,
  readHandling,
  type SilenceRecord,
  type WishRecord,
} from '../../engine/index.ts';
import { pageSize, readNumberCursor, writeCursor } from './cursor.ts';
import { readStoredAct } from './notice-store.ts';

interface Owed {
  readonly notice: Notice;
  readonly position: number;
  state: NoticeState;
  attempts: number;
  uncertain: boolean;
  unknowns: number;
  nextAt: number | null;
  claimedUntil: number | null;
  settledAt: number | null;
  reason: string | null;
  taken: boolean;
}

interface Act {
  readonly text: string;
  readonly position: number;
  entry: ActEntry;
}

export interface MemoryNotices {
  readonly store: NoticeStore;
  readonly reader: NoticeReader;
  /** the alarm that another one is a consequence of */
  rootOf(alarm: string): string | null;
}

const PASSING: readonly string[] = ['changed', 'repeated'];
const PLAIN: readonly string[] = ['notify', 'trial', 'undeliverable', 'assigned'];

/** An empty store. `now` is the clock of its leases; `wishes` are what rules asked for, all of them each time. */
export function memoryNotices(options: {
  readonly now: () => number;
  readonly wishes?: () => readonly WishRecord[];
  /** where changes are appended */
  readonly append?: (changes: readonly ChangeRecord[]) => void;
}): MemoryNotices {
  const { now, wishes = () => [] } = options;
  const lease = { epoch: 0, tag: '', owner: '', until: 0, change: null as number | null };
  const memory = new Map<string, MemoryRecord>();
  const handlings = new Map<string, HandlingRecord>();
  const silences = new Map<string, SilenceRecord & { readonly position: number }>();
  const history: HistoryEntry[] = [];
  const outbox = new Map<string, Owed>();
  const acts = new Map<string, Act>();
  const taken = new Set<string>();
  const inOrder = () => [...outbox.values()].sort((a, b) => a.position - b.position);
  const isWaiting = ({ state }: Owed) => state === 'owed' || state === 'sending';

  function write(batch: NoticeBatch): void {
    lease.change = batch.change;
    lease.tag = batch.tag;
    lease.until = now() + batch.lease;
    for (const record of batch.memory) {
      const name = JSON.stringify([record.kind, record.id]);
      if (record.body === null) memory.delete(name);
      else memory.set(name, record);
    }
    for (const record of batch.handlings) handlings.set(record.alarm, record);
    for (const record of batch.silences) {
      const position = silences.get(record.silence.id)?.position ?? silences.size + 1;
      silences.set(record.silence.id, { ...record, position });
    }
    history.push(...batch.history);
    options.append?.(batch.changes);
    for (const notice of batch.notices) owe(notice);
    for (const { id, at, done, reason } of batch.acts) {
      const act = acts.get(id);
      if (act !== undefined) act.entry = { ...act.entry, appliedAt: at, done, reason };
    }
    for (const id of batch.wishes) taken.add(id);
    for (const id of batch.failures) {
      const owed = outbox.get(id);
      if (owed !== undefined) owed.taken = true;
    }
  }

  function owe(notice: Notice): void {
    if (outbox.has(notice.id)) return;
    if (PASSING.includes(notice.kind))
      for (const owed of outbox.values()) {
        const { channel, thread, kind } = owed.notice;
        if (channel !== notice.channel || thread !== notice.thread || !PASSING.includes(kind)) continue;
        if (owed.notice.language !== notice.language) continue;
        if (owed.state === 'owed' && owed.attempts === 0)
          Object.assign(owed, { state: 'superseded', settledAt: now() });
      }
    outbox.set(notice.id, {
      ...{ notice, position: outbox.size + 1, state: 'owed', attempts: 0, uncertain: false, unknowns: 0 },
      ...{ nextAt: notice.at, claimedUntil: null, settledAt: null, reason: null, taken: false },
    });
  }

  const store: NoticeStore = {
    open: async (owner, ms) => {
      if (lease.until > now() && lease.owner !== owner) return null;
      Object.assign(lease, { epoch: lease.epoch + 1, owner, until: now() + ms });
      return {
        epoch: lease.epoch,
        tag: lease.tag,
        change: lease.change,
        memory: [...memory.values()],
        handlings: [...handlings.values()].filter(({ live }) => live).map(({ body }) => body),
        silences: [...silences.values()].filter(({ live }) => live).map(({ silence }) => silence),
      };
    },
    renew: async (epoch, tag, ms) => {
      if (epoch !== lease.epoch || tag !== lease.tag) return false;
      lease.until = now() + ms;
      return true;
    },
    release: async (epoch) => {
      if (epoch === lease.epoch) lease.until = 0;
    },
    commit: async (batch) => {
      if (batch.epoch !== lease.epoch || batch.previous !== lease.tag) return 'fenced';
      write(structuredClone(batch));
      return 'committed';
    },
    waiting: async (max) => ({
      acts: [...acts.values()]
        .filter(({ entry }) => entry.appliedAt === null)
        .slice(0, max)
        .map(({ position, text }) => ({ seq: position, act: readStoredAct(text) })),
      wishes: wishes()
        .filter(({ id }) => !taken.has(id))
        .slice(0, max),
      failures: inOrder()
        .filter((owed) => (owed.state === 'failed' || owed.state === 'unknown') && !owed.taken)
        .slice(0, max)
        .map(({ notice, reason }) => ({ notice, reason: reason ?? '' })),
    }),
    handling: async (alarm) => {
      const record = handlings.get(alarm);
      return record === undefined ? null : readHandling(record.body);
    },
    abandon: async (channels, at) => {
      const lost = inOrder().filter((owed) => isWaiting(owed) && !channels.includes(owed.notice.channel));
      for (const owed of lost)
        Object.assign(owed, { state: 'failed', reason: 'no channel is called so any more', settledAt: at });
      return lost.length;
    },
    claim: async (asked) => {
      const blocked = new Set<string>();
      const due = inOrder().filter((owed) => {
        if (owed.notice.channel !== asked.channel || !isWaiting(owed)) return false;
        const first = !blocked.has(owed.notice.thread);
        blocked.add(owed.notice.thread);
        const time = owed.state === 'owed' ? owed.nextAt : owed.claimedUntil;
        return first && time !== null && (owed.state === 'owed' ? time <= asked.now : time < asked.now);
      });
      return due.slice(0, asked.max).map((owed) => {
        const again = owed.state === 'sending';
        Object.assign(owed, {
          ...{ state: 'sending', attempts: owed.attempts + 1, claimedUntil: asked.until },
          ...{ uncertain: owed.uncertain || again, unknowns: owed.unknowns + (again ? 1 : 0) },
        });
        const { notice, attempts, uncertain, unknowns } = owed;
        return { notice: structuredClone(notice), attempt: attempts, uncertain, unknowns };
      });
    },
    settle: async ({ id, attempt, state, nextAt, uncertain, reason, at }) => {
      const owed = outbox.get(id);
      if (owed === undefined || owed.attempts !== attempt || owed.state !== 'sending') return;
      Object.assign(owed, {
        ...{ state, nextAt, reason, claimedUntil: null, settledAt: state === 'owed' ? null : at },
        ...{ uncertain: owed.uncertain || uncertain, unknowns: owed.unknowns + (uncertain ? 1 : 0) },
      });
    },
    standing: async (channel, max) => {
      const last = new Map<string, Owed>();
      for (const owed of inOrder())
        if (owed.notice.channel === channel && owed.state === 'sent' && !PLAIN.includes(owed.notice.kind))
          last.set(owed.notice.thread, owed);
      return [...last.values()]
        .filter(({ notice }) => !notice.recovered)
        .sort((a, b) => a.position - b.position)
        .slice(0, max)
        .map(({ notice }) => structuredClone(notice));
    },
    keepAct: async (act: HandlingAct) => {
      const text = handlingActToJson(act);
      const known = acts.get(act.id);
      if (known !== undefined) return known.text === text ? 'same' : 'other';
      const entry: ActEntry = { act, keptAt: now(), appliedAt: null, done: null, reason: null };
      acts.set(act.id, { text, position: acts.size + 1, entry });
      return 'kept';
    },
  };

  const reader: NoticeReader = {
    notices: async (filter, limit, cursor) => {
      const { channel, state, kind, thread, alarm } = filter;
      const found = inOrder().filter(({ notice, state: is }) => {
        const listed = [...notice.alarms, ...notice.folded].some(({ id }) => id === alarm);
        return (
          (channel === undefined || notice.channel === channel) &&
          (state === undefined || is === state) &&
          (kind === undefined || notice.kind === kind) &&
          (thread === undefined || notice.thread === thread) &&
          (alarm === undefined || listed)
        );
      });
      const entry = (owed: Owed): NoticeEntry => {
        const { notice, state: is, attempts, nextAt, settledAt, reason } = owed;
        return { notice, state: is, attempts, nextAt, settledAt, reason };
      };
      return page('notices', found, entry, limit, cursor);
    },
    handlings: async (ids) =>
      ids.flatMap((id) => {
        const record = handlings.get(id);
        return record === undefined ? [] : [readHandling(record.body)];
      }),
    history: async (alarm) => history.filter((entry) => entry.alarm === alarm),
    silences: async (all, limit, cursor) => {
      const found = [...silences.values()].filter(({ live }) => all || live);
      return page(
        'silences',
        found,
        ({ silence, live }): SilenceRecord => ({ silence, live }),
        limit,
        cursor,
      );
    },
    act: async (id) => acts.get(id)?.entry ?? null,
    acts: async (limit, cursor) => page('acts', [...acts.values()], ({ entry }) => entry, limit, cursor),
    numbers: async (from, to) => numbersOf([...handlings.values()], from, to),
    counts: async () => {
      const counts = new Map<string, { channel: string; state: NoticeState; count: number }>();
      for (const { notice, state } of outbox.values()) {
        const name = `${notice.channel} ${state}`;
        const found = counts.get(name) ?? { channel: notice.channel, state, count: 0 };
        counts.set(name, { ...found, count: found.count + 1 });
      }
      return [...counts.values()];
    },
  };
  return { store, reader, rootOf: (alarm) => handlings.get(alarm)?.root ?? null };
}

function page<R extends { readonly position: number }, T>(
  name: string,
  rows: readonly R[],
  entry: (row: R) => T,
  limit: number,
  cursor: string | null,
): Page<T> {
  const before = cursor === null ? Number.POSITIVE_INFINITY : readNumberCursor(name, cursor)[0];
  const size = pageSize(limit);
  const found = rows.filter(({ position }) => position < before).sort((a, b) => b.position - a.position);
  const shown = found.slice(0, size);
  const last = shown.at(-1);
  const next = found.length > size && last !== undefined ? writeCursor(name, [last.position, 0]) : null;
  return { items: shown.map(entry), next };
}

function numbersOf(records: readonly HandlingRecord[], from: string, to: string): readonly AlarmNumbers[] {
  const groups = new Map<string, HandlingRecord[]>();
  for (const record of records) {
    if (record.tradingDay < from || record.tradingDay > to) continue;
    const name = JSON.stringify([record.tradingDay, record.flow, record.name, record.group]);
    groups.set(name, [...(groups.get(name) ?? []), record]);
  }
  const sum = (list: readonly HandlingRecord[], to: (one: HandlingRecord) => number | null) =>
    list.reduce((total, one) => total + Math.max(0, (to(one) ?? one.raisedAt) - one.raisedAt), 0);
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, list]) => {
      const [first] = list;
      if (first === undefined) return [];
      const having = (test: (one: HandlingRecord) => boolean) => list.filter(test).length;
      const outcome = (...words: readonly string[]) => having((one) => words.includes(one.outcome));
      const { tradingDay, group, flow, name } = first;
      return [
        {
          ...{ tradingDay, group, flow, name, raised: list.length },
          recovered: having(({ clearedAt }) => clearedAt !== null),
          acknowledged: having(({ acknowledgedAt }) => acknowledgedAt !== null),
          acknowledgeTime: sum(list, ({ acknowledgedAt }) => acknowledgedAt),
          recoverTime: sum(list, ({ clearedAt }) => clearedAt),
          told: outcome('told', 'storm', 'flapping'),
          folded: outcome('folded'),
          muted: outcome('muted'),
          brief: outcome('brief'),
          unrouted: outcome('unrouted'),
          notUseful: having(({ useful }) => useful === false),
        },
      ];
    });
}
