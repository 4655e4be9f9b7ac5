/**
 * Takes checkpoint events over HTTP: reads them, refuses at once what nobody could accept, and puts the others into the
 * stream. The engine judges again; what passes here can still be refused there.
 *
 * 1. What counts as accepted is safe in the stream; where that cannot be reached, nothing counts, and a Refusal is thrown.
 * 2. A bad event takes nothing away from the others; it is told to the caller and kept.
 * 3. An event is never refused for the active definitions alone: an instance may still live by older ones.
 */
import { randomUUID } from 'node:crypto';
import {
  type CheckpointEvent,
  eventToJson,
  isCloudEventBinary,
  type MessageItem,
  type Problem,
  readMessage,
  shown,
  subjectOf,
} from '../../checkpoints/index.ts';
import { closest, type Definitions } from '../../definitions/index.ts';
import type { Outlet, Reader, RejectedRecord } from '../../engine/index.ts';
import { describe } from './parameters.ts';
import { flowRemedy } from './queries.ts';
import { Refusal } from './refusal.ts';

export interface EventIntakeOptions {
  readonly reader: Reader;
  readonly outlet: Outlet;
  readonly definitions: () => Definitions;
  readonly definitionsOf: (revision: string) => Promise<Definitions | null>;
  readonly now: () => number;
  /** keeps what was refused; a failure is reported and does not undo what was accepted */
  readonly keepRejected: (records: readonly RejectedRecord[]) => Promise<void>;
  /** told of what fails without failing the request */
  readonly onError: (error: unknown, where: string) => void;
}

export interface RefusedLine {
  readonly line: number;
  readonly problems: readonly Problem[];
}

/** What became of a message: how many of its events are safe, and which lines were refused for what. */
export interface Intake {
  readonly accepted: number;
  readonly rejected: readonly RefusedLine[];
}

type Headers = Readonly<Record<string, string>>;

export interface EventIntake {
  /** Puts the good events of a message into the stream and keeps the others. */
  accept(payload: Uint8Array, headers: Headers): Promise<Intake>;
  /** Puts the events of a message into the stream if all of them are good; if any is not, nothing is sent or kept. */
  resend(payload: Uint8Array, headers: Headers): Promise<Intake>;
}

/** Past so many different instances in one message, whether an old revision knows a step is left to the engine. */
const LOOKUPS = 100;

/** Makes the intake. */
export function createEventIntake(options: EventIntakeOptions): EventIntake {
  return {
    async accept(payload, headers) {
      const { good, refused } = await judge(payload, headers);
      if (good.length > 0) await send(good);
      if (refused.length > 0) await keep(refused, payload, headers);
      return { accepted: good.length, rejected: refused.map(refusedLine) };
    },

    async resend(payload, headers) {
      const { good, refused } = await judge(payload, headers);
      if (refused.length > 0) return { accepted: 0, rejected: refused.map(refusedLine) };
      await send(good);
      return { accepted: good.length, rejected: [] };
    },
  };

  async function judge(payload: Uint8Array, headers: Headers): Promise<Verdicts> {
    const good: Outgoing[] = [];
    const refused: Refused[] = [];
    const pinned = new Map<string, Promise<Definitions | null>>();
    for (const item of readMessage(payload, headers)) {
      const problems = item.result.ok ? await problemsOf(item.result.event, pinned) : item.result.problems;
      if (item.result.ok && problems.length === 0) good.push(outgoing(item.result.event, item, headers));
      else refused.push({ item, problems });
    }
    return { good, refused };
  }

  async function problemsOf(
    event: CheckpointEvent,
    pinned: Map<string, Promise<Definitions | null>>,
  ): Promise<readonly Problem[]> {
    const problems = problemsUnder(options.definitions(), event);
    if (problems.length === 0 || event.key === null) return problems;
    const id = JSON.stringify([event.flow, event.key]);
    const known = pinned.get(id);
    if (known === undefined && pinned.size >= LOOKUPS) return [];
    const lookup = known ?? pinnedDefinitions(event.flow, event.key);
    pinned.set(id, lookup);
    try {
      const older = await lookup;
      return older === null ? problems : problemsUnder(older, event);
    } catch (error) {
      options.onError(error, 'looking up the definitions of an instance');
      return [];
    }
  }

  async function pinnedDefinitions(flow: string, key: string): Promise<Definitions | null> {
    const record = await options.reader.instance(flow, key);
    return record === null ? null : options.definitionsOf(record.revision);
  }

  async function send(messages: readonly Outgoing[]): Promise<void> {
    try {
      await options.outlet.send(messages);
    } catch (error) {
      options.onError(error, 'sending events to the stream');
      throw new Refusal(
        'unavailable',
        'the stream of events cannot be reached; send the same again later: what arrives twice is taken once',
        { headers: { 'retry-after': '5' }, cause: error },
      );
    }
  }

  async function keep(refused: readonly Refused[], payload: Uint8Array, headers: Headers): Promise<void> {
    const message = randomUUID();
    const receivedAt = options.now();
    const binary = isCloudEventBinary(headers);
    const records = refused.map(({ item, problems }) => ({
      id: `http/${message}/${item.line}`,
      subject: 'POST /api/v1/events',
      payload: binary ? payload : Buffer.from(item.text),
      headers,
      reason: describe(problems),
      receivedAt,
    }));
    try {
      await options.keepRejected(records);
    } catch (error) {
      options.onError(error, `keeping ${records.length} rejected events`);
    }
  }
}

interface Outgoing {
  readonly subject: string;
  readonly payload: Uint8Array;
}

interface Refused {
  readonly item: MessageItem;
  readonly problems: readonly Problem[];
}

interface Verdicts {
  readonly good: readonly Outgoing[];
  readonly refused: readonly Refused[];
}

/** What a set of definitions has against an event; only names are looked at. */
function problemsUnder(definitions: Definitions, event: CheckpointEvent): readonly Problem[] {
  const flow = definitions.flows.get(event.flow);
  if (flow === undefined) {
    const message = `there is no flow "${shown(event.flow)}"; ${flowRemedy(definitions, event.flow)}`;
    return [{ path: 'flow', message }];
  }
  const problems: Problem[] = [];
  if (event.step !== null && !flow.byEventName.has(event.step)) {
    const names = [...flow.byEventName.keys()];
    const near = closest(event.step, names);
    const remedy = near !== null ? `did you mean ${near}?` : `its events name ${names.join(', ')}`;
    problems.push({
      path: 'step',
      message: `flow ${flow.name} has no step "${shown(event.step)}" that events go to; ${remedy}`,
    });
  }
  if (event.key === null && flow.key === null) {
    problems.push({
      path: 'key',
      message: `is missing; flow ${flow.name} has no key template, so name the instance`,
    });
  }
  return problems;
}

/** As it was sent, but for the binary form of CloudEvents: that becomes the native form, which needs no headers. */
function outgoing(event: CheckpointEvent, item: MessageItem, headers: Headers): Outgoing {
  const text = isCloudEventBinary(headers) ? eventToJson(event) : item.text;
  return { subject: subjectOf(event.flow, event.key), payload: Buffer.from(text) };
}

function refusedLine({ item, problems }: Refused): RefusedLine {
  return { line: item.line, problems };
}

/** The refusal of a message of which nothing was accepted. */
export function eventsRefused(rejected: readonly RefusedLine[], remedy: string): Refusal {
  const errors = rejected.flatMap(({ line, problems }) =>
    problems.map(({ path, message }) => ({ path, message, line })),
  );
  const first = errors[0];
  const what = first === undefined ? '' : ` (line ${first.line}: ${describe([first])})`;
  const events = rejected.length === 1 ? 'the event' : `${rejected.length} events`;
  return new Refusal('events-refused', `${events} cannot be accepted${what}; ${remedy}`, { errors });
}
