/**
 * Takes operators' acts over HTTP: reads them, refuses at once what the definitions are against, and puts the others into
 * the stream of events. The engine judges again; what it refuses is seen among the rejected messages.
 *
 * 1. An act that is taken is safe in the stream; what came of it is seen once the engine has read it.
 * 2. Whether a waiver is there to be taken back is left to the engine: it may still be on its way.
 */
import { randomUUID } from 'node:crypto';
import { formatTime } from '../../checkpoints/index.ts';
import type { Definitions } from '../../definitions/index.ts';
import {
  type Act,
  actKey,
  actSubject,
  actToJson,
  checkAct,
  decodeInstance,
  type Outlet,
  type Reader,
  readAct,
} from '../../engine/index.ts';
import { describe } from './parameters.ts';
import { Refusal } from './refusal.ts';

export interface ActIntakeOptions {
  readonly reader: Reader;
  readonly outlet: Outlet;
  readonly definitions: () => Definitions;
  readonly definitionsOf: (revision: string) => Promise<Definitions | null>;
  readonly now: () => number;
  /** told of what a caller only sees as "unavailable" */
  readonly onError: (error: unknown, where: string) => void;
}

type Fields = Readonly<Record<string, unknown>>;

export interface ActIntake {
  /** Takes an act made of these fields, with an id and a time of its own; gives the id. Rejects with a Refusal. */
  accept(kind: Act['kind'], fields: Fields): Promise<string>;
  /** Takes a whole act once more. Rejects with a Refusal. */
  resend(act: unknown): Promise<void>;
}

/** Makes the intake. */
export function createActIntake(options: ActIntakeOptions): ActIntake {
  return {
    async accept(kind, fields) {
      const id = randomUUID();
      const act = await judged({ ...fields, act: kind, id, time: formatTime(options.now()) });
      await send(act, id);
      return id;
    },
    async resend(input) {
      // without its id for the stream, which would take it for a repeat of the message that was refused
      await send(await judged(input));
    },
  };

  async function judged(input: unknown): Promise<Act> {
    const read = readAct(input);
    if (!read.ok) throw new Refusal('act-refused', describe(read.problems), { errors: read.problems });
    const { act } = read;
    if (act.kind === 'close') return act;
    const found = act.key === null ? null : await instanceOf(act.flow, act.key);
    const checked = checkAct(options.definitions(), { ...act, kind: 'waive' }, () => found);
    if (checked.ok) return act;
    throw new Refusal(checked.unknown ? 'not-found' : 'act-refused', checked.reason, {
      errors: [checked.problem],
    });
  }

  /** the instance with its flow as it was when it began; null where there is none, or its revision cannot be read */
  async function instanceOf(name: string, key: string) {
    const record = await options.reader.instance(name, key);
    if (record === null) return null;
    const active = options.definitions();
    const set = record.revision === active.revision ? active : await options.definitionsOf(record.revision);
    const flow = set?.flows.get(name);
    return flow === undefined ? null : { flow, instance: decodeInstance(flow, record.snapshot) };
  }

  async function send(act: Act, id?: string): Promise<void> {
    const subject = actSubject(act.flow, actKey(options.definitions(), act));
    const message = { subject, payload: Buffer.from(actToJson(act)) };
    try {
      await options.outlet.send([id === undefined ? message : { ...message, id }]);
    } catch (error) {
      options.onError(error, "sending an operator's act to the stream");
      throw new Refusal(
        'unavailable',
        'the stream of events cannot be reached; repeat the request in a moment: what arrives twice does no harm',
        { headers: { 'retry-after': '5' }, cause: error },
      );
    }
  }
}
