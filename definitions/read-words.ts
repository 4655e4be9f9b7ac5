/** The rules for names, and the words of the language that stand in many places. */

import type { Title } from './document.ts';
import { parseDay, parseSpan, parseTimeOfDay } from './moment.ts';
import { shown, unprintable } from './read-text.ts';
import { type Shape, shared, type WordRule, wrongType } from './schema.ts';
import { NOTHING } from './schema-reading.ts';
import { optional, record } from './schema-record.ts';
import { choice, parsed, text, word } from './schema-scalar.ts';

const LONGEST_NAME = 64;

function name(options: { what: string; example: string; pattern: RegExp; rule: string }): WordRule {
  const { what, example, pattern, rule } = options;
  return {
    what,
    example,
    code: 'bad-name',
    wrong: (word) => {
      if (word.length <= LONGEST_NAME && pattern.test(word)) return null;
      const fault = word.length > LONGEST_NAME ? `is longer than ${LONGEST_NAME} characters` : 'is none';
      return `${what} is due here, and ${shown(word)} ${fault}: use ${rule}, such as ${example}`;
    },
    schema: { pattern: pattern.source, maxLength: LONGEST_NAME },
  };
}

/** The rule for a document's name, and for others that are spelled like one: timers, channels, calendars. */
export function plainName(what: string, example: string): WordRule {
  const rule = 'a lower-case letter, then lower-case letters, digits and -';
  return name({ what, example, pattern: /^[a-z][a-z0-9-]*$/, rule });
}

/** The rule for the name of a step, or of a session. */
export function stepName(what: string, example: string): WordRule {
  const rule = 'a letter, then letters, digits, _ and -';
  return name({ what, example, pattern: /^[A-Za-z][A-Za-z0-9_-]*$/, rule });
}

/** The rule for the name of a parameter: an identifier, since expressions name it. */
export const PARAM_NAME = name({
  what: 'the name of a parameter',
  example: 'PIN',
  pattern: /^[A-Za-z_][A-Za-z0-9_]*$/,
  rule: 'a letter or _, then letters, digits and _',
});

/** The rule for names that only people and expressions read, such as states: any text of 1 to 64 characters. */
export function label(what: string, example: string): WordRule {
  return {
    what,
    example,
    code: 'bad-name',
    wrong: (word) => {
      const fault =
        word.trim() === ''
          ? 'it is empty'
          : word.length > LONGEST_NAME
            ? `${shown(word)} is longer than ${LONGEST_NAME} characters`
            : /[\t\n]/.test(word)
              ? 'it has a line break or tab in it'
              : unprintable(word);
      return fault === null ? null : `${what} is due here, and ${fault}: write one line, such as ${example}`;
    },
    schema: { minLength: 1, maxLength: LONGEST_NAME },
  };
}

/** The rule for a date that is a key. */
export const DATE: WordRule = {
  what: 'a date',
  example: '2026-02-13',
  code: 'bad-date',
  wrong: (word) => {
    const day = parseDay(word);
    return day.ok ? null : day.message;
  },
  schema: { pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
};

export const SEVERITY = shared('severity', choice('a severity', ['warning', 'critical', 'info']));

export const SPLIT = choice('split', ['all', 'first', 'event']);

export const SPAN = shared(
  'duration',
  parsed({
    what: 'a duration',
    example: '10m',
    code: 'bad-duration',
    parse: parseSpan,
    schema: { description: '90s, 10m, 1h30m, 2d or ISO 8601; 1d is a calendar day, 24h are 24 hours' },
  }),
);

export const TIME_OF_DAY = shared(
  'time-of-day',
  parsed({
    what: 'a time of day',
    example: '"15:30"',
    code: 'bad-time',
    parse: parseTimeOfDay,
    schema: { description: 'hours and minutes, with or without seconds: "15:30", "15:30:15"' },
  }),
);

const TITLE_TEXT = text('a title', '"Day-end clearing"', 200);

const TITLES = record({
  what: 'a title in two languages',
  example: '{ en: Clearing, zh: 清算 }',
  fields: {
    en: optional('the title in English', TITLE_TEXT, null),
    zh: optional('the title in Chinese', TITLE_TEXT, null),
  },
  make: ({ en, zh }, { at, findings, lost }): { en?: string; zh?: string } | undefined => {
    if (en !== null || zh !== null) {
      return { ...(en === null ? {} : { en }), ...(zh === null ? {} : { zh }) };
    }
    if (lost.size > 0) return undefined;
    findings.error(
      at,
      'missing-key',
      'a title needs a text: add `en: Clearing` or `zh: 清算`, or leave it out',
    );
    return undefined;
  },
});

/** A text, or `{en, zh}`. */
export const TITLE: Shape<Title> = shared<Title>('title', {
  what: 'a title',
  example: '{ en: Clearing, zh: 清算 }',
  read: (tree, findings) => {
    if (tree.kind === 'map') return TITLES.read(tree, findings);
    if (tree.kind !== 'list') return TITLE_TEXT.read(tree, findings);
    wrongType(tree, TITLE_TEXT, findings);
    return NOTHING;
  },
  describe: (defs) => ({ anyOf: [TITLE_TEXT.describe(defs), TITLES.describe(defs)] }),
});

/** The name of a document of a kind, such as `the name of a flow`. */
export function documentName(kind: string, example: string): Shape<string> {
  return word(plainName(`the name of a ${kind}`, example));
}
