/**
 * What operators do about alarms, as it travels: JSON that is stored before it is confirmed, known by its id, and applied
 * by the notifier in the order in which it came.
 *
 * `{ act: ack | unack | comment | assign | mute | not-useful, id, alarm, by, time, … }`, `{ act: silence, id, match, … }`,
 * `{ act: unsilence, id, silence, … }`, `{ act: trial, id, channel, … }`
 */
import { formatTime, type Problem, parseTime } from '../../checkpoints/index.ts';
import { MATCH_FIELDS, type Match } from '../../definitions/index.ts';

interface Done {
  readonly id: string;
  /** the name of the person */
  readonly by: string;
  readonly time: number;
}

export type HandlingAct = Done &
  (
    | {
        readonly kind: 'ack';
        readonly alarm: string;
        /** with all alarms of the same trouble */
        readonly all: boolean;
        readonly text: string | null;
      }
    /** takes an acknowledgement back, whoever made it */
    | {
        readonly kind: 'unack';
        readonly alarm: string;
        /** of all alarms of the same trouble */
        readonly all: boolean;
        readonly text: string | null;
      }
    | { readonly kind: 'comment'; readonly alarm: string; readonly text: string }
    | { readonly kind: 'assign'; readonly alarm: string; readonly to: string; readonly text: string | null }
    | { readonly kind: 'not-useful'; readonly alarm: string; readonly text: string | null }
    /** a silence of this alarm: its flow, key, step and name */
    | { readonly kind: 'mute'; readonly alarm: string; readonly until: number; readonly reason: string }
    | {
        readonly kind: 'silence';
        readonly match: Match;
        readonly from: number;
        readonly until: number;
        readonly reason: string;
      }
    | { readonly kind: 'unsilence'; readonly silence: string; readonly reason: string | null }
    /** a notice to one channel, to see whether it arrives */
    | { readonly kind: 'trial'; readonly channel: string }
  );

export type HandlingActResult =
  | { readonly ok: true; readonly act: HandlingAct }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const MAX_TEXT = 2000;
const MAX_PATTERNS = 50;
const LONGEST_SILENCE = 366 * 86_400_000;

/** Reads an act, or says what is wrong with it, field by field. Never throws. */
export function readHandlingAct(input: unknown): HandlingActResult {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return { ok: false, problems: [{ path: '', message: 'an act is a JSON object' }] };
  const fields = new Map<string, unknown>(Object.entries(input));
  const problems: Problem[] = [];
  const wrong = (path: string, message: string) => problems.push({ path, message });
  const text = (name: string, max: number): string => {
    const value = fields.get(name);
    if (isText(value, max)) return value;
    wrong(name, `${name} is a text of 1 to ${max} characters`);
    return '';
  };
  const optional = (name: string) => (fields.get(name) == null ? null : text(name, MAX_TEXT));
  const time = (name: string): number => {
    const value = parseTime(text(name, 64));
    if (typeof value === 'number') return value;
    if (typeof fields.get(name) === 'string') wrong(name, `${name}: ${value}`);
    return 0;
  };
  const period = (from: number): number => {
    const until = time('until');
    if (until <= from) wrong('until', 'until lies after the beginning: a silence has an end');
    else if (until - from > LONGEST_SILENCE) wrong('until', 'until is at most 366 days after the beginning');
    return until;
  };

  const done = { id: text('id', 128), by: text('by', 128), time: time('time') };
  const act = ((): HandlingAct | null => {
    const alarm = () => text('alarm', 2048);
    switch (fields.get('act')) {
      case 'ack':
      case 'unack': {
        const all = fields.get('all') === true;
        return {
          kind: fields.get('act') === 'ack' ? 'ack' : 'unack',
          ...done,
          alarm: alarm(),
          all,
          text: optional('text'),
        };
      }
      case 'comment':
        return { kind: 'comment', ...done, alarm: alarm(), text: text('text', MAX_TEXT) };
      case 'assign':
        return { kind: 'assign', ...done, alarm: alarm(), to: text('to', 128), text: optional('text') };
      case 'not-useful':
        return { kind: 'not-useful', ...done, alarm: alarm(), text: optional('text') };
      case 'mute':
        return {
          kind: 'mute',
          ...done,
          alarm: alarm(),
          until: period(done.time),
          reason: text('reason', 500),
        };
      case 'silence': {
        const from = fields.get('from') == null ? done.time : time('from');
        const match = readMatch(fields.get('match'), problems);
        return { kind: 'silence', ...done, match, from, until: period(from), reason: text('reason', 500) };
      }
      case 'unsilence':
        return { kind: 'unsilence', ...done, silence: text('silence', 128), reason: optional('reason') };
      case 'trial':
        return { kind: 'trial', ...done, channel: text('channel', 64) };
      default:
        wrong('act', 'act is ack, unack, comment, assign, mute, not-useful, silence, unsilence or trial');
        return null;
    }
  })();
  return act === null || problems.length > 0 ? { ok: false, problems } : { ok: true, act };
}

/** The JSON text that `readHandlingAct` reads back to the same act. */
export function handlingActToJson(act: HandlingAct): string {
  const { kind, time, ...rest } = act;
  const times = Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [
      name,
      (name === 'until' || name === 'from') && typeof value === 'number' ? formatTime(value) : value,
    ]),
  );
  return JSON.stringify({ act: kind, ...times, time: formatTime(time) });
}

const SEVERITIES = ['info', 'warning', 'critical'];

/** Reads a match: every field a list of patterns, one may stand alone; at least one field, so that nobody mutes all by mistake. */
function readMatch(input: unknown, problems: Problem[], path = 'match'): Match {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    problems.push({ path, message: `${path} is an object, such as { "flow": "settlement" }` });
    return {};
  }
  const known = new Set<string>([...MATCH_FIELDS, 'label', ...(path === 'match' ? ['not'] : [])]);
  const read: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(input)) {
    const at = `${path}.${name}`;
    if (!known.has(name)) problems.push({ path: at, message: `${at} is none of ${[...known].join(', ')}` });
    else if (name === 'not') read[name] = readMatch(value, problems, at);
    else if (name === 'label') read[name] = readLabels(value, problems, at);
    else read[name] = readPatterns(value, problems, at);
  }
  const severities = Array.isArray(read.severity) ? read.severity : [];
  if (!severities.every((each) => SEVERITIES.includes(each)))
    problems.push({ path: `${path}.severity`, message: `${path}.severity is ${SEVERITIES.join(', ')}` });
  if (Object.keys(read).length === 0)
    problems.push({ path, message: `${path} names at least one field, such as flow` });
  return read; // every field was read by its own shape
}

function readLabels(input: unknown, problems: Problem[], path: string): Record<string, readonly string[]> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    problems.push({ path, message: `${path} is an object of labels and their values` });
    return {};
  }
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name, readPatterns(value, problems, `${path}.${name}`)]),
  );
}

function readPatterns(input: unknown, problems: Problem[], path: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(input) ? input : [input];
  const texts = list.filter((each) => isText(each, 256));
  if (texts.length === list.length && list.length > 0 && list.length <= MAX_PATTERNS) return texts;
  problems.push({ path, message: `${path} is a text or a list of 1 to ${MAX_PATTERNS} texts` });
  return [];
}

function isText(value: unknown, max: number): value is string {
  return (
    typeof value === 'string' &&
    value.trim().length > 0 &&
    value.length <= max &&
    value.isWellFormed() &&
    !value.includes('\0')
  );
}
