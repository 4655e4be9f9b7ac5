/**
 * The notifier: committed alarm changes, acts, wishes and due times in; what people are owed out, in one transaction.
 *
 * 1. Only one runs: the others wait for its lease, and whoever lost it commits nothing.
 * 2. A turn that failed never happened: what was remembered is thrown away and read anew.
 * 3. A decision goes on from the one that is stored: where a database fell back, what was remembered is read anew.
 * 4. Where changes are gone that were not taken yet, the alarms themselves are looked at: what stands, and what does not.
 */
import type { Definitions } from '../../definitions/index.ts';
import { newsOf } from '../alarm-news.ts';
import type { ChangeLog, Reader } from '../ports.ts';
import { decideNotices } from './decide-notices.ts';
import type { NotifyRules } from './desk.ts';
import { type Handling, isOpen, readAlarmChange } from './handling.ts';
import { recordDecision, stateFrom } from './notice-records.ts';
import { NotifierMemory } from './notifier-memory.ts';
import type { NotifyFact } from './notify-fact.ts';
import type { NoticeStore, StoredAct } from './ports.ts';

export interface NotifierOptions {
  /** unique among all processes and starts */
  readonly owner: string;
  readonly store: NoticeStore;
  readonly changes: Pick<ChangeLog, 'changes' | 'newest' | 'oldest'>;
  readonly reader: Pick<Reader, 'alarms' | 'alarm'>;
  /** those in force: asked at each turn */
  readonly definitions: () => Definitions;
  /** whether each who is told over a channel reads it by himself; left out: nobody does */
  readonly direct?: NotifyRules['direct'];
  readonly now: () => number;
  /** alarms raised up to then may have been told before: after a restore, ms; null or left out: none */
  readonly replayedUntil?: () => number | null;
  /** Called when notices were put down, with the channels that they are for. */
  readonly onOwed?: (channels: ReadonlySet<string>) => void;
  /** how long the lease lasts, ms; default 15 s */
  readonly lease?: number;
  /** most changes a turn; default 2000 */
  readonly batch?: number;
}

/** What a turn was: `waiting` while another notifier runs. */
export type NotifierTurn = 'worked' | 'idle' | 'waiting';

export interface Notifier {
  turn(): Promise<NotifierTurn>;
  /** when something falls due, ms; null: not by itself */
  dueAt(): number | null;
  /** whether this one runs */
  leads(): boolean;
  /** Lets another take over; after the last turn has come back. */
  stop(): Promise<void>;
}

interface Leading {
  readonly epoch: number;
  /** of the last commit */
  readonly tag: string;
  readonly change: number;
  readonly memory: NotifierMemory;
  readonly renewedAt: number;
  /** by which the last turn decided; null before the first */
  readonly definitions: Definitions | null;
}

const LEASE = 15_000;
const MOST_CHANGES = 2000;
const MOST_ACTS = 200;
const PAGE = 500;

/** Makes a notifier; nothing is taken before its first turn. */
export function createNotifier(options: NotifierOptions): Notifier {
  const { owner, store, now } = options;
  const lease = options.lease ?? LEASE;
  let leading: Leading | null = null;
  let leads = false;
  let decided = 0;

  async function turn(): Promise<NotifierTurn> {
    const before = leading;
    leading = null; // until this turn has succeeded
    if (before === null) return begin();
    const taken = await gather(before);
    if (taken === 'gap') return catchUp(before);
    const time = now();
    const due = before.memory.nextDue();
    if (taken.facts.length === 0 && taken.change === before.change && (due === null || due > time))
      return rest(before, time);
    return decide(before, taken, time);
  }

  /** Takes the lease and reads what is remembered. */
  async function begin(): Promise<NotifierTurn> {
    const opened = await store.open(owner, lease);
    if (opened === null) return 'waiting';
    const time = now();
    const memory = new NotifierMemory(stateFrom(opened));
    const { epoch, tag } = opened;
    const oldest = opened.change === null ? 0 : await options.changes.oldest();
    const begun = { epoch, tag, change: opened.change ?? 0, memory, renewedAt: time, definitions: null };
    if (opened.change === null || oldest > opened.change + 1) return catchUp(begun);
    leading = begun;
    return 'worked';
  }

  /** Looks at the alarms themselves, since not every change is there to be taken. */
  async function catchUp(before: Leading): Promise<NotifierTurn> {
    const change = await options.changes.newest();
    const facts = [...(await standing()), ...(await ended(before.memory))];
    return decide(before, { change, facts, wishes: [], failures: [] }, now());
  }

  async function standing(): Promise<readonly NotifyFact[]> {
    const facts: NotifyFact[] = [];
    for (let cursor: string | null = null, more = true; more; more = cursor !== null) {
      const page: Awaited<ReturnType<Reader['alarms']>> = await options.reader.alarms(
        { open: true },
        PAGE,
        cursor,
      );
      facts.push(...page.items.map((record): NotifyFact => ({ kind: 'alarm', alarm: newsOf(record) })));
      cursor = page.next;
    }
    return facts.reverse();
  }

  /** The alarms that are remembered as standing and do not stand any more. */
  async function ended(memory: NotifierMemory): Promise<readonly NotifyFact[]> {
    const facts: NotifyFact[] = [];
    for (const { alarm } of [...memory.handlings.values()].filter(isOpen)) {
      const record = await options.reader.alarm(alarm.id);
      if (record !== null && record.clearedAt !== null) facts.push({ kind: 'alarm', alarm: newsOf(record) });
    }
    return facts;
  }

  async function gather(before: Leading): Promise<Taken | 'gap'> {
    const changes = await options.changes.changes(before.change, options.batch ?? MOST_CHANGES);
    // Ids of changes have no gaps, so what is missing was removed before it was taken.
    if ((changes[0]?.id ?? 0) > before.change + 1) return 'gap';
    const { acts, wishes, failures } = await store.waiting(MOST_ACTS);
    const alarms = changes.filter(({ kind }) => kind === 'alarm');
    return {
      change: changes.at(-1)?.id ?? before.change,
      facts: [
        ...(options.definitions() === before.definitions ? [] : [{ kind: 'definitions' as const }]),
        ...alarms.map(({ body }): NotifyFact => ({ kind: 'alarm', alarm: readAlarmChange(body) })),
        ...(await actFacts(acts, before.memory)),
        ...wishes.map(({ id, channel, text }): NotifyFact => {
          const [flow = '', key = ''] = id.split('/').map(decodeURIComponent);
          return { kind: 'wish', id, channel, text, flow, key };
        }),
        ...failures.map(({ notice, reason }): NotifyFact => ({ kind: 'undeliverable', notice, reason })),
      ],
      wishes: wishes.map(({ id }) => id),
      failures: failures.map(({ notice }) => notice.id),
    };
  }

  async function actFacts(
    acts: readonly StoredAct[],
    memory: NotifierMemory,
  ): Promise<readonly NotifyFact[]> {
    const facts: NotifyFact[] = [];
    const known = new Map<string, Handling | null>();
    for (const { act } of acts) {
      const id = 'alarm' in act ? act.alarm : null;
      // One that is over is read once a turn: two acts on it in one turn would else forget the first.
      if (id !== null && memory.handlings.has(id) === false && !known.has(id))
        known.set(id, await store.handling(id));
      facts.push({ kind: 'act', act, known: id === null ? null : (known.get(id) ?? null) });
    }
    return facts;
  }

  async function decide(before: Leading, taken: Taken, time: number): Promise<NotifierTurn> {
    const { epoch, tag: previous } = before;
    const tag = `${owner}/${++decided}`;
    const { change, wishes, failures } = taken;
    const definitions = options.definitions();
    const decision = decideNotices(
      { definitions, direct: options.direct, replayedUntil: options.replayedUntil?.() ?? null },
      before.memory,
      taken.facts,
      time,
    );
    const batch = recordDecision(decision, {
      ...{ epoch, previous, tag, change, lease, wishes, failures },
      now: time,
    });
    if ((await store.commit(batch)) === 'fenced') return 'waiting';
    before.memory.apply(decision);
    if (batch.notices.length > 0) options.onOwed?.(new Set(batch.notices.map(({ channel }) => channel)));
    leading = { epoch, tag, change, memory: before.memory, renewedAt: time, definitions };
    return 'worked';
  }

  async function rest(before: Leading, time: number): Promise<NotifierTurn> {
    if (time - before.renewedAt < lease / 3) {
      leading = before;
      return 'idle';
    }
    if (!(await store.renew(before.epoch, before.tag, lease))) return 'waiting';
    leading = { ...before, renewedAt: time };
    return 'idle';
  }

  return {
    async turn() {
      try {
        const kind = await turn();
        leads = kind !== 'waiting';
        return kind;
      } catch (error) {
        leads = false;
        throw error;
      }
    },
    dueAt: () => (leading === null ? null : leading.memory.nextDue()),
    leads: () => leads,
    async stop() {
      const last = leading;
      leading = null;
      leads = false;
      if (last !== null) await store.release(last.epoch);
    },
  };
}

interface Taken {
  readonly change: number;
  readonly facts: readonly NotifyFact[];
  readonly wishes: readonly string[];
  readonly failures: readonly string[];
}
