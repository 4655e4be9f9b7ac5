/** Documents of the kind `channel`. What the settings mean is for the kind of channel to say. */
import type { ChannelDocument, QuotaDocument } from './policy-document.ts';
import { documentName, plainName, SPAN, TITLE } from './read-words.ts';
import { type Shape, wrongType } from './schema.ts';
import { NOTHING } from './schema-reading.ts';
import { optional, record, requiredOr } from './schema-record.ts';
import { choice, data, flag, located, text, wholeNumber, word } from './schema-scalar.ts';

const QUOTA = record({
  what: 'a quota',
  example: '{ count: 20, per: 1m }',
  fields: {
    count: requiredOr('how many notices', wholeNumber('count', 1), 1),
    per: requiredOr('within which time', SPAN, { days: 0, ms: 60_000 }),
  },
  make: (values): QuotaDocument => values,
});

const PLAIN = data('settings', '{ url: { env: OPS_WEBHOOK } }');

/** A mapping of plain data. */
const SETTINGS: Shape<Readonly<Record<string, unknown>>> = {
  ...PLAIN,
  read: (tree, findings) => {
    if (tree.kind !== 'map') {
      wrongType(tree, PLAIN, findings);
      return NOTHING;
    }
    const { value, flaw } = PLAIN.read(tree, findings);
    return value === undefined ? NOTHING : { value: Object.fromEntries(Object.entries(value ?? {})), flaw };
  },
  describe: () => ({ type: 'object' }),
};

/** A document of the kind `channel`. */
export const CHANNEL = record({
  what: 'a channel',
  example: '{ channel: desk, type: bell }',
  fields: {
    channel: requiredOr('the name of the channel', documentName('channel', 'desk'), ''),
    title: optional('the name that people read', TITLE, null),
    type: requiredOr(
      'the kind of channel, such as bell, log, webhook, wecom-robot, smtp, alertmanager',
      located(word(plainName('a kind of channel', 'bell'))),
      null,
    ),
    settings: optional(
      'what the kind of channel needs; a secret is { env: NAME } or { file: PATH }, never its value',
      located(SETTINGS),
      null,
    ),
    language: optional(
      'of subject and text; default: both',
      choice('language', ['en', 'zh', 'both']),
      'both' as const,
    ),
    recovery: optional('false: not told when a trouble ends', flag('recovery'), true),
    quota: optional('the most notices within a time; what is more waits', QUOTA, null),
    timeout: optional('the longest that one attempt may take; default: 15s', SPAN, null),
    deadline: optional('a notice not delivered by then is given up; default: 1d', SPAN, null),
    fallback: optional(
      'the channel that is told of what this one could not deliver',
      located(word(plainName('the name of a channel', 'desk'))),
      null,
    ),
    'dry-run': optional('true: everything is decided and recorded, nothing is sent', flag('dry-run'), false),
    subject: optional(
      'the subject instead of the usual one, with {field} in it',
      located(text('a subject', '"{subject}"', 500)),
      null,
    ),
    text: optional(
      'the text instead of the usual one, with {field} in it',
      located(text('a text', '"{text}"', 4000)),
      null,
    ),
  },
  make: ({ channel, type, settings, 'dry-run': dryRun, ...rest }, { at }): ChannelDocument => ({
    kind: 'channel',
    at,
    name: channel,
    type: type ?? { value: '', at },
    settings: settings ?? { value: {}, at },
    dryRun,
    ...rest,
  }),
});
