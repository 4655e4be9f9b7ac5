/** What must be so of telling at rest: what is owed has come, what stands was told, what is over was told to be over. */
import type { Definitions } from '../../../definitions/index.ts';
import { explains, type Handling, type NoticeEntry } from '../../../engine/index.ts';
import type { Databank } from './database.ts';
import type { Violation } from './invariants.ts';

export interface Ended {
  readonly databank: Databank;
  readonly definitions: Definitions;
  /** whether an end took this notice; of what the database knows of */
  readonly hasCome: (id: string) => boolean;
  /** whether an end refused it for good */
  readonly isRefused: (id: string) => boolean;
  /** whether the notifier has not seen every change: then what began and ended meanwhile may be unknown */
  readonly gap: boolean;
  readonly now: number;
}

/** How often what nobody sees to is told again, with what a storm and its calm may add, ms. */
const REPEATED = 45 * 60_000;

type Found = Omit<Violation, 'time'>;

/** What does not hold. */
export async function untold(ended: Ended): Promise<readonly Found[]> {
  const { databank } = ended;
  const entries = await allNotices(databank);
  const alarms = [...databank.tables.alarms.values()].map(({ alarm }) => alarm);
  const handlings = new Map<string, Handling>();
  for (const one of await databank.notices.reader.handlings(alarms.map(({ id }) => id)))
    handlings.set(one.alarm.id, one);
  const listed = new Map<string, NoticeEntry[]>();
  for (const entry of entries)
    for (const { id } of [...entry.notice.alarms, ...entry.notice.folded])
      listed.set(id, [...(listed.get(id) ?? []), entry]);
  const open = alarms.filter(({ clearedAt }) => clearedAt === null);
  return [
    ...entries.flatMap((entry) => ofNotice(ended, entry)),
    ...(await ofFailures(ended, entries)),
    ...alarms.flatMap(({ id, clearedAt }): readonly Found[] => {
      const handling = handlings.get(id);
      if (handling === undefined && ended.gap && clearedAt !== null) return [];
      if (handling === undefined) return [{ rule: 'NOT-TAKEN', text: `nobody knows of ${id}` }];
      if ((handling.alarm.clearedAt === null) !== (clearedAt === null))
        return [{ rule: 'NOT-TAKEN', text: `that ${id} is ${clearedAt === null ? 'open' : 'over'}` }];
      return clearedAt === null ? ofOpen(ended, handling, { handlings, listed }) : [];
    }),
    ...ofEnds(
      entries,
      new Set(open.map(({ id }) => id)),
      new Set(open.map(({ flow, key }) => `${flow} ${key}`)),
    ),
    ...ofWishes(ended, entries),
  ];
}

async function allNotices(databank: Databank): Promise<readonly NoticeEntry[]> {
  const entries: NoticeEntry[] = [];
  for (let cursor: string | null = null, more = true; more; more = cursor !== null) {
    const page: Awaited<ReturnType<typeof databank.notices.reader.notices>> =
      await databank.notices.reader.notices({}, 200, cursor);
    entries.push(...page.items);
    cursor = page.next;
  }
  return entries.reverse();
}

/** Each is handed over, or given up for a reason. */
function ofNotice(ended: Ended, { notice, state, reason }: NoticeEntry): readonly Found[] {
  const { id, at, channel } = notice;
  const late = ended.now - at > (ended.definitions.notifying.channels.get(channel)?.deadline ?? 0);
  switch (state) {
    case 'owed':
    case 'sending':
      return [{ rule: 'OWED', text: `${id} is still ${state}: ${reason}` }];
    case 'sent':
      return ended.hasCome(id) ? [] : [{ rule: 'NOT-ARRIVED', text: `${id} was noted as sent` }];
    case 'failed':
      return ended.isRefused(id) || late
        ? []
        : [{ rule: 'GIVEN-UP', text: `${id} was refused by nobody: ${reason}` }];
    case 'unknown':
      return reason === null ? [{ rule: 'GIVEN-UP', text: `${id} without a reason` }] : [];
    case 'superseded':
      return [];
    default:
      return state satisfies never;
  }
}

/** What a channel could not deliver goes to its fallback. */
async function ofFailures({ databank, definitions }: Ended, entries: readonly NoticeEntry[]) {
  const { failures: left } = await databank.notices.store.waiting(10);
  const told = new Set(entries.map(({ notice }) => notice.id));
  const missing = entries.filter(
    ({ notice: { id, channel, kind }, state }) =>
      (state === 'failed' || state === 'unknown') &&
      kind !== 'undeliverable' &&
      (definitions.notifying.channels.get(channel)?.fallback ?? null) !== null &&
      !told.has(`${id}/undeliverable`),
  );
  return [
    ...left.map(({ notice: { id } }): Found => ({ rule: 'NOT-TAKEN', text: `that ${id} was given up` })),
    ...missing.map(({ notice: { id } }): Found => ({ rule: 'NOT-TOLD', text: `that ${id} was given up` })),
  ];
}

/** An alarm that stands is told, or quiet for a reason that holds. */
function ofOpen(
  { definitions, now }: Ended,
  handling: Handling,
  known: {
    readonly handlings: ReadonlyMap<string, Handling>;
    readonly listed: ReadonlyMap<string, readonly NoticeEntry[]>;
  },
): readonly Found[] {
  const { outcome, because, root, alarm } = handling;
  const notices = known.listed.get(alarm.id) ?? [];
  const isTold = notices.some(({ notice, state }) => state !== 'superseded' && !notice.recovered);
  const wrong = (text: string): readonly Found[] => [
    { rule: 'NOT-TOLD', text: `${alarm.id} of ${new Date(alarm.raisedAt).toISOString()} ${text}` },
  ];
  switch (outcome) {
    case 'told':
    case 'storm':
    case 'flapping':
      if (!isTold) return wrong(`is ${outcome}, and no notice lists it`);
      return isForgotten(handling, notices, now) ? wrong('is not told again') : [];
    case 'folded': {
      const over = root === null ? undefined : known.handlings.get(root);
      if (over === undefined || over.alarm.clearedAt !== null)
        return wrong(`is under ${root}, which is over`);
      return explains(definitions, over.alarm, alarm) ? [] : wrong(`is not explained by ${root}`);
    }
    case 'muted':
      return /^s\d+$/.test(because ?? '') && now < mutedUntil(because) ? [] : wrong(`is muted by ${because}`);
    case 'waiting':
    case 'brief':
    case 'unrouted':
      return wrong(`is ${outcome}`);
    default:
      return outcome satisfies never;
  }
}

/** Whether nobody sees to it, and it was told longer ago than the policy says. */
function isForgotten(handling: Handling, notices: readonly NoticeEntry[], now: number): boolean {
  const unanswered = handling.standing === 'open' || handling.standing === 'escalated';
  return unanswered && Math.max(...notices.map(({ notice }) => notice.at)) < now - REPEATED;
}

/** An operator's silence is called by when it ends. */
function mutedUntil(id: string | null): number {
  return Number(id?.slice(1));
}

/** Whoever was told of a trouble is told when nothing of it stands. */
function ofEnds(
  entries: readonly NoticeEntry[],
  open: ReadonlySet<string>,
  standing: ReadonlySet<string>,
): readonly Found[] {
  const told = new Map<string, { readonly entry: NoticeEntry; over: boolean; stands: boolean }>();
  for (const entry of entries) {
    const { thread, channel, kind, recovered, alarms, folded } = entry.notice;
    if (kind === 'notify' || kind === 'undeliverable') continue;
    const name = `${thread} on ${channel}`;
    const one = told.get(name) ?? { entry, over: false, stands: false };
    const all = [...alarms, ...folded];
    one.over ||= recovered;
    one.stands ||= all.some(({ id, flow, key }) => open.has(id) || standing.has(`${flow} ${key}`));
    told.set(name, one);
  }
  return [...told]
    .filter(([, { over, stands }]) => !over && !stands)
    .map(([name]) => ({ rule: 'NO-RECOVERY', text: name }));
}

/** What rules asked for is told. */
function ofWishes({ databank }: Ended, entries: readonly NoticeEntry[]): readonly Found[] {
  const told = new Set(entries.map(({ notice }) => notice.id));
  return [...databank.tables.notices.values()]
    .filter(({ channel, id }) => channel !== null && !told.has(`wish/${id}`))
    .map(({ id }) => ({ rule: 'NOT-TOLD', text: `the wish ${id}` }));
}
