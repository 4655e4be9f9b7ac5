/** What people do about an alarm, as requests to the API. */
import type { AlarmInfo } from '../api/alarm-answers.ts';
import { ask, segment } from '../api/ask.ts';
import { send, sendAct } from '../api/send.ts';

export const ACTS = ['ack', 'unack', 'assign', 'comment', 'silence', 'close', 'not-useful'] as const;
export type ActKind = (typeof ACTS)[number];

/** How far a silence reaches: the alarm itself, what is raised under its name in its step, or all of its flow. */
export const SCOPES = ['alarm', 'rule', 'flow'] as const;
export type Scope = (typeof SCOPES)[number];

export interface Doing {
  readonly kind: ActKind;
  /** a comment, or the reason; may be empty where it is not needed */
  readonly text: string;
  /** whom it is assigned to */
  readonly to: string;
  readonly scope: Scope;
  /** when the silence ends, RFC 3339 */
  readonly until: string;
}

/** What became of it: done, refused for a reason, or not known yet. */
export type Done =
  | { readonly kind: 'done' | 'pending' }
  | { readonly kind: 'refused'; readonly reason: string };

/** Whether it can be done about an alarm as it is now. */
export function isPossible(kind: ActKind, { open, handling }: AlarmInfo): boolean {
  if (kind === 'comment') return true;
  if (kind === 'not-useful') return handling?.useful !== false;
  const acknowledged = handling?.standing === 'acknowledged';
  return open && (kind !== 'ack' || !acknowledged) && (kind !== 'unack' || acknowledged);
}

/** Does it and waits for what becomes of it; rejects with ApiError where it is refused at once. */
export async function actOnAlarm(alarm: AlarmInfo, doing: Doing): Promise<Done> {
  const path = `/api/v1/alarms/${segment(alarm.id)}`;
  if (doing.kind === 'close') {
    await send(`${path}/close`, { reason: doing.text });
    return whenClosed(path);
  }
  const [address, body] = requestOf(path, alarm, doing);
  const outcome = await sendAct(address, body);
  if (outcome === null) return { kind: 'pending' };
  return outcome.done === true ? { kind: 'done' } : { kind: 'refused', reason: outcome.reason ?? '' };
}

function requestOf(path: string, alarm: AlarmInfo, doing: Doing): readonly [path: string, body: object] {
  const { kind, text, to, until } = doing;
  const said = text === '' ? {} : { text };
  if (kind === 'assign') return [`${path}/assign`, { to, ...said }];
  if (kind !== 'silence') return [`${path}/${kind}`, said];
  if (doing.scope === 'alarm') return [`${path}/mute`, { until, reason: text }];
  return ['/api/v1/silences', { match: matchOf(alarm, doing.scope), until, reason: text }];
}

function matchOf({ flow, step, name }: AlarmInfo, scope: Scope): object {
  if (scope === 'flow') return { flow };
  return { flow, name, ...(step === null ? {} : { step }) };
}

const LOOKS = 20;
const BETWEEN = 200;

/** A closing goes through the stream of events, so it is seen at the alarm. */
async function whenClosed(path: string): Promise<Done> {
  for (let looks = 0; looks < LOOKS; looks += 1) {
    const { open } = await ask<AlarmInfo>(path);
    if (!open) return { kind: 'done' };
    await new Promise((resolve) => setTimeout(resolve, BETWEEN));
  }
  return { kind: 'pending' };
}
