/**
 * The batch: take what the stream has, skip what was seen, decide each event, write everything in one transaction, and
 * only then confirm. It runs on ports alone; whoever calls `turn` in a loop decides about waiting after a failure.
 *
 * 1. Nothing is confirmed before it is committed; after a crash the stream gives again what was not.
 * 2. After any failure the watch is thrown away and made anew from the store: memory is never ahead of it.
 * 3. Due times fire in the order of the log: before an event that happened later, and else only once the stream was seen
 *    to be empty at a time after they were due. Of a backlog only the event's own family is decided on the way; the rest
 *    follows once the backlog is applied.
 */
import { type CheckpointEvent, eventToJson, readEventText, readMessage } from '../checkpoints/index.ts';
import type { Definitions } from '../definitions/index.ts';
import { ACT_SUBJECT, type Act, readActText } from './act.ts';
import { actKey } from './check-act.ts';
import { checkEvent, type KeyedEvent } from './check-event.ts';
import type { Harvest } from './harvest.ts';
import {
  type HeldRecord,
  type InstanceKey,
  type Intake,
  IntakeError,
  type JournalRecord,
  type Message,
  type Position,
  type RejectedRecord,
  type Source,
  type Store,
} from './ports.ts';
import { problemText } from './problem-text.ts';
import { actRecord, journalRecord, recordHarvest } from './records.ts';
import { decodeInstance } from './snapshot.ts';
import { createWatch, type Watch } from './watch.ts';

export interface WorkerOptions {
  readonly partition: string;
  readonly store: Store;
  readonly intake: Intake;
  /** the active definitions and the files that they were compiled from */
  readonly definitions: Definitions;
  readonly sources: readonly Source[];
  /** compiles the sources of an earlier revision, for instances that began under it; null where that fails */
  readonly compile: (sources: readonly Source[], revision: string) => Definitions | null;
  readonly now: () => number;
  /** most messages a batch */
  readonly batch?: number;
  /** longest wait for a message, ms */
  readonly patience?: number;
}

/** What a turn came to. `idle`: nothing came and nothing was due. `remade`: the stream is another one than before. */
export interface Turn {
  readonly kind: 'worked' | 'idle' | 'fenced';
  readonly messages: number;
  readonly events: number;
  readonly rejected: number;
  readonly repeats: number;
  readonly alarms: number;
  readonly remade: boolean;
  /** from the first message to the commit */
  readonly seconds: number;
}

export interface Worker {
  /** One batch. Rejects with StoreError or IntakeError when the world failed; the next turn begins from the store. */
  turn(): Promise<Turn>;
  /** The position after the last commit; null before the first turn. */
  position(): Position | null;
  /** instances in memory */
  live(): number;
  /** Forgets everything in memory; the next turn takes the partition anew. */
  reset(): void;
}

interface Running {
  readonly watch: Watch;
  readonly earlier: Map<string, Definitions>;
  position: Position;
  remade: boolean;
  /** when this run began: messages stored earlier are its backlog */
  readonly began: number;
}

interface Collected {
  readonly journal: JournalRecord[];
  readonly rejected: RejectedRecord[];
  repeats: number;
  /** something was held back, or let go */
  held: boolean;
}

/** Someone else reads and writes this partition now. */
const FENCED: Turn = {
  kind: 'fenced',
  messages: 0,
  events: 0,
  rejected: 0,
  repeats: 0,
  alarms: 0,
  remade: false,
  seconds: 0,
};

/** A worker for one partition. */
export function createWorker(options: WorkerOptions): Worker {
  const { intake, now } = options;
  let running: Running | null = null;
  let latest: Running | null = null; // what is shown while a turn is under way

  async function turn(): Promise<Turn> {
    try {
      return await oneTurn();
    } catch (error) {
      if (error instanceof IntakeError && error.reason === 'taken') return FENCED;
      throw error;
    }
  }

  async function oneTurn(): Promise<Turn> {
    const at = running ?? (await begin(options));
    running = null; // taken back only when the turn succeeds
    const asked = now();
    const due = at.watch.nextDue();
    const patience = options.patience ?? 1000;
    const wait = due === null ? patience : Math.min(patience, Math.max(0, Math.ceil(due - asked) + 1));
    const messages = await intake.next(options.batch ?? 1000, wait);
    const begun = now();
    const collected = await apply(options, at, messages, wait === 0 ? asked : null);
    const result = await commit(options, at, messages, collected);
    if (result.kind !== 'fenced') running = at;
    latest = running;
    return { ...result, seconds: (now() - begun) / 1000 };
  }

  return {
    turn,
    position: () => latest?.position ?? null,
    live: () => latest?.watch.instances.size ?? 0,
    reset() {
      running = null;
    },
  };
}

async function begin(options: WorkerOptions): Promise<Running> {
  const { store, intake, definitions } = options;
  await store.saveRevision(definitions.revision, options.sources);
  const position = await store.open(options.partition);
  const [watched, held, live] = [await store.watched(), await store.held(), await store.loadLive()];
  const earlier = new Map<string, Definitions>();
  const since = new Map(watched.map((one) => [one.flow, one.since]));
  const watch = createWatch({ definitions, earlier, since, clock: position.clock });
  const running: Running = { watch, earlier, position, remade: false, began: options.now() };
  await adopt(options, running, live);
  await recallHeld(options, running, held);
  const { incarnation } = await intake.start(position);
  if (incarnation !== position.incarnation) {
    running.remade = position.incarnation !== '';
    running.position = { ...position, incarnation, sequence: 0 };
  }
  return running;
}

async function recallHeld(
  options: WorkerOptions,
  running: Running,
  held: readonly HeldRecord[],
): Promise<void> {
  for (const { event: text } of held) {
    const result = readEventText(text);
    if (!result.ok || result.event.key === null)
      throw new Error('broken rule: an event held back cannot be read again');
    const event: KeyedEvent = { ...result.event, key: result.event.key };
    await load(options, running, running.watch.wants([event], running.position.clock ?? event.time));
    running.watch.hold(event);
  }
}

async function load(options: WorkerOptions, running: Running, keys: readonly InstanceKey[]): Promise<void> {
  if (keys.length > 0) await adopt(options, running, await options.store.load(keys));
}

async function adopt(
  options: WorkerOptions,
  running: Running,
  records: Awaited<ReturnType<Store['load']>>,
): Promise<void> {
  for (const record of records) {
    if (running.watch.instances.has(`${record.flow}/${record.key}`)) continue;
    const definitions = await definitionsOf(options, running, record.revision);
    const flow = definitions.flows.get(record.flow);
    if (flow === undefined)
      throw new Error(`broken rule: revision ${record.revision} has no flow ${record.flow}`);
    running.watch.adopt(decodeInstance(flow, record.snapshot));
  }
}

async function definitionsOf(
  options: WorkerOptions,
  running: Running,
  revision: string,
): Promise<Definitions> {
  if (revision === options.definitions.revision) return options.definitions;
  const known = running.earlier.get(revision);
  if (known !== undefined) return known;
  const sources = await options.store.revision(revision);
  const compiled = sources === null ? null : options.compile(sources, revision);
  if (compiled === null)
    throw new Error(`broken rule: the definitions of revision ${revision} are stored and compile`);
  running.earlier.set(revision, compiled);
  return compiled;
}

/** One line of a message: an event, an operator's act, or what is wrong with it. */
interface Item {
  readonly message: Message;
  readonly line: number;
  readonly text: string;
  readonly event: CheckpointEvent | null;
  readonly act: Act | null;
  readonly reason: string;
}

/** Decides the messages in order, or what is due by `empty` where the stream was seen to be empty then. */
async function apply(
  options: WorkerOptions,
  at: Running,
  messages: readonly Message[],
  empty: number | null,
): Promise<Collected> {
  const collected: Collected = { journal: [], rejected: [], repeats: 0, held: at.watch.held().length > 0 };
  if (messages.length === 0) {
    if (empty === null) return collected;
    await load(options, at, at.watch.wants([], empty));
    at.watch.advance(empty);
    return collected;
  }
  const items = messages.flatMap(readItems);
  const events = items.flatMap(({ event }) => (event === null ? [] : [event]));
  at.watch.begin(messages[0]?.storedAt ?? options.now());
  const last = messages.reduce((latest, message) => Math.max(latest, message.storedAt), at.watch.clock ?? 0);
  const acts = items.flatMap(({ act }) => (act === null ? [] : [act]));
  await load(options, at, at.watch.wants(events, last, acts));
  await recallSeen(options, at, events, acts);
  for (const item of items) takeItem(at, item, collected);
  collected.held ||= at.watch.held().length > 0;
  return collected;
}

function readItems(message: Message): readonly Item[] {
  if (message.subject.startsWith(`${ACT_SUBJECT}.`)) return [readActItem(message)];
  return readMessage(message.payload, message.headers).map(({ line, text, result }) => {
    const event = result.ok ? result.event : null;
    return { message, line, text, event, act: null, reason: result.ok ? '' : problemText(result.problems) };
  });
}

function readActItem(message: Message): Item {
  const text = new TextDecoder().decode(message.payload);
  const result = readActText(text);
  const act = result.ok ? result.act : null;
  return { message, line: 1, text, event: null, act, reason: result.ok ? '' : problemText(result.problems) };
}

async function recallSeen(
  options: WorkerOptions,
  at: Running,
  events: readonly CheckpointEvent[],
  acts: readonly Act[],
): Promise<void> {
  const ids = events.flatMap((event) => {
    const checked = checkEvent(
      options.definitions,
      event,
      (flow, key) => at.watch.instances.get(`${flow}/${key}`)?.flow ?? null,
    );
    return checked.ok ? [{ flow: checked.event.flow, key: checked.event.key, id: checked.event.id }] : [];
  });
  for (const act of acts) {
    const key = actKey(options.definitions, act);
    if (key !== null) ids.push({ flow: act.flow, key, id: act.id });
  }
  if (ids.length === 0) return;
  for (const seen of await options.store.seen(ids)) at.watch.recall(seen, seen.id, seen.digest);
}

function takeItem(at: Running, item: Item, collected: Collected): void {
  const { storedAt } = item.message;
  if (item.act !== null) {
    const acted = at.watch.act(item.act, Math.max(at.watch.clock ?? storedAt, storedAt));
    if (acted.kind === 'accepted') collected.journal.push(actRecord(item.act, acted.key, storedAt));
    else if (acted.kind === 'refused') collected.rejected.push(rejected(at, item, acted.reason));
    else collected.repeats++;
    return;
  }
  if (item.event === null) {
    collected.rejected.push(rejected(at, item, item.reason));
    return;
  }
  const taken = at.watch.take(item.event, clockFor(at, item.event, storedAt), storedAt < at.began);
  switch (taken.kind) {
    case 'accepted':
      collected.journal.push(journalRecord(taken.event, taken.digest, storedAt));
      return;
    case 'repeat':
      collected.repeats++;
      return;
    case 'refused':
      collected.rejected.push(rejected(at, item, taken.reason));
      return;
    default:
      taken satisfies never;
  }
}

/**
 * Where the clock stands when an event is taken: at the time it happened, so that what was due before is decided before
 * it, and what it still does in time is in time, however late it was read. No event is ahead of its message.
 */
function clockFor(at: Running, event: CheckpointEvent, storedAt: number): number {
  const happened = Math.min(event.time, storedAt);
  return Math.max(at.watch.clock ?? happened, happened);
}

function rejected(at: Running, item: Item, reason: string): RejectedRecord {
  const { message, line, text } = item;
  return {
    id: `${at.position.incarnation}/${message.sequence}/${line}`,
    subject: message.subject,
    payload: new TextEncoder().encode(text),
    headers: message.headers,
    reason,
    receivedAt: message.storedAt,
  };
}

async function commit(
  options: WorkerOptions,
  at: Running,
  messages: readonly Message[],
  collected: Collected,
): Promise<Omit<Turn, 'seconds'>> {
  const harvest = at.watch.harvest();
  const { journal, rejected: refused, repeats } = collected;
  const counts = {
    messages: messages.length,
    events: journal.length,
    rejected: refused.length,
    repeats,
    remade: at.remade,
  };
  if (messages.length === 0 && isEmpty(harvest)) return { kind: 'idle', alarms: 0, ...counts };
  const sequence = messages.at(-1)?.sequence ?? at.position.sequence;
  const position: Position = { ...at.position, sequence, clock: at.watch.clock };
  const records = recordHarvest(harvest, options.now());
  const outcome = await options.store.commit({
    position,
    journal,
    rejected: refused,
    removed: harvest.removed,
    watched: harvest.watched,
    held: collected.held ? at.watch.held().map(heldRecord) : null,
    ...records,
  });
  if (outcome === 'fenced') return { kind: 'fenced', alarms: 0, ...counts };
  at.position = position;
  at.remade = false;
  at.watch.forget(harvest);
  if (messages.length > 0) await options.intake.confirm(sequence);
  return { kind: 'worked', alarms: records.alarms.length, ...counts };
}

function heldRecord(event: KeyedEvent): HeldRecord {
  return { event: eventToJson(event), receivedAt: event.time };
}

function isEmpty(harvest: Harvest): boolean {
  return (
    harvest.changed.length +
      harvest.removed.length +
      harvest.alarms.length +
      harvest.wishes.length +
      harvest.watched.length ===
    0
  );
}
