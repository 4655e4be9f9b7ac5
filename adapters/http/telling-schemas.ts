/** The JSON Schemas of telling: handlings, silences, notices, numbers, acts, routes. */
import type { JsonSchema } from './route.ts';
import { count, flag, list, open, page, record, text, textOrNull, time, timeOrNull } from './schema-parts.ts';

const severity = { type: 'string', enum: ['info', 'warning', 'critical'] };
const by = { type: 'string', minLength: 1, maxLength: 128, description: 'the name of the person' };
const reason = { type: 'string', minLength: 1, maxLength: 500 };
const words = { type: 'string', minLength: 1, maxLength: 2000 };
const when = { type: 'string', format: 'date-time' };
const numberOrNull = { type: ['number', 'null'] };
const outcome = {
  type: 'string',
  enum: ['waiting', 'told', 'storm', 'flapping', 'folded', 'muted', 'brief', 'unrouted'],
  description: 'what became of telling it',
};

/** What is done about an alarm; null where nothing is known of it yet. */
export const handling: JsonSchema = {
  anyOf: [
    record({
      standing: { type: 'string', enum: ['open', 'escalated', 'acknowledged', 'cleared', 'closed'] },
      severity: { ...severity, description: "the alarm's, or what it has risen to" },
      outcome,
      because: { ...textOrNull, description: 'the alarm that explains it, the silence, or words' },
      root: { ...textOrNull, description: 'the alarm that it is a consequence of' },
      trouble: { ...textOrNull, description: 'the thread of its notices' },
      level: { ...count, description: 'the highest level that it was passed on to' },
      useful: { type: ['boolean', 'null'] },
      toldAt: timeOrNull,
      acknowledgedAt: timeOrNull,
      acknowledgedBy: textOrNull,
      assignedTo: textOrNull,
    }),
    { type: 'null' },
  ],
};

/** What happened to an alarm, oldest first. */
export const history: JsonSchema = list(record({ at: time, kind: text, by: textOrNull, detail: textOrNull }));

const match = {
  type: 'object',
  description:
    'severity, source, group, flow, step, name, key, label and not: each a text or a list, `*` stands for anything',
};

const listed = list(
  record({ id: text, flow: text, key: text, step: textOrNull, name: text, severity, text }),
);

const numbers = {
  ...{ raised: count, recovered: count, acknowledged: count },
  ...{ meanSecondsToAcknowledge: numberOrNull, meanSecondsToRecover: numberOrNull },
  ...{ told: count, folded: count, muted: count, brief: count, unrouted: count, notUseful: count },
};

const silence = record({
  ...{ id: text, match, by: text, reason: text },
  alarm: { ...textOrNull, description: 'the alarm that it was made from' },
  endedBy: { ...textOrNull, description: 'who ended it before its time' },
  ...{ from: time, until: time, createdAt: time, active: flag },
});

const act = record({
  act: { type: 'object', description: 'as it was sent' },
  keptAt: time,
  appliedAt: { ...timeOrNull, description: 'null while it waits' },
  done: { type: ['boolean', 'null'] },
  reason: { ...textOrNull, description: 'why it could not be done' },
});

const recipient = record({ name: text, title: text, address: text });
const deliveries = list(record({ channel: text, to: list(recipient) }));

/** By name, as part of `#/components/schemas`. */
export const TELLING_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  SilencePage: page(silence),
  NoticePage: page(
    record({
      ...{
        id: text,
        channel: text,
        kind: text,
        thread: text,
        recovered: flag,
        severity,
        level: count,
        at: time,
      },
      words: open({ en: record({ subject: text, text }), zh: record({ subject: text, text }) }),
      language: {
        ...textOrNull,
        description: "en, zh or both, what its recipients read; null: the channel's",
      },
      ...{ to: list(recipient), alarms: listed, folded: listed },
      state: { type: 'string', enum: ['owed', 'sending', 'sent', 'failed', 'unknown', 'superseded'] },
      ...{ attempts: count, nextAt: timeOrNull, settledAt: timeOrNull, reason: textOrNull },
    }),
  ),
  Numbers: record({
    ...{ from: text, to: text, total: record(numbers) },
    rows: list(record({ day: text, group: textOrNull, flow: text, name: text, ...numbers })),
  }),
  HandlingAct: act,
  HandlingActPage: page(act),
  AuditPage: page(
    record({
      ...{ id: text, at: time, by: text, kind: text, target: textOrNull },
      detail: { type: 'object', description: 'what else was said' },
      origin: { ...text, description: 'the address that it came from, or a process' },
      outcome: {
        type: ['string', 'null'],
        enum: ['done', 'taken', 'refused', 'failed', null],
        description: 'taken: it waits to be done; null: nobody knows whether it was done',
      },
      reason: { ...textOrNull, description: 'why it was not done' },
      act: { ...textOrNull, description: 'its id in /api/v1/acts, in the journal or among the rejected' },
    }),
  ),
  Channels: record({
    items: list(
      record({
        ...{ name: text, title: { type: ['object', 'string', 'null'] }, type: text, dryRun: flag },
        trouble: { ...textOrNull, description: 'what it failed with of late' },
        notices: { type: 'object', description: 'how many by state', additionalProperties: count },
      }),
    ),
  }),
  RoutePlan: record({
    ...{ at: time, alarm: { type: 'object' }, policy: textOrNull, route: { type: ['integer', 'null'] } },
    ...{ feeds: list(text), firstAt: timeOrNull },
    repeat: { type: ['integer', 'null'], description: 'milliseconds' },
    quiet: { ...textOrNull, description: 'why nobody is told' },
    levels: list(
      record({
        ...{
          level: count,
          after: { ...count, description: 'milliseconds after the first notice' },
          at: time,
        },
        ...{ persons: list(text), deliveries },
      }),
    ),
  }),
  AckRequest: record(
    { by, text: words, all: { ...flag, description: 'with all alarms of the same trouble' } },
    ['text', 'all'],
  ),
  CommentRequest: record({ by, text: words }),
  AssignRequest: record({ by, to: by, text: words }, ['text']),
  MuteRequest: record({ by, until: when, reason }),
  NotUsefulRequest: record({ by, text: words }, ['text']),
  SilenceRequest: record({ by, match, from: when, until: when, reason }, ['from']),
  EndRequest: record({ by, reason }, ['reason']),
  TrialRequest: record({ by }),
};
