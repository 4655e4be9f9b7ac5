/**
 * What must hold after every commit.
 *
 * 1. It goes on from what is stored, and is of whoever opened the partition last.
 * 2. Sequence, place, mark and clock never go back within an incarnation and a timeline of the database.
 * 3. Its entries are of the messages that it moves over, and of these nothing is left out.
 * 4. No alarm is raised twice, none before it is due, and none that was cleared opens again.
 * 5. The clock is no further than the messages, and past them only where none stored earlier waits.
 */
import type { Batch, Message, Position } from '../../../engine/index.ts';
import type { Attempt } from './database.ts';
import type { Reached } from './reached.ts';
import type { Scheduler } from './scheduler.ts';
import type { StreamModel } from './stream.ts';

export interface Violation {
  readonly rule: string;
  readonly text: string;
  readonly time: number;
}

export interface InvariantsOptions {
  readonly scheduler: Scheduler;
  readonly stream: StreamModel;
  readonly reached: Reached;
  /** how far a worker's clock may be ahead, ms */
  readonly skew: number;
  /** whether an id is in the journal or rejected */
  readonly isKnown: (id: string) => boolean;
  readonly violated: (violation: Violation) => void;
}

/** The header of a message that was passed on. */
const PASSED = 'milepost-passed';

export class Invariants {
  readonly #options: InvariantsOptions;
  #commits: (Attempt & { readonly time: number })[] = [];
  #opens: { readonly partition: string; readonly by: string; readonly time: number }[] = [];
  #opener = new Map<string, string>();
  #alarms = new Map<string, 'open' | 'cleared'>();
  /** of each partition, where its clock stood after the first commit of all, and whether that had entries */
  readonly first = new Map<string, Batch>();

  constructor(options: InvariantsOptions) {
    this.#options = options;
  }

  opened(partition: string, by: string): void {
    const before = this.#opener.get(partition);
    if (before !== undefined && before !== by) this.#options.reached.add('takeover');
    this.#opener.set(partition, by);
    this.#options.scheduler.note(`${by} opened ${partition}`);
    this.#opens.push({ partition, by, time: this.#options.scheduler.now });
  }

  committed(attempt: Attempt): void {
    const { batch } = attempt;
    this.#options.scheduler.note(toldOf(attempt));
    this.#goesOn(attempt);
    this.#neverBack(batch);
    this.#moved(batch);
    this.#alarmsOnce(batch, true);
    this.#clock(batch);
    this.#commits.push({ ...attempt, time: this.#options.scheduler.now });
    if (!this.first.has(batch.position.partition)) this.first.set(batch.position.partition, batch);
    this.#count(batch);
  }

  /** The database is as it was at `end`. */
  fellBack(end: number): void {
    this.#commits = this.#commits.filter(({ time }) => time <= end);
    this.#opens = this.#opens.filter(({ time }) => time <= end);
    this.#opener = new Map(this.#opens.map(({ partition, by }) => [partition, by]));
    this.#alarms = new Map();
    this.first.clear();
    for (const { batch } of this.#commits) {
      this.#alarmsOnce(batch, false);
      if (!this.first.has(batch.position.partition)) this.first.set(batch.position.partition, batch);
    }
  }

  #says(rule: string, text: string): void {
    this.#options.violated({ rule, text, time: this.#options.scheduler.now });
  }

  #goesOn({ batch: { previous }, stored, by }: Attempt): void {
    if (stored === null || stored.epoch !== previous.epoch)
      this.#says('STALE-COMMIT', `epoch ${previous.epoch} was written over ${stored?.epoch}`);
    else if (stored.sequence !== previous.sequence || stored.journal !== previous.journal)
      this.#says('STALE-COMMIT', `${placeOf(previous)} was written over ${placeOf(stored)}`);
    else if (stored.clock !== previous.clock || stored.mark !== previous.mark)
      this.#says(
        'STALE-COMMIT',
        `mark ${previous.mark} at ${previous.clock} was written over ${stored.mark} at ${stored.clock}`,
      );
    const opener = this.#opener.get(previous.partition);
    if (opener !== by)
      this.#says('STALE-COMMIT', `${by} wrote ${previous.partition}, which ${opener} has opened`);
  }

  #neverBack({ previous, position, journal }: Batch): void {
    const { incarnation, sequence, clock } = position;
    if (incarnation === previous.incarnation && sequence < previous.sequence)
      this.#says('BACKWARDS', `sequence ${sequence} after ${previous.sequence}`);
    if (position.mark < previous.mark || position.mark > position.journal)
      this.#says('BACKWARDS', `mark ${position.mark} after ${previous.mark} of ${position.journal}`);
    if (previous.clock !== null && (clock === null || clock < previous.clock))
      this.#says('BACKWARDS', `clock ${clock} after ${previous.clock}`);
    journal.forEach(({ place }, index) => {
      if (place !== previous.journal + index + 1)
        this.#says('BACKWARDS', `place ${place} after ${previous.journal}`);
    });
    if (position.journal !== previous.journal + journal.length)
      this.#says('BACKWARDS', `journal ${position.journal} after ${previous.journal} and ${journal.length}`);
  }

  /** The messages that a batch moves over; null where they are gone meanwhile. */
  #messages({ previous, position }: Batch): readonly Message[] | null {
    const { stream } = this.#options;
    if (position.incarnation.split('~')[0] !== stream.incarnation) return null;
    const from = previous.incarnation === position.incarnation ? previous.sequence : 0;
    const found: Message[] = [];
    for (const message of stream.after(position.partition, from)) {
      if (message.sequence > position.sequence) break;
      found.push(message);
    }
    return found;
  }

  #moved(batch: Batch): void {
    const messages = this.#messages(batch);
    if (messages === null) return;
    const coming = new Set(messages.flatMap(idsOf));
    if (messages.length === 1 && coming.size === 1 && batch.journal.length + batch.rejected.length === 0)
      this.#options.reached.add('dedupe by the journal');
    for (const { id } of batch.journal)
      if (!coming.has(id))
        this.#says('NOT-OF-THE-BATCH', `${id} was not in a message up to ${batch.position.sequence}`);
    for (const message of messages) {
      const left = idsOf(message).filter((id) => !this.#options.isKnown(id));
      if (left.length > 0 && !this.#wasPassedOn(message))
        this.#says('LEFT-OUT', `${left.join(', ')} of message ${message.sequence}`);
    }
  }

  /** Whether a part of it was put into another partition. */
  #wasPassedOn({ sequence }: Message): boolean {
    const origin = `/${sequence}/`;
    return this.#options.stream.kept.some(
      ({ message }) => message.headers[PASSED]?.includes(origin) === true,
    );
  }

  #alarmsOnce(batch: Batch, says: boolean): void {
    if (says) this.#neverEarly(batch);
    for (const { kind, body } of batch.changes) {
      if (kind !== 'alarm') continue;
      const { id, count, clearedAt } = JSON.parse(body);
      const before = this.#alarms.get(id);
      if (says && before === 'cleared' && clearedAt === null)
        this.#says('RAISED-TWICE', `${id} was cleared before`);
      if (says && before === 'open' && clearedAt === null && count === 1) this.#says('RAISED-TWICE', id);
      this.#alarms.set(id, clearedAt === null ? 'open' : 'cleared');
    }
  }

  #neverEarly(batch: Batch): void {
    const raised = batch.alarms.filter(({ id }) => !this.#alarms.has(id));
    if (raised.length === 0) return;
    // of a backlog the clock stays, and what its own family had due before the event is decided
    const stored = (this.#messages(batch) ?? []).map(({ storedAt }) => storedAt);
    const latest = Math.max(batch.position.clock ?? 0, ...stored);
    for (const { id, why } of raised) {
      const { due } = JSON.parse(why);
      if (typeof due === 'number' && due > latest) this.#says('EARLY', id);
    }
  }

  #clock(batch: Batch): void {
    const { previous, position } = batch;
    const { clock } = position;
    if (clock === null || clock === previous.clock) return;
    const { scheduler, skew, stream } = this.#options;
    const messages = this.#messages(batch);
    if (messages === null) return;
    const latest = messages.reduce((last, { storedAt }) => Math.max(last, storedAt), previous.clock ?? 0);
    if (messages.length > 0) {
      if (clock > latest) this.#says('CLOCK-AHEAD', `${clock} of messages stored up to ${latest}`);
      return;
    }
    if (clock > scheduler.now + skew) this.#says('CLOCK-AHEAD', `${clock} at ${scheduler.now}`);
    for (const message of stream.after(position.partition, position.sequence)) {
      if (message.storedAt < clock - skew && !this.#cameSideways(message))
        this.#says('BEFORE-BACKLOG', `${clock}, and ${message.sequence} of ${message.storedAt} waits`);
    }
  }

  /** Passed on by a partition that it was sorted into by mistake: nobody could know of it. */
  #cameSideways({ headers }: Message): boolean {
    const origin = headers[PASSED];
    if (origin === undefined) return false;
    const [incarnation, sequence] = origin.split('/');
    if (incarnation?.split('~')[0] !== this.#options.stream.incarnation) return true;
    return this.#options.stream.kept[Number(sequence) - 1]?.partition !== null;
  }

  #count({ alarms, position, journal, rejected, held, previous, instances }: Batch): void {
    const { reached } = this.#options;
    reached.add('commits');
    if (alarms.some(({ late }) => late)) reached.add('late timer');
    if (alarms.length > 0) reached.add('alarms', alarms.length);
    if (rejected.length > 0) reached.add('rejected', rejected.length);
    if (held.length > 0) reached.add('held back', held.length);
    if (position.mark < position.journal) reached.add('rows behind the journal');
    if (journal.some(({ backlog }) => backlog)) reached.add('backlog');
    if (journal.length === 0 && instances.length > 0 && position.sequence === previous.sequence)
      reached.add('root written late');
  }
}

function toldOf({ batch: { previous, position, journal, alarms }, by }: Attempt): string {
  const said = [
    `${by} committed ${position.partition}: epoch ${position.epoch}, ${position.incarnation}`,
    `sequence ${previous.sequence}-${position.sequence}, clock ${previous.clock}-${position.clock}`,
    `mark ${position.mark} of ${position.journal}`,
    `journal ${journal.map(({ id }) => id).join(' ')}`,
    `alarms ${alarms.map(({ id, clearedAt }) => (clearedAt === null ? id : `-${id}`)).join(' ')}`,
  ];
  return said.join('; ');
}

function placeOf({ sequence, journal }: Position): string {
  return `sequence ${sequence}, place ${journal}`;
}

const IDS = new WeakMap<Message, readonly string[]>();

/** The ids that stand in a message. */
export function idsOf(message: Message): readonly string[] {
  const known = IDS.get(message);
  if (known !== undefined) return known;
  const ids = [
    ...Buffer.from(message.payload)
      .toString()
      .matchAll(/"id":"([^"]+)"/g),
  ].flatMap(([, id]) => id ?? []);
  IDS.set(message, ids);
  return ids;
}
