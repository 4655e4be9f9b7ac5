/**
 * Takes operators' acts on alarms, silences and channels: reads them, refuses at once what cannot be, and keeps the others
 * for the notifier, which judges again and writes down what became of them.
 */
import { randomUUID } from 'node:crypto';
import { formatTime, shown } from '../../checkpoints/index.ts';
import type { Definitions } from '../../definitions/index.ts';
import {
  type HandlingAct,
  type NoticeReader,
  type NoticeStore,
  type Reader,
  readHandlingAct,
} from '../../engine/index.ts';
import { describe } from './parameters.ts';
import { Refusal } from './refusal.ts';

export interface HandlingIntakeOptions {
  readonly acts: Pick<NoticeStore, 'keepAct'>;
  readonly telling: NoticeReader;
  readonly reader: Reader;
  readonly definitions: () => Definitions;
  readonly now: () => number;
  /** there is an act to be applied */
  readonly wake: () => void;
}

export interface HandlingIntake {
  /** Takes an act made of these fields, with an id and a time of its own; gives the id. Rejects with a Refusal. */
  accept(kind: HandlingAct['kind'], fields: Readonly<Record<string, unknown>>): Promise<string>;
}

const WHILE_OPEN: readonly HandlingAct['kind'][] = ['ack', 'unack', 'mute'];

/** Makes the intake. */
export function createHandlingIntake(options: HandlingIntakeOptions): HandlingIntake {
  return {
    async accept(kind, fields) {
      const id = randomUUID();
      const read = readHandlingAct({ ...fields, act: kind, id, time: formatTime(options.now()) });
      if (!read.ok) throw new Refusal('act-refused', describe(read.problems), { errors: read.problems });
      await check(read.act);
      await options.acts.keepAct(read.act);
      options.wake();
      return id;
    },
  };

  async function check(act: HandlingAct): Promise<void> {
    if ('alarm' in act) return checkAlarm(act.kind, act.alarm);
    if (act.kind === 'trial' && !options.definitions().notifying.channels.has(act.channel))
      throw missing(`channel "${shown(act.channel)}"`, '/channels');
    if (act.kind === 'unsilence' && !(await isInForce(act.silence)))
      throw missing(`silence "${shown(act.silence)}" in force`, '/silences');
  }

  async function checkAlarm(kind: HandlingAct['kind'], id: string): Promise<void> {
    const alarm = await options.reader.alarm(id);
    if (alarm === null) throw missing(`alarm "${shown(id)}"`, '/alarms?open=true');
    if (alarm.clearedAt !== null && WHILE_OPEN.includes(kind))
      throw new Refusal('already-ended', `alarm "${shown(id)}" is not open any more; comment on it instead`);
  }

  async function isInForce(id: string): Promise<boolean> {
    for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
      const page: Awaited<ReturnType<NoticeReader['silences']>> = await options.telling.silences(
        false,
        500,
        cursor,
      );
      if (page.items.some(({ silence }) => silence.id === id)) return true;
      cursor = page.next;
    }
    return false;
  }
}

function missing(what: string, where: string): Refusal {
  return new Refusal('not-found', `there is no ${what}; list them with GET /api/v1${where}`);
}
