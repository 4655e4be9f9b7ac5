/**
 * An operator's act as it travels: JSON on a subject of its own in the stream of events, so that it is safe, ordered and
 * replayed like everything else.
 *
 * `{ act: waive | unwaive, id, flow, day | key, step?, reason, by, time }` and `{ act: close, id, flow, key, alarm, reason, by, time }`
 */
import { hash } from 'node:crypto';
import { encodeToken, formatTime, type Problem, parseTime, partitionToken } from '../checkpoints/index.ts';
import { parseDay } from '../definitions/index.ts';

interface Done {
  readonly id: string;
  readonly flow: string;
  readonly reason: string;
  /** the name of the person */
  readonly by: string;
  readonly time: number;
}

/** Of an instance, by its key or by its trading day. */
export interface WaiveAct extends Done {
  readonly kind: 'waive' | 'unwaive';
  readonly day: string | null;
  readonly key: string | null;
  readonly step: string | null;
}

export interface CloseAct extends Done {
  readonly kind: 'close';
  readonly key: string;
  readonly alarm: string;
}

export type Act = WaiveAct | CloseAct;

export type ActResult =
  | { readonly ok: true; readonly act: Act }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The first part of the subjects that acts travel on; no flow can be called so. */
export const ACT_SUBJECT = 'milepost.checkpoint._act';

/** The subject of an act: the first part of its instance's key stands where partitions are made by, its flow follows. */
export function actSubject(flow: string, key: string | null): string {
  const root = key === null ? '' : `.${partitionToken(key)}`;
  return `${ACT_SUBJECT}${root}.${encodeToken(flow)}`;
}

const MAX_TEXT = 500;

/** Reads an act, or says what is wrong with it, field by field. Never throws. */
export function readAct(input: unknown): ActResult {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { ok: false, problems: [{ path: '', message: 'an act is a JSON object' }] };
  }
  const fields = new Map<string, unknown>(Object.entries(input));
  const problems: Problem[] = [];
  const text = (name: string, max: number): string => {
    const value = fields.get(name);
    if (isText(value, max)) return value;
    problems.push({ path: name, message: `${name} is a text of 1 to ${max} characters` });
    return '';
  };
  const optional = (name: string, max: number) => (fields.get(name) == null ? null : text(name, max));

  const kind = fields.get('act');
  if (kind !== 'waive' && kind !== 'unwaive' && kind !== 'close') {
    problems.push({ path: 'act', message: 'act is waive, unwaive or close' });
    return { ok: false, problems };
  }
  const time = parseTime(text('time', 64));
  if (typeof time === 'string') problems.push({ path: 'time', message: time });
  const done = {
    id: text('id', 128),
    flow: text('flow', 64),
    reason: text('reason', MAX_TEXT),
    by: text('by', 128),
    time: Number(time),
  };
  if (kind === 'close') {
    const act: Act = { kind, ...done, key: text('key', 256), alarm: text('alarm', 2048) };
    return problems.length > 0 ? { ok: false, problems } : { ok: true, act };
  }
  const act: Act = {
    kind,
    ...done,
    day: optional('day', 10),
    key: optional('key', 256),
    step: optional('step', 64),
  };
  if (act.day !== null && !parseDay(act.day).ok)
    problems.push({ path: 'day', message: 'day is a date such as 2026-11-23' });
  if (act.key?.split('/').includes(''))
    problems.push({
      path: 'key',
      message: 'key has an empty part: write no / at its ends and no two together',
    });
  if ((act.day === null) === (act.key === null)) {
    problems.push({ path: 'day', message: 'give either the trading day or the key of the instance' });
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, act };
}

function isText(value: unknown, max: number): value is string {
  return (
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= max &&
    value.isWellFormed() &&
    !value.includes('\0')
  );
}

/** Reads the JSON text of an act. */
export function readActText(text: string): ActResult {
  try {
    return readAct(JSON.parse(text));
  } catch {
    return { ok: false, problems: [{ path: '', message: 'the act is no JSON' }] };
  }
}

/** The JSON text that `readAct` reads back to the same act. */
export function actToJson(act: Act): string {
  const { kind, time, ...rest } = act;
  return JSON.stringify({ act: kind, ...rest, time: formatTime(time) });
}

/** A short hash of everything an act says, to tell one that was sent twice from another under the same id. */
export function actDigest(act: Act): string {
  return hash('sha256', actToJson(act), 'base64url').slice(0, 22);
}
