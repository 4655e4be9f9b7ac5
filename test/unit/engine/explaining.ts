/** Explanations in plain lines, every field of them, so that a table can hold all that was said. */
import type { Asked, Explanation, Moment, Silence } from '../../../engine/index.ts';

/** A moment as one line: when and why, then what happened. */
function told({ at, cause, happenings }: Moment): string {
  return [`${shortened(at)} ${fields(cause)}`, ...happenings.map(fields)].join(' | ');
}

/** The story of a step (null: of the instance itself), line by line. */
export function storyOf(explanation: Explanation, step: string | null): readonly string[] {
  return chapterOf(explanation, step).story.map(told);
}

/** `alarm (place): reason` of every alarm of a step that was not raised. */
export function silencesOf(explanation: Explanation, step: string | null): readonly string[] {
  return chapterOf(explanation, step).silences.map(
    ({ alarm, place, reason }: Silence) => `${alarm} (${placed(place)}): ${fields(reason)}`,
  );
}

function chapterOf({ chapters }: Explanation, step: string | null) {
  const chapter = chapters.find((one) => one.step === step);
  if (chapter === undefined) throw new Error(`there is no chapter of ${step}`);
  return chapter;
}

/** The kind and the other fields, those that are null, false or empty left out. */
function fields(one: object & { readonly kind: string }): string {
  const { kind, ...rest } = one;
  const said = Object.entries(rest).flatMap(([name, value]: [string, unknown]) => {
    const text = valueText(name, value);
    return text === '' ? [] : [`${name}=${text}`];
  });
  return [kind, ...said].join(' ');
}

function valueText(name: string, value: unknown): string {
  if (value === null || value === false) return '';
  if (name === 'asked') return asked(value as Asked); // the fields of this name are questions, or null
  if (name === 'place' || name === 'places') return placed(String(value));
  if (name === 'early' || name === 'left') return `${Number(value) / 60_000}m`;
  if (Array.isArray(value))
    return value.map((each) => (typeof each === 'object' ? pairs(each) : each)).join(',');
  if (typeof value === 'object')
    return 'kind' in value ? `(${fields(value as { kind: string })})` : pairs(value);
  return shortened(String(value));
}

function asked({ place, expression, values, value, error }: Asked): string {
  return `[${placed(place)} ${expression} -> ${error ?? value}; ${pairs(values)}]`;
}

function pairs(of: object): string {
  return Object.entries(of)
    .map(([name, value]) => `${name}:${value}`)
    .join(' ');
}

function placed(place: string): string {
  return place.replaceAll('scenario.yaml:', '');
}

/** `15:10` of an instant of the day that scenarios play on. */
function shortened(text: string): string {
  return text.replace(/^2026-11-23T(\d\d:\d\d):00\.000Z$/, '$1');
}
