import type { SendOutcome } from '../../engine/index.ts';
import { excerpt, outcomeOf } from './answer-outcome.ts';
import type { Answer } from './post.ts';

/** What a WeCom server answered, beside the HTTP status, which is 200 for errors too. */
export interface WecomAnswer {
  readonly errcode: number;
  readonly errmsg: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Codes of WeCom's global error list under which the same may work later: busy, and limits of calls. */
const LATER: Readonly<Record<number, number | null>> = {
  [-1]: null,
  45009: 60_000,
  45033: 10_000,
  45011: 60_000,
};

/** The answer's fields, or the outcome where there is no answer to read. */
export function readWecom(answer: Answer): WecomAnswer | SendOutcome {
  if (answer.kind !== 'answer' || answer.status !== 200) return outcomeOf(answer);
  const read = parse(answer.body);
  const { errcode, errmsg } = read ?? {};
  if (read === null || typeof errcode !== 'number') {
    // some gateway answered in its place; whether WeCom has seen the message is not known
    return {
      kind: 'unknown',
      reason: `answered 200 with something else than WeCom's JSON${excerpt(answer.body)}`,
    };
  }
  return { errcode, errmsg: typeof errmsg === 'string' ? errmsg : '', fields: read };
}

/** The outcome of an answer that WeCom gave. */
export function wecomOutcome(answer: WecomAnswer): SendOutcome {
  const { errcode, errmsg } = answer;
  if (errcode === 0) return { kind: 'sent', detail: null };
  const reason = `WeCom answered ${errcode}${excerpt(errmsg)}`;
  const later = LATER[errcode];
  return later === undefined ? { kind: 'failed', reason } : { kind: 'retry', after: later, reason };
}

function parse(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
