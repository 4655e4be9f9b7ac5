/**
 * Timetables: what one application reports in the course of the demo's day, one event a line.
 *
 *     15:24  exchange-file/shfe  receive  state:receiving
 *     15:33  exchange-file/shfe  receive  committed:received  PIN=18874368  # a message
 *
 * 1. The columns: time of day, flow, step (`-` for the flow itself), event with the state it carries, parameters, message.
 * 2. `/child` after the flow is the rest of the key; `/-` leaves the key out, the flow's template gives it.
 * 3. A line that cannot be read is a mistake of ours, so it throws.
 */

export type Value = string | number | boolean;

/** One event of an application, at a time of the story's day. */
export interface StoryLine {
  /** `HH:MM` */
  readonly at: string;
  readonly flow: string;
  /** what follows the family's key; null: nothing; `-`: the event has no key */
  readonly child: string | null;
  /** null: the event is about the flow itself */
  readonly step: string | null;
  readonly event: string;
  readonly state: string | null;
  readonly params: readonly (readonly [string, Value])[];
  readonly message: string | null;
}

/** An application of the company: a producer of its own, which reports under one family of keys. */
export interface Application {
  readonly name: string;
  /** what its keys begin with: `trading` in `trading-2026-11-24` */
  readonly family: string;
  readonly lines: readonly StoryLine[];
}

const LINE =
  /^(\d\d:\d\d)\s+([a-z-]+)(?:\/([a-z-]+))?\s+([a-z-]+)\s+([a-z]+)(?::([a-z]+))?((?:\s+[A-Z_]+=\S+)*)(?:\s+#\s+(.+))?$/;

/** Reads the timetable of an application. */
export function readTimetable(table: {
  readonly name: string;
  readonly family: string;
  readonly lines: string;
}): Application {
  return { ...table, lines: readLines(table.lines) };
}

/** Reads lines of any applications. */
export function readLines(text: string): readonly StoryLine[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').map(readLine);
}

function readLine(line: string): StoryLine {
  const [, at, flow, child, step, event, state, params, message] = LINE.exec(line) ?? [];
  if (at === undefined || flow === undefined || step === undefined || event === undefined)
    throw new Error(`broken rule: "${line}" is no line of a timetable`);
  return {
    at,
    flow,
    child: child ?? null,
    step: step === '-' ? null : step,
    event,
    state: state ?? null,
    params: (params ?? '').split(/\s+/).filter(Boolean).map(readParam),
    message: message ?? null,
  };
}

function readParam(text: string): readonly [string, Value] {
  const [name = '', value = ''] = text.split('=');
  if (value === 'true' || value === 'false') return [name, value === 'true'];
  return [name, /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value];
}
