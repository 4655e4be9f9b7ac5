/** The JSON Schemas of what is told about definitions in use, and about a candidate for their place. */
import type { JsonSchema } from './route.ts';
import { count, flag, list, open, record, text, textOrNull, time, timeOrNull } from './schema-parts.ts';

const alarm = record({
  ...{ flow: text, key: text, step: textOrNull, name: text, source: text, severity: text, text },
  ...{ count, raisedAt: time, clearedAt: timeOrNull },
});

const reload = record({
  kind: { enum: ['same', 'activated', 'broken'] },
  revision: { ...text, description: 'the revision in use afterwards' },
  errors: { ...list(text), description: 'what is wrong with the definitions that were not taken' },
  at: time,
});

/** What came of a reload. */
export const RELOAD: JsonSchema = reload;

/** Which revisions live instances run under. */
export const REVISIONS: JsonSchema = record({
  active: { ...text, description: 'the revision that new instances begin under' },
  reload: {
    anyOf: [reload, { type: 'null' }],
    description: 'the last one that changed something, or failed',
  },
  complete: { ...flag, description: 'false: there are more instances than were counted' },
  items: list(
    record({
      revision: text,
      active: flag,
      expected: { ...count, description: 'instances that wait for their first event' },
      running: count,
      flows: { ...list(text), description: 'the flows of these instances' },
    }),
  ),
});

/** What a candidate set of definitions would raise. */
export const CANDIDATE: JsonSchema = record({
  active: { ...text, description: 'the revision in use' },
  candidate: { ...text, description: 'the revision that is compared with it' },
  since: { ...time, description: 'when the comparison began' },
  events: { ...count, description: 'entries of the journal that both have seen' },
  appeared: { ...list(alarm), description: 'alarms that only the candidate raises' },
  vanished: { ...list(alarm), description: 'alarms that only the definitions in use raise' },
  moved: list(open({ old: alarm, new: alarm, fields: list(text) })),
  same: { ...count, description: 'alarms that are the same' },
  rejected: record({ old: count, new: count }),
});
