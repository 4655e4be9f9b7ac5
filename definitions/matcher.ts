/** Matches of alarms: every field that is given must fit, any item of its list will do; `*` stands for anything. */
import type { AlarmTraits, Matcher } from './policy.ts';
import type { MatchDocument, PatternsDocument } from './policy-document.ts';
import type { Severity } from './severity.ts';

/** A match in plain data, as silences carry it. A field that is left out fits everything. */
export interface Match {
  readonly severity?: readonly Severity[];
  readonly source?: readonly string[];
  readonly group?: readonly string[];
  readonly flow?: readonly string[];
  readonly step?: readonly string[];
  readonly name?: readonly string[];
  readonly key?: readonly string[];
  readonly label?: Readonly<Record<string, readonly string[]>>;
  readonly not?: Omit<Match, 'not'>;
}

const EVERYTHING: Matcher = () => true;

/** The fields that a match may have, besides `label` and `not`. */
export const MATCH_FIELDS = ['severity', 'source', 'group', 'flow', 'step', 'name', 'key'] as const;

/** The function of a match; null matches everything. */
export function createMatcher(match: Match | null): Matcher {
  if (match === null) return EVERYTHING;
  const tests = [
    ...MATCH_FIELDS.flatMap((field) => {
      const patterns = match[field] ?? [];
      if (patterns.length === 0) return [];
      const fits = anyOf(patterns);
      return [(alarm: AlarmTraits) => fits(alarm[field])];
    }),
    ...Object.entries(match.label ?? {}).map(([name, patterns]) => {
      const fits = anyOf(patterns);
      return (alarm: AlarmTraits) => fits(Object.hasOwn(alarm.labels, name) ? alarm.labels[name] : null);
    }),
  ];
  const refused = match.not === undefined ? null : createMatcher(match.not);
  if (tests.length === 0 && refused === null) return EVERYTHING;
  return (alarm) => tests.every((test) => test(alarm)) && !(refused?.(alarm) ?? false);
}

/** A match of a document as plain data. */
export function matchOf(document: MatchDocument | null): Match | null {
  if (document === null) return null;
  const { not } = document;
  return { ...patternsOf(document), ...(not === null ? {} : { not: patternsOf(not) }) };
}

function patternsOf(document: PatternsDocument): Omit<Match, 'not'> {
  const words = (located: PatternsDocument['flow']) => located.map(({ value }) => value);
  return {
    severity: document.severity,
    source: document.source,
    group: words(document.group),
    flow: words(document.flow),
    step: words(document.step),
    name: words(document.name),
    key: words(document.key),
    label: Object.fromEntries(document.label.map(({ name, values }) => [name, values])),
  };
}

/** Whether a word fits one of the patterns; what is absent fits only `*`. */
function anyOf(patterns: readonly string[]): (word: string | null | undefined) => boolean {
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')));
  const wild = patterns.filter((pattern) => pattern.includes('*')).map((pattern) => pattern.split('*'));
  return (word) => {
    const text = word ?? '';
    return (word != null && exact.has(text)) || wild.some((pieces) => fitsPieces(pieces, text));
  };
}

/** `a*b*c` as its pieces; each is looked for after the one before, so no pattern is slow. */
function fitsPieces(pieces: readonly string[], text: string): boolean {
  const first = pieces[0] ?? '';
  const last = pieces.at(-1) ?? '';
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last))
    return false;
  let from = first.length;
  const end = text.length - last.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, from);
    if (found < 0 || found + piece.length > end) return false;
    from = found + piece.length;
  }
  return from <= end;
}

/** Whether any of the words fits a pattern: what lint asks of names in matches. */
export function fitsAny(pattern: string, words: Iterable<string>): boolean {
  const fits = anyOf([pattern]);
  return [...words].some((word) => fits(word));
}
