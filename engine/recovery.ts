/**
 * How a partition comes back into memory: its instances as they were stored, each at the place of the journal up to which
 * it holds what happened, and the journal after the mark decided once more around them.
 *
 * 1. The clock begins where it stood at the mark, and moves as it moved: an entry brings the clock that it was decided
 *    with, also where its own root needs it no more; at the end it stands where it stood at the last commit.
 * 2. A root that was written after its entry was decided is as it was written: the entry is passed over, and the root comes
 *    into memory right after the last entry that it holds, so that nothing of it is decided twice. Until then no day of it
 *    is expected.
 * 3. Nothing is judged again: what is in the journal was accepted. Which ids were seen is asked of the journal later.
 * 4. What is decided here was committed before: its alarms, notices and publications are thrown away, and its instances
 *    are dirty, as of the mark.
 */
import { readEventText } from '../checkpoints/index.ts';
import type { Definitions } from '../definitions/index.ts';
import { readActText } from './act.ts';
import type { KeyedEvent } from './check-event.ts';
import { nameOf } from './family.ts';
import { createWatch } from './live-watch.ts';
import { rootOf } from './partition.ts';
import type { HeldRecord, HeldRoot, InstanceKey, InstanceRecord, JournalRecord, Position } from './ports.ts';
import { adopt, isMine, newRunning, type Running } from './running.ts';
import type { WorkerOptions } from './worker-options.ts';

/** Entries of the journal that are read at once. */
const PAGE = 5000;

/** What was stored after the mark, and waits for its place. */
interface Waiting {
  /** by place */
  readonly records: Map<number, InstanceRecord[]>;
  readonly held: Map<number, HeldRoot[]>;
  /** the places, ascending from `next` on */
  readonly places: number[];
  next: number;
  /** by root: the place up to which it was written */
  readonly written: Map<string, number>;
  /** the place that was reached */
  reached: number;
  /** names of the instances that were loaded or asked for */
  readonly asked: Set<string>;
}

/** Everything of the partition that is not stored yet, in memory, at a position that was just opened. */
export async function recover(
  options: WorkerOptions,
  definitions: Definitions,
  position: Position,
): Promise<Running> {
  const { store, partition } = options;
  await options.at?.('beforeRecovery');
  const [watched, held, live] = [
    await store.watched(partition),
    await store.held(partition),
    await store.loadLive(partition),
  ];
  const since = new Map(watched.map((one) => [one.flow, one.since]));
  const waiting: Waiting = {
    records: new Map(),
    held: new Map(),
    places: [],
    next: 0,
    written: new Map(),
    reached: position.mark,
    asked: new Set(),
  };
  const here = (key: string) =>
    isMine(options, key) && (waiting.written.get(rootOf(key)) ?? 0) <= waiting.reached;
  const at = newRunning(options, {
    definitions,
    position,
    began: options.now(),
    makeWatch: (seen, earlier) =>
      createWatch({ definitions, earlier, since, clock: position.markClock, seen, mine: here }),
  });
  await put(options, at, waiting, live);
  const keys = held.flatMap((root) => putHeld(at, waiting, root));
  await loadRelatives(options, at, { waiting, of: keys, clock: null });
  if (isBehind(position)) {
    at.watch.begin(position.markClock ?? position.clock ?? 0);
    await redoTail(options, at, waiting);
    await finish(options, at, waiting);
  }
  await options.at?.('afterRecovery');
  return at;
}

/** Whether a recovery from here decides anything: then it must be under the definitions that the position names. */
export function isBehind({ mark, journal, markClock, clock }: Position): boolean {
  return mark < journal || markClock !== clock;
}

/** Takes records into memory whose place was reached, and lets the others wait. */
async function put(
  options: WorkerOptions,
  at: Running,
  waiting: Waiting,
  records: readonly InstanceRecord[],
): Promise<void> {
  const due: InstanceRecord[] = [];
  for (const record of records) {
    noteWritten(waiting, rootOf(record.key), record.applied);
    waiting.asked.add(nameOf(record.flow, record.key));
    if (record.applied <= waiting.reached) due.push(record);
    else later(waiting, waiting.records, record);
  }
  await adopt(options, at, due);
}

/** The same for what is held back. Gives the instances that it is about. */
function putHeld(at: Running, waiting: Waiting, held: HeldRoot): readonly InstanceKey[] {
  at.heldStored.add(held.root);
  noteWritten(waiting, held.root, held.applied);
  if (held.applied <= waiting.reached) holdAgain(at, held);
  else later(waiting, waiting.held, held);
  return held.events.map(heldEvent);
}

function heldEvent({ event: text }: HeldRecord): KeyedEvent {
  const result = readEventText(text);
  if (!result.ok || result.event.key === null)
    throw new Error('broken rule: an event held back can be read again, and has its key');
  return { ...result.event, key: result.event.key };
}

function noteWritten(waiting: Waiting, root: string, applied: number): void {
  if (applied > (waiting.written.get(root) ?? 0)) waiting.written.set(root, applied);
}

function later<T extends { readonly applied: number }>(
  waiting: Waiting,
  kept: Map<number, T[]>,
  one: T,
): void {
  const { applied } = one;
  const some = kept.get(applied);
  if (some === undefined) kept.set(applied, [one]);
  else some.push(one);
  const { places, next } = waiting;
  let index = places.length;
  while (index > next && (places[index - 1] ?? 0) > applied) index--;
  if (index === next || places[index - 1] !== applied) places.splice(index, 0, applied);
}

function holdAgain(at: Running, { events }: HeldRoot): void {
  for (const record of events) at.watch.hold(heldEvent(record));
}

/** Decides the journal after the mark once more, page by page. */
async function redoTail(options: WorkerOptions, at: Running, waiting: Waiting): Promise<void> {
  const { partition, store } = options;
  let page = await store.tail(partition, waiting.reached, PAGE);
  for (; page.length > 0; page = await store.tail(partition, waiting.reached, PAGE)) {
    const clock = page.reduce((latest, entry) => Math.max(latest, entry.clock), 0);
    await loadRelatives(options, at, { waiting, of: page, clock });
    for (const entry of page) {
      if (isNextReached(waiting, entry.place - 1)) await reach(options, at, waiting, entry.place - 1);
      if ((waiting.written.get(rootOf(entry.key)) ?? 0) >= entry.place) passOver(at, entry);
      else redo(at, entry);
    }
    waiting.reached = page.at(-1)?.place ?? waiting.reached;
    await options.at?.('duringRecovery');
  }
  await reach(options, at, waiting, at.stored.journal);
}

/** Loads what facts about these instances and the clock moving there may touch, each instance once. */
async function loadRelatives(
  options: WorkerOptions,
  at: Running,
  wanted: { readonly waiting: Waiting; readonly of: readonly InstanceKey[]; readonly clock: number | null },
): Promise<void> {
  const { waiting, of, clock } = wanted;
  const { asked } = waiting;
  const distinct = new Map(of.map((one) => [nameOf(one.flow, one.key), one]));
  const unknown = at.watch.absent([...distinct.values()], clock).filter(({ flow, key }) => {
    const name = nameOf(flow, key);
    return !asked.has(name) && asked.add(name);
  });
  if (unknown.length > 0) await put(options, at, waiting, await options.store.load(unknown));
}

/** Moves on to a place; whether something was stored on the way, which `reach` takes into memory. */
function isNextReached(waiting: Waiting, place: number): boolean {
  waiting.reached = place;
  return (waiting.places[waiting.next] ?? Number.POSITIVE_INFINITY) <= place;
}

/** Everything up to this place is decided: what was stored there comes into memory. */
async function reach(options: WorkerOptions, at: Running, waiting: Waiting, place: number): Promise<void> {
  waiting.reached = place;
  for (let next = waiting.places[waiting.next]; next !== undefined; next = waiting.places[waiting.next]) {
    if (next > place) return;
    waiting.next++;
    const records = waiting.records.get(next) ?? [];
    const held = waiting.held.get(next) ?? [];
    waiting.records.delete(next);
    waiting.held.delete(next);
    await adopt(options, at, records);
    for (const root of held) holdAgain(at, root);
  }
}

function isAct({ kind }: JournalRecord): boolean {
  return kind === 'waive' || kind === 'unwaive' || kind === 'close';
}

function passOver(at: Running, entry: JournalRecord): void {
  at.watch.pass(isAct(entry) ? null : entry.flow, entry.clock, entry.backlog);
}

function redo(at: Running, entry: JournalRecord): void {
  const { flow, key, clock, backlog, event: text } = entry;
  if (isAct(entry)) {
    const result = readActText(text);
    if (!result.ok) throw new Error(`broken rule: the act ${entry.id} of ${flow} ${key} can be read again`);
    at.watch.redoAct(result.act, clock);
    return;
  }
  const result = readEventText(text);
  if (!result.ok) throw new Error(`broken rule: the event ${entry.id} of ${flow} ${key} can be read again`);
  at.watch.redo({ ...result.event, key }, clock, backlog);
}

/** The clock stands where it stood, and what was decided on the way is to be written again. */
async function finish(options: WorkerOptions, at: Running, waiting: Waiting): Promise<void> {
  const { watch, dirty, stored } = at;
  const { clock, mark: place, markClock } = stored;
  if (clock !== null && (watch.clock === null || watch.clock < clock)) {
    await loadRelatives(options, at, { waiting, of: [], clock });
    watch.advance(clock);
  }
  dirty.touch(watch.harvest(), { place, clock: markClock }, options.now());
}
