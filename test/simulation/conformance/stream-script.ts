/**
 * One script of operations for the stream, whatever stands behind it: the simulator's model or a real nats-server. What
 * comes of each is written down in the same words.
 */
import { type Intake, IntakeError, type Message, type Outlet } from '../../../engine/index.ts';

export type Outgoing = Parameters<Outlet['send']>[0][number];

/** What a script is run on: a stream that is new and empty, and readers of its partitions. */
export interface StreamBench {
  /** Sends; `sorted`: into the partition of its key, whatever the server does. `lost`: the answer never comes. */
  send(
    messages: readonly Outgoing[],
    how: { readonly sorted: boolean; readonly lost: boolean },
  ): Promise<void>;
  open(partition: string): Intake;
  /** sequence of the last message of the stream */
  last(): Promise<number>;
  /** Removes what is stored up to a sequence, as the sweep does. */
  purge(upTo: number): Promise<void>;
  /** The stream is deleted, and a new one takes its place. */
  remake(): Promise<void>;
  /** The consumer of a partition is deleted under whoever reads. */
  deleteConsumer(partition: string): Promise<void>;
  /** The server goes down without a word and comes back with what it had stored. */
  restart(): Promise<void>;
  /** Up to where the server knows a partition to be confirmed, once that is so far, or long awaited. */
  confirmed(partition: string, upTo: number): Promise<number>;
  /** Lets time pass, ms. */
  pass(ms: number): Promise<void>;
  /** Lets so much time pass that a question that can be answered is answered. */
  settle(): Promise<void>;
  /** Lets promises of a reader come to an end. */
  run<T>(promise: Promise<T>): Promise<T>;
}

export type StreamStep =
  /** `keys`: one message for each, with the number of the message in it as text; null: without a key */
  | {
      readonly do: 'send';
      readonly keys: readonly (string | null)[];
      readonly sorted?: boolean;
      readonly lost?: boolean;
    }
  /** sends again what was sent `back` sends ago, under the same ids */
  | { readonly do: 'again'; readonly back: number; readonly sorted?: boolean; readonly lost?: boolean }
  | { readonly do: 'start'; readonly reader: string; readonly from: 'committed' | 'zero' | 'beyond' }
  /** reads until so many have come, or none are left */
  | { readonly do: 'read'; readonly reader: string; readonly most: number }
  /** what was read last is committed and confirmed */
  | { readonly do: 'confirm'; readonly reader: string }
  /** asks for messages, and says later whether there was an answer */
  | { readonly do: 'ask' | 'answer'; readonly reader: string }
  | { readonly do: 'stop' | 'delete-consumer'; readonly reader: string }
  /** passes on what was read last and belongs to others */
  | { readonly do: 'pass-on'; readonly reader: string }
  | { readonly do: 'purge' | 'remake' | 'restart' }
  | { readonly do: 'pass'; readonly ms: number };

/** What came of a step. `texts` of a reader that has lost its place may be any beginning of these. */
export interface StreamOutcome {
  readonly step: string;
  readonly says: string;
  readonly texts: readonly string[];
  readonly lapsed: boolean;
}

interface ReaderState {
  readonly intake: Intake;
  readonly partition: string;
  /** whether nobody else has taken its place, and the stream is the one it began with */
  holds: boolean;
  given: Message | null;
  pending: Promise<readonly Message[]> | null;
}

const NONE = { incarnation: '', sequence: 0 };
const PASSED = 'milepost-passed';

/** Runs a script; the reader `1b` is the second one of partition 1. */
export async function runStreamScript(
  bench: StreamBench,
  script: readonly StreamStep[],
): Promise<readonly StreamOutcome[]> {
  const run = new StreamRun(bench);
  const outcomes: StreamOutcome[] = [];
  for (const step of script) outcomes.push(await run.step(step));
  await run.end();
  return outcomes;
}

class StreamRun {
  readonly #bench: StreamBench;
  readonly #readers = new Map<string, ReaderState>();
  /** per partition, what is committed */
  readonly #committed = new Map<string, { incarnation: string; sequence: number }>();
  readonly #incarnations: string[] = [];
  readonly #sends: (readonly Outgoing[])[] = [];
  readonly #read = new Map<string, readonly Message[]>();
  #numbers = 0;

  constructor(bench: StreamBench) {
    this.#bench = bench;
  }

  async step(step: StreamStep): Promise<StreamOutcome> {
    const lapsed = 'reader' in step && this.#readers.get(step.reader)?.holds === false;
    const said: { says: string; texts: readonly string[] } = { says: '', texts: [] };
    try {
      Object.assign(said, await this.#do(step, lapsed));
    } catch (error) {
      said.says = error instanceof IntakeError ? `IntakeError ${error.reason}` : 'failed';
    }
    return { step: JSON.stringify(step), ...said, lapsed };
  }

  async end(): Promise<void> {
    for (const { intake, pending } of this.#readers.values()) {
      pending?.catch(() => undefined);
      await this.#bench.run(intake.stop());
    }
  }

  async #do(step: StreamStep, lapsed: boolean): Promise<{ says: string; texts?: readonly string[] }> {
    const bench = this.#bench;
    switch (step.do) {
      case 'send':
        return this.#send(
          step.keys.map((key) => this.#message(key)),
          step,
        );
      case 'again':
        return this.#send(this.#sends.at(-step.back) ?? [], step);
      case 'start':
        return this.#start(step.reader, step.from);
      case 'read':
        return this.#readOn(step.reader, step.most, lapsed);
      case 'confirm': {
        const reader = this.#reader(step.reader);
        if (reader?.given == null) return { says: 'nothing to confirm' };
        const before = this.#committed.get(reader.partition) ?? NONE;
        this.#committed.set(reader.partition, { ...before, sequence: reader.given.sequence });
        await bench.run(reader.intake.confirm(reader.given.sequence));
        if (!reader.holds) return { says: 'confirmed too late' };
        const known = await bench.confirmed(reader.partition, reader.given.sequence);
        return { says: `confirmed ${reader.given.sequence}, known up to ${known}` };
      }
      case 'ask': {
        const reader = this.#reader(step.reader);
        if (reader === null || reader.pending !== null) return { says: 'does not ask' };
        let answered = false;
        reader.pending = reader.intake.next(100, 0).finally(() => {
          answered = true;
        });
        reader.pending.catch(() => undefined);
        await bench.settle();
        return { says: answered ? 'answered at once' : 'not answered' };
      }
      case 'answer': {
        const reader = this.#reader(step.reader);
        if (reader?.pending == null) return { says: 'was not asked' };
        const { pending } = reader;
        reader.pending = null;
        return this.#gave(step.reader, await bench.run(pending));
      }
      case 'pass-on':
        return this.#passOn(step.reader);
      case 'stop': {
        const reader = this.#reader(step.reader);
        if (reader === null) return { says: 'was not started' };
        await bench.run(reader.intake.stop());
        this.#readers.delete(step.reader);
        return { says: 'stopped' };
      }
      case 'delete-consumer':
        await bench.deleteConsumer(step.reader.charAt(0));
        return { says: 'deleted' };
      case 'purge': {
        const upTo = Math.min(...[...this.#committed.values()].map(({ sequence }) => sequence));
        if (!Number.isFinite(upTo) || upTo < 1) return { says: 'nothing to purge' };
        await bench.purge(upTo);
        return { says: `purged up to ${upTo} of ${await bench.last()}` };
      }
      case 'pass':
        await bench.pass(step.ms);
        return { says: 'later' };
      case 'remake':
        await bench.remake();
        for (const reader of this.#readers.values()) reader.holds = false;
        return { says: `made anew, last ${await bench.last()}` };
      case 'restart':
        await bench.restart();
        return { says: `back, last ${await bench.last()}` };
      default:
        return step satisfies never;
    }
  }

  #reader(name: string): ReaderState | null {
    return this.#readers.get(name) ?? null;
  }

  #message(key: string | null): Outgoing {
    const number = ++this.#numbers;
    const subject = `milepost.checkpoint.flow${key === null ? '' : `.${key}`}`;
    return { subject, payload: Buffer.from(`${number}`), id: `m-${number}` };
  }

  async #send(
    messages: readonly Outgoing[],
    { sorted = false, lost = false }: { readonly sorted?: boolean; readonly lost?: boolean },
  ) {
    if (messages.length === 0) return { says: 'nothing was sent' };
    this.#sends.push(messages);
    let says = 'accepted';
    try {
      await this.#bench.send(messages, { sorted, lost });
    } catch {
      says = 'not confirmed';
    }
    return { says: `${says}, last ${await this.#bench.last()}` };
  }

  async #start(name: string, from: 'committed' | 'zero' | 'beyond') {
    const partition = name.charAt(0);
    const old = this.#readers.get(name);
    if (old !== undefined) await this.#bench.run(old.intake.stop());
    for (const reader of this.#readers.values()) if (reader.partition === partition) reader.holds = false;
    const committed = this.#committed.get(partition) ?? NONE;
    const last = await this.#bench.last();
    const beyond = { ...committed, sequence: last + 5 };
    const after = { committed, zero: { ...committed, sequence: 0 }, beyond }[from];
    const intake = this.#bench.open(partition);
    this.#readers.delete(name);
    const { incarnation } = await this.#bench.run(intake.start(after));
    const sequence = incarnation === after.incarnation ? after.sequence : 0;
    this.#committed.set(partition, { incarnation, sequence });
    this.#readers.set(name, { intake, partition, holds: true, given: null, pending: null });
    return { says: `reads ${this.#called(incarnation)} after ${sequence}` };
  }

  /** Incarnations by the order in which they were seen. */
  #called(incarnation: string): string {
    const [name = '', life = '1'] = incarnation.split('~');
    if (!this.#incarnations.includes(name)) this.#incarnations.push(name);
    return `incarnation ${this.#incarnations.indexOf(name) + 1}, life ${life}`;
  }

  async #readOn(name: string, most: number, lapsed: boolean) {
    const reader = this.#reader(name);
    if (reader === null) return { says: 'was not started' };
    const found: Message[] = [];
    try {
      for (let quiet = 0; found.length < most || lapsed; ) {
        const some = await this.#patiently(
          reader.intake,
          lapsed ? 100 : most - found.length,
          lapsed ? 300 : 0,
        );
        found.push(...some);
        // one that has lost its place learns of it after a while
        if (some.length === 0 && (!lapsed || ++quiet > 20)) break;
      }
    } catch (error) {
      if (!(error instanceof IntakeError)) throw error;
      return { ...this.#gave(name, found), says: `IntakeError ${error.reason}` };
    }
    return this.#gave(name, found);
  }

  /** What is lost for the moment is asked for again, as a worker does. */
  async #patiently(intake: Intake, max: number, wait: number): Promise<readonly Message[]> {
    for (let times = 0; ; times++) {
      try {
        return await this.#bench.run(intake.next(max, wait));
      } catch (error) {
        if (!(error instanceof IntakeError) || error.reason !== 'lost' || error.permanent || times > 50)
          throw error;
        await this.#bench.settle();
      }
    }
  }

  #gave(name: string, messages: readonly Message[]) {
    const reader = this.#reader(name);
    const last = messages.at(-1);
    if (reader !== null && last !== undefined && reader.holds) reader.given = last;
    this.#read.set(name, messages);
    const texts = messages.map(
      ({ sequence, subject, payload, headers }) =>
        `${sequence} ${subject} ${Buffer.from(payload).toString()}${headers[PASSED] === undefined ? '' : ' passed on'}`,
    );
    return { says: messages.length === 0 ? 'none' : 'messages', texts };
  }

  async #passOn(name: string) {
    const others = (this.#read.get(name) ?? []).filter(({ headers }) => headers[PASSED] === undefined);
    if (others.length === 0) return { says: 'nothing to pass on' };
    const messages = others.map(({ sequence, subject, payload, storedAt }) => ({
      ...{ subject: subject === 'milepost.checkpoint.flow' ? `${subject}.late` : subject, payload, storedAt },
      ...{ headers: { [PASSED]: `x/${sequence}/0` }, id: `p-${sequence}-${Buffer.from(payload).toString()}` },
    }));
    await this.#bench.send(messages, { sorted: true, lost: false });
    return { says: `passed on, last ${await this.#bench.last()}` };
  }
}

/** Where two runs of a script differ, in words; null: nowhere. */
export function streamDifference(
  model: readonly StreamOutcome[],
  real: readonly StreamOutcome[],
): string | null {
  for (const [index, wanted] of model.entries()) {
    const found = real[index];
    if (found === undefined) return `${wanted.step}: not done`;
    const texts = wanted.lapsed ? wanted.texts.slice(0, found.texts.length) : wanted.texts;
    const says =
      wanted.lapsed && wanted.texts.length === 0 && found.says === 'messages' ? found.says : wanted.says;
    if (found.says !== says || JSON.stringify(found.texts) !== JSON.stringify(texts))
      return `${index}: ${wanted.step}\n  model: ${wanted.says} ${wanted.texts.join(', ')}\n  real:  ${found.says} ${found.texts.join(', ')}`;
  }
  return null;
}
