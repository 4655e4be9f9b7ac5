/**
 * The batch: take what the stream has, skip what was seen, decide each event, write everything in one transaction, and
 * only then confirm. While a batch is on its way to the store the next one is gathered and decided. It runs on ports
 * alone; whoever calls `turn` in a loop decides about waiting after a failure.
 *
 * 1. Nothing is confirmed before it is committed; after a crash the stream gives again what was not.
 * 2. At most one commit is under way. After any failure everything in memory is thrown away and made anew from the store:
 *    what was decided ahead of it is decided again.
 * 3. Due times fire in the order of the log: before an event that happened later, and else only once the stream was seen
 *    to be empty at a time after they were due. Of a backlog, and of messages that are decided together, only the event's
 *    own family is decided on the way; the rest follows once the backlog is applied, or after the last of them.
 * 4. The journal is written with its batch; instances follow (dirty-roots.ts), and what of them was not written is decided
 *    again from the journal (recovery.ts).
 */
import { type Composed, compose } from './compose.ts';
import type { DirtyRoot } from './dirty-roots.ts';
import { isWaived } from './draft.ts';
import { lagOf } from './family.ts';
import { decideDue, decideMessages, type Gathered, newGathered } from './gather.ts';
import { type Intake, IntakeError, type Message, type Position } from './ports.ts';
import { isBehind, recover } from './recovery.ts';
import { definitionsOf, type Running } from './running.ts';
import type { Watched } from './watched.ts';
import { DEFAULTS, type WorkerOptions } from './worker-options.ts';

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
  /**
   * Commits one batch, or finds that there is none. Rejects with StoreError or IntakeError when the world failed; the next
   * turn begins from the store. The batch after it may be on its way when it returns.
   */
  turn(): Promise<Turn>;
  /** Commits what is under way and writes everything that is not written; gives the last turn, or null where there was nothing. */
  settle(): Promise<Turn | null>;
  /** The position after the last commit; null before the first turn. */
  position(): Position | null;
  /** instances in memory */
  live(): number;
  /** due times of the instances in memory that are still to come, and those that have passed undecided at `now`, ms */
  timers(now: number): { readonly pending: number; readonly overdue: number };
  /** roots whose instances are not written as they are */
  unwritten(): number;
  /** Forgets everything in memory; the next turn takes the partition anew. */
  reset(): void;
}

/** A batch on its way to the store. */
interface Flight {
  readonly gathered: Gathered;
  readonly composed: Composed;
  readonly number: number;
  /** never rejects */
  readonly outcome: Promise<Outcome>;
  /** its outcome is known */
  landed: boolean;
}

type Outcome =
  | { readonly kind: 'committed' | 'fenced' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** How long an arrival is waited for while a batch is under way, ms: longer than it takes, where all is well. */
const PATIENCE_UNDER_WAY = 1_000;
/** A batch that has so many events is not made larger. */
const MOST_EVENTS = 2_000;

const NOTHING: Turn = {
  kind: 'idle',
  messages: 0,
  events: 0,
  rejected: 0,
  repeats: 0,
  alarms: 0,
  remade: false,
  seconds: 0,
};

/** Someone else reads and writes this partition now. */
const FENCED: Turn = { ...NOTHING, kind: 'fenced' };

/** A worker for one partition. */
export function createWorker(options: WorkerOptions): Worker {
  const { intake, now } = options;
  let running: Running | null = null;
  let flight: Flight | null = null;
  let latest: Running | null = null; // what is shown while a turn is under way

  async function guarded<T>(work: () => Promise<T>): Promise<T | Turn> {
    try {
      return await work();
    } catch (error) {
      reset();
      if (error instanceof IntakeError && error.reason === 'taken') return FENCED;
      throw error;
    }
  }

  async function oneTurn(): Promise<Turn> {
    const at = running ?? (await begin(options));
    if (at === null) return FENCED;
    running = null; // taken back only when the turn succeeds
    if (flight === null) {
      const gathered = await gatherFirst(options, at);
      await launch(at, gathered, () => at.dirty.choose(now()));
    }
    const next = flight === null ? null : await gatherMore(options, at, flight);
    const turn = flight === null ? NOTHING : await land(at, flight);
    if (turn.kind === 'fenced') return turn;
    if (next !== null) await launch(at, next, () => at.dirty.choose(now()));
    running = at;
    latest = at;
    return turn;
  }

  /** Puts a batch on its way, if there is anything in it. From here on it is not changed any more. */
  async function launch(at: Running, gathered: Gathered, choose: () => readonly DirtyRoot[]): Promise<void> {
    const composed = await compose(at, gathered, { now: now(), breathe: options.breathe }, choose);
    if (composed === null) return;
    const outcome = send(options, gathered, composed);
    const launched = { gathered, composed, number: at.batch, outcome, landed: false };
    void outcome.then(() => {
      launched.landed = true;
    });
    flight = launched;
  }

  /** Awaits the batch that is under way, and confirms it. */
  async function land(at: Running, landing: Flight): Promise<Turn> {
    const outcome = await landing.outcome;
    flight = null;
    if (outcome.kind === 'failed') throw outcome.error;
    if (outcome.kind === 'fenced') return FENCED;
    const { gathered, composed } = landing;
    const { remade } = at;
    settled(at, landing, now());
    if (gathered.sequence !== null) {
      await options.at?.('beforeConfirm');
      await intake.confirm(gathered.sequence);
      await options.at?.('afterConfirm');
    }
    return {
      kind: 'worked',
      messages: gathered.messages,
      events: gathered.journal.length,
      rejected: gathered.rejected.length,
      repeats: gathered.repeats,
      alarms: composed.batch.alarms.length,
      remade,
      seconds: (now() - gathered.begun) / 1000,
    };
  }

  async function settle(): Promise<Turn | null> {
    const at = running;
    if (at === null) return null;
    running = null;
    await options.at?.('beforeSettle');
    let turn: Turn | null = null;
    for (;;) {
      if (flight !== null) turn = await land(at, flight);
      if (turn?.kind === 'fenced') return turn;
      await launch(at, newGathered(at, now()), () => at.dirty.chooseAny());
      if (flight === null) break;
    }
    await options.at?.('afterSettle');
    running = at;
    return turn;
  }

  function reset(): void {
    running = null;
    flight = null;
  }

  return {
    turn: () => guarded(oneTurn),
    settle: () => guarded(settle),
    position: () => latest?.stored ?? null,
    live: () => latest?.watch.instances.size ?? 0,
    timers: (at) => countTimers(latest, at),
    unwritten: () => latest?.dirty.size ?? 0,
    reset,
  };
}

function countTimers(
  running: Running | null,
  now: number,
): { readonly pending: number; readonly overdue: number } {
  let pending = 0;
  let overdue = 0;
  for (const { instance, flow } of running?.watch.instances.values() ?? []) {
    const lag = running === null ? 0 : lagOf(running.definitions, flow.name);
    for (const { step, due } of instance.timers) {
      if (isWaived(instance, step)) continue;
      if (due + lag < now) overdue += 1;
      else pending += 1;
    }
  }
  return { pending, overdue };
}

/** Opens the partition and brings it into memory; null where it is someone else's. */
async function begin(options: WorkerOptions): Promise<Running | null> {
  const { store, intake, definitions } = options;
  await store.saveRevision(definitions.revision, options.sources);
  await options.at?.('beforeOpen');
  const position = await store.open(options.partition, options.owner);
  await options.at?.('afterOpen');
  if (position === null) return null;
  const caughtUp = await catchUp(options, position);
  if (caughtUp === null) return null;
  const at = await recover(options, definitions, caughtUp);
  await options.at?.('beforeStart');
  const { incarnation } = await intake.start(caughtUp);
  at.remade = caughtUp.incarnation !== '' && incarnation !== caughtUp.incarnation;
  at.incarnation = incarnation;
  return at;
}

/**
 * What was decided under other definitions and not written is decided again under those, and written, before anything goes
 * on. Gives the position after it; null where the partition was lost meanwhile.
 */
async function catchUp(options: WorkerOptions, position: Position): Promise<Position | null> {
  const { definitions, now } = options;
  if (position.revision === definitions.revision || !isBehind(position)) return position;
  const earlier = await definitionsOf(options, { definitions, earlier: new Map() }, position.revision);
  const at = await recover(options, earlier, position);
  for (;;) {
    const gathered = newGathered(at, now());
    const around = { now: now(), breathe: options.breathe };
    const composed = await compose(at, gathered, around, () => at.dirty.chooseAny());
    if (composed === null) return at.stored;
    const outcome = await send(options, gathered, composed);
    if (outcome.kind === 'failed') throw outcome.error;
    if (outcome.kind === 'fenced') return null;
    at.stored = composed.batch.position;
  }
}

/** Waits for the first messages, or for what is due or to be written; the stream was empty then. */
async function gatherFirst(options: WorkerOptions, at: Running): Promise<Gathered> {
  const { intake, now } = options;
  const asked = now();
  const due = at.watch.nextDue();
  const times = [options.patience ?? DEFAULTS.patience, at.dirty.rest(asked) ?? Number.POSITIVE_INFINITY];
  if (due !== null) times.push(Math.max(0, Math.ceil(Math.max(due, at.watch.clock ?? due) - asked) + 1));
  await options.at?.('beforeGather');
  const most = options.batch ?? DEFAULTS.batch;
  const messages = await unlessStopped(intake.next(most, Math.min(...times)));
  await options.at?.('afterGather');
  const gathered = newGathered(at, now());
  if (messages === null) return gathered;
  if (messages.length > 0) await decideMessages(options, at, gathered, messages);
  else await decideDue(options, at, asked);
  return gathered;
}

/** Gathers and decides what is there and comes while a batch is under way; null where nothing is. */
async function gatherMore(options: WorkerOptions, at: Running, ahead: Flight): Promise<Gathered | null> {
  const { intake } = options;
  const most = options.batch ?? DEFAULTS.batch;
  let gathered: Gathered | null = null;
  do {
    await options.at?.('beforeGather');
    const room = most - (gathered?.messages ?? 0);
    const messages = await unlessStopped(
      intake.ready === undefined ? intake.next(room, 0) : intake.ready(room),
    );
    await options.at?.('afterGather');
    if (messages === null) break;
    if (messages.length === 0) {
      if (intake.arrival === undefined || ahead.landed) break;
      await arrivalDuring(ahead, intake.arrival.bind(intake));
      continue;
    }
    gathered ??= newGathered(at, options.now());
    await decideMessages(options, at, gathered, messages);
  } while (!ahead.landed && !isFull(gathered, most));
  return gathered;
}

function isFull(gathered: Gathered | null, most: number): boolean {
  return gathered !== null && (gathered.messages >= most || gathered.journal.length >= MOST_EVENTS);
}

/** Waits for messages, no longer than the batch is under way. */
async function arrivalDuring(ahead: Flight, arrival: NonNullable<Intake['arrival']>): Promise<void> {
  const over = new AbortController();
  await Promise.race([ahead.outcome, arrival(PATIENCE_UNDER_WAY, over.signal)]);
  over.abort();
}

/** What the stream has; null where the reader was stopped, so that nothing is known of it. */
async function unlessStopped(reading: Promise<readonly Message[]>): Promise<readonly Message[] | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof IntakeError && error.reason === 'stopped') return null;
    throw error;
  }
}

async function send(options: WorkerOptions, gathered: Gathered, composed: Composed): Promise<Outcome> {
  try {
    if (gathered.passed.length > 0) {
      await options.at?.('beforePassOn');
      await options.passOn?.outlet.send(gathered.passed);
    }
    await options.at?.('beforeCommit');
    const kind = await options.store.commit(composed.batch);
    await options.at?.('afterCommit');
    return { kind };
  } catch (error) {
    return { kind: 'failed', error };
  }
}

/**
 * A batch is stored: what has ended and was not touched since leaves memory, alone or with its family, and its ids may be
 * forgotten.
 */
function settled(at: Running, { composed, number }: Flight, now: number): void {
  at.stored = composed.batch.position;
  at.remade = false;
  const { lingering } = at;
  at.lingering = [];
  for (const [owner, instance] of [...lingering, ...composed.written]) {
    const watched = at.watch.instances.get(`${instance.flow}/${instance.key}`);
    if (watched === undefined || watched !== owner || watched.instance !== instance) continue;
    at.families.stored(instance, now);
    if (!at.families.holds(watched.name)) release(at, watched);
  }
  for (const name of at.families.letGo(now)) {
    const watched = at.watch.instances.get(name);
    if (watched !== undefined && at.dirty.isStored(watched)) release(at, watched);
  }
  at.seen.trim(number);
}

/** Lets an instance that is stored as it is leave memory, now or later; nothing happens where it goes on. */
function release(at: Running, watched: Watched): void {
  const { instance, name } = watched;
  if (!at.watch.release(watched)) at.lingering.push([watched, instance]);
  else if (!at.watch.instances.has(name)) at.unborn.delete(instance);
}
