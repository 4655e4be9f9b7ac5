/**
 * Messages become lines, lines become events and acts, and these are decided in their order into the batch that is being
 * gathered. Nothing of it is stored yet.
 */
import {
  type CheckpointEvent,
  eventToJson,
  formatTime,
  readMessage,
  subjectOf,
} from '../checkpoints/index.ts';
import { ACT_SUBJECT, type Act, actSubject, actToJson, readActText } from './act.ts';
import { actKey } from './check-act.ts';
import { checkEvent, keyOf } from './check-event.ts';
import type { Mark } from './dirty-roots.ts';
import { isSingle, nameOf } from './family.ts';
import type { InstanceKey, JournalRecord, Message, Outlet, RejectedRecord } from './ports.ts';
import { readProbe } from './probe.ts';
import { problemText } from './problem-text.ts';
import { actRecord, type Entry, journalRecord } from './records.ts';
import { isMine, loadAll, type Running } from './running.ts';
import { DEFAULTS, type WorkerOptions } from './worker-options.ts';

/** So many events are decided before others in the process get their chance. */
const BREATH = 200;

/** So many events are read before. */
const LOT = 1000;

/** What is decided and not yet on its way to the store. */
export interface Gathered {
  /** where the journal and the clock stood before it */
  readonly from: Mark;
  /** when its first message was there, ms */
  readonly begun: number;
  readonly journal: JournalRecord[];
  readonly rejected: RejectedRecord[];
  readonly passed: Passed[];
  /** names of the probes that came */
  readonly probes: string[];
  messages: number;
  repeats: number;
  /** sequence of its last message; null while it has none */
  sequence: number | null;
}

type Passed = Parameters<Outlet['send']>[0][number];

/** One line of a message: an event, an operator's act, or what is wrong with it. */
interface Item {
  readonly message: Message;
  readonly line: number;
  readonly text: string;
  readonly event: CheckpointEvent | null;
  readonly act: Act | null;
  /** the instance that it is about; null where that cannot be told */
  readonly of: InstanceKey | null;
  readonly reason: string;
  /** its name, where it is a probe */
  readonly probe?: string;
}

/** A batch without anything in it. */
export function newGathered(at: Running, now: number): Gathered {
  at.seen.batch(++at.batch);
  return {
    from: { place: at.place, clock: at.watch.clock },
    begun: now,
    journal: [],
    rejected: [],
    passed: [],
    probes: [],
    messages: 0,
    repeats: 0,
    sequence: null,
  };
}

/** Decides messages, of which there is at least one, into a batch. */
export async function decideMessages(
  options: WorkerOptions,
  at: Running,
  batch: Gathered,
  messages: readonly Message[],
): Promise<void> {
  const items = await readAll(options, messages);
  const first = messages[0]?.storedAt ?? options.now();
  at.watch.begin(firstWatched(at, first));
  const clock = messages.reduce((latest, { storedAt }) => Math.max(latest, storedAt), at.watch.clock ?? 0);
  const named = new Map<string, InstanceKey>();
  for (const { of } of items)
    if (of !== null && isMine(options, of.key)) named.set(nameOf(of.flow, of.key), of);
  await Promise.all([
    loadFamilies(options, at, { items, named, clock }),
    recallSeen(options, at, { named, first }),
  ]);
  const together = items.length > 1;
  for (const [index, item] of items.entries()) {
    takeItem(options, { at, batch, item, together });
    if (index % BREATH === BREATH - 1) await options.breathe?.();
  }
  if (together) moveOn(at, items);
  batch.messages += messages.length;
  batch.sequence = messages.at(-1)?.sequence ?? batch.sequence;
  await options.at?.('afterDecide');
}

/**
 * Moves the clock to where messages that were decided together leave it. Until then each family had its own time: what one
 * reports late, behind what others report of later, is no reason to fire its timers before it is read.
 */
function moveOn(at: Running, items: readonly Item[]): void {
  let end = at.watch.clock;
  for (const { event, message } of items) {
    if (event === null || message.storedAt < at.began) continue;
    end = Math.max(end ?? 0, Math.min(event.time, message.storedAt));
  }
  // where it stands there already nothing fires, so that what was decided can be told by the clock
  if (end !== null && end !== at.watch.clock) at.watch.advance(end);
}

/** Decides what was due when the stream was seen to be empty, at `clock`; flows are watched from then on at the latest. */
export async function decideDue(options: WorkerOptions, at: Running, clock: number): Promise<void> {
  if (at.watch.clock !== null) at.watch.begin(firstWatched(at, clock));
  const due = at.watch.nextDue();
  if (at.watch.clock !== null && (due === null || due >= clock)) return;
  await loadAll(options, at, at.watch.absent([], clock));
  at.watch.tick(clock);
}

/** When a flow that is new is first watched: later than what was decided before, so that the clock tells what was not. */
function firstWatched(at: Running, now: number): number {
  return at.watch.clock === null ? now : Math.max(now, at.watch.clock + 1);
}

async function readAll(options: WorkerOptions, messages: readonly Message[]): Promise<readonly Item[]> {
  const items: Item[] = [];
  let lot = LOT;
  for (const message of messages) {
    for (const item of readItems(options, message)) items.push(item);
    if (items.length < lot) continue;
    lot = items.length + LOT;
    await options.breathe?.();
  }
  return items;
}

function readItems(options: WorkerOptions, message: Message): readonly Item[] {
  if (message.subject.startsWith(`${ACT_SUBJECT}.`)) return [readActItem(options, message)];
  return readMessage(message.payload, message.headers).map(({ line, text, result }) => {
    if (!result.ok) {
      return { message, line, text, event: null, act: null, of: null, reason: problemText(result.problems) };
    }
    const { event } = result;
    const key = keyOf(options.definitions, event);
    const of = key === null ? null : { flow: event.flow, key };
    return { message, line, text, event, act: null, of, reason: '' };
  });
}

function readActItem(options: WorkerOptions, message: Message): Item {
  const text = new TextDecoder().decode(message.payload);
  const result = readActText(text);
  const line = { message, line: 1, text, event: null };
  const probe = readProbe(message.subject, text);
  if (probe !== null) return { ...line, act: null, of: null, reason: '', probe };
  if (!result.ok) return { ...line, act: null, of: null, reason: problemText(result.problems) };
  const key = actKey(options.definitions, result.act);
  const of = key === null ? null : { flow: result.act.flow, key };
  return { ...line, act: result.act, of, reason: '' };
}

/**
 * Brings into memory whatever the items and the clock moving there may touch. What is to be refused touches nothing; only
 * an instance that is stored may know better, since it may have begun under other definitions.
 */
async function loadFamilies(
  options: WorkerOptions,
  at: Running,
  wanted: {
    readonly items: readonly Item[];
    readonly named: ReadonlyMap<string, InstanceKey>;
    readonly clock: number;
  },
): Promise<void> {
  const { items, named, clock } = wanted;
  const now = options.now();
  const strange = new Map([...named].filter(([, of]) => !at.families.hear(of, now)));
  const doubtful = doubtfulOf(at, items, strange);
  const isHere = (name: string) => at.watch.instances.has(name);
  const unknown = [...doubtful].filter((name) => !isHere(name));
  await loadAll(
    options,
    at,
    unknown.flatMap((name) => strange.get(name) ?? []),
  );
  const heard = [...strange].filter(([name]) => !doubtful.has(name) || isHere(name)).map(([, of]) => of);
  await loadAll(options, at, at.watch.absent(heard, clock));
  at.families.keep(heard);
}

/** Those of these instances that have relatives, and of which nothing comes but what the active definitions refuse. */
function doubtfulOf(
  { definitions }: Running,
  items: readonly Item[],
  strange: ReadonlyMap<string, InstanceKey>,
): ReadonlySet<string> {
  const sure = new Set<string>();
  const doubtful = new Set<string>();
  for (const { of, event } of items) {
    const name = of === null ? '' : nameOf(of.flow, of.key);
    if (of === null || !strange.has(name) || sure.has(name) || isSingle(definitions, of.flow)) continue;
    if (event === null || checkEvent(definitions, event, () => null).ok) sure.add(name);
    else doubtful.add(name);
  }
  return new Set([...doubtful].filter((name) => !sure.has(name)));
}

/** The ids of instances that are not remembered come from the journal, all at once, as far back as they are kept. */
async function recallSeen(
  options: WorkerOptions,
  at: Running,
  { named, first }: { readonly named: ReadonlyMap<string, InstanceKey>; readonly first: number },
): Promise<void> {
  const unknown = [...named].filter(([name]) => !at.seen.knows(name));
  if (unknown.length === 0) return;
  const since = first - (options.idsKept ?? DEFAULTS.idsKept);
  const keys = unknown.map(([, of]) => of);
  for (const { flow, key, id, digest } of await options.store.seen(keys, since))
    at.seen.note(nameOf(flow, key), id, digest);
  for (const [name] of unknown) at.seen.learn(name);
}

interface Taking {
  readonly at: Running;
  readonly batch: Gathered;
  readonly item: Item;
  /** there are others beside it, and the clock waits for all of them */
  readonly together: boolean;
}

function takeItem(options: WorkerOptions, taking: Taking): void {
  const { batch, item } = taking;
  const { event, act, of } = item;
  const reason = event === null && act === null ? item.reason : tooOld(options, item);
  if (reason !== null && item.probe !== undefined) batch.probes.push(item.probe);
  else if (reason !== null) batch.rejected.push(rejected(taking, reason));
  else if (of !== null && !isMine(options, of.key)) passItem(taking, of.key);
  else if (event !== null) takeEvent(taking, event);
  else if (act !== null) takeAct(taking, act);
}

/** Why an event cannot be told from a repeat; null where it can. */
function tooOld(options: WorkerOptions, { event, act, message }: Item): string | null {
  const kept = options.idsKept ?? DEFAULTS.idsKept;
  const time = event?.time ?? act?.time ?? message.storedAt;
  if (time >= message.storedAt - kept) return null;
  const days = Math.floor(kept / 86_400_000);
  return `time: ${formatTime(time)} is more than ${days} days before it was received (${formatTime(message.storedAt)}); ids are kept for so long only, so that it cannot be told from a repeat: use \`milepost replay\` for old logs`;
}

function takeEvent(taking: Taking, event: CheckpointEvent): void {
  const { at, batch, item, together } = taking;
  const { storedAt } = item.message;
  const backlog = together || storedAt < at.began;
  const taken = at.watch.take(event, clockFor(at, event, storedAt), backlog);
  switch (taken.kind) {
    case 'accepted': {
      const text = isNative(item) ? item.text : null;
      batch.journal.push(journalRecord(taken.event, taken.digest, text, entry(taking, backlog)));
      return;
    }
    case 'repeat':
      batch.repeats++;
      return;
    case 'refused':
      batch.rejected.push(rejected(taking, taken.reason));
      return;
    default:
      taken satisfies never;
  }
}

function takeAct(taking: Taking, act: Act): void {
  const { at, batch, item } = taking;
  const { storedAt } = item.message;
  const acted = at.watch.act(act, Math.max(at.watch.clock ?? storedAt, storedAt));
  if (acted.kind === 'accepted') batch.journal.push(actRecord(act, acted.key, entry(taking, false)));
  else if (acted.kind === 'refused') batch.rejected.push(rejected(taking, acted.reason));
  else batch.repeats++;
}

/** The next place of the journal, and where the clock stood when it was decided. */
function entry({ at, item }: Taking, backlog: boolean): Entry {
  const { storedAt: receivedAt } = item.message;
  return { place: ++at.place, clock: at.watch.clock ?? receivedAt, backlog, receivedAt };
}

/** Whether the text of a line, read by itself, gives its event with its key; CloudEvents are kept in the native form. */
function isNative({ event, text }: Item): boolean {
  return event !== null && event.key !== null && text.startsWith('{') && !text.includes('"specversion"');
}

/**
 * Where the clock stands when an event is taken: at the time it happened, so that what was due before is decided before
 * it, and what it still does in time is in time, however late it was read. No event is ahead of its message.
 */
function clockFor(at: Running, event: CheckpointEvent, storedAt: number): number {
  const happened = Math.min(event.time, storedAt);
  return Math.max(at.watch.clock ?? happened, happened);
}

/** Names the worker that has passed a message on: one that comes back is not passed on for ever. */
const PASSED = 'milepost-passed';

function passItem(taking: Taking, key: string): void {
  const { at, batch, item } = taking;
  const { message, line, event, act } = item;
  const { storedAt } = message;
  if (message.headers[PASSED] !== undefined) {
    const reason = `key: its subject ${message.subject} leads to another partition than its key ${JSON.stringify(key)}: the stream's mapping of subjects does not fit the number of partitions`;
    batch.rejected.push(rejected(taking, reason));
    return;
  }
  const id = `${at.incarnation}/${message.sequence}/${line}`;
  const headers = { [PASSED]: id };
  if (act !== null) {
    const subject = actSubject(act.flow, key);
    batch.passed.push({ id, headers, storedAt, subject, payload: Buffer.from(actToJson(act)) });
  } else if (event !== null) {
    const payload = Buffer.from(eventToJson({ ...event, key }));
    batch.passed.push({ id, headers, storedAt, subject: subjectOf(event.flow, key), payload });
  }
}

function rejected({ at, item }: Taking, reason: string): RejectedRecord {
  const { message, line, text } = item;
  return {
    id: `${at.incarnation}/${message.sequence}/${line}`,
    subject: message.subject,
    payload: new TextEncoder().encode(text),
    headers: message.headers,
    reason,
    receivedAt: message.storedAt,
  };
}
