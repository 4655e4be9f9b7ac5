/** What alarms are matched by, in policies: every field that is given must fit, any item of its list will do. */
import type { MatchDocument, PatternsDocument } from './policy-document.ts';
import { label, SEVERITY } from './read-words.ts';
import { list, named, type Shape, shared, turned } from './schema.ts';
import { optional, record } from './schema-record.ts';
import { choice, located, text } from './schema-scalar.ts';

/** Where alarms come from, as the contract names it. */
const ALARM_SOURCES = [
  ...(['start-timeout', 'deadline', 'timer', 'expression', 'illegal-state', 'out-of-order'] as const),
  ...(['loop-limit', 'dead-end', 'exception', 'threshold', 'stale', 'expression-error'] as const),
] as const;

const patterns = (what: string, example: string) => list(located(text(what, example, 256)));

/** Labels with the values that will do. */
const LABELS = turned(
  named({
    what: 'the mapping of labels',
    rule: label('the name of a label', 'system'),
    item: list(text('a value', 'ctp', 256)),
    atLeastOne: true,
  }),
  (labels) => labels.map(({ at, name, value }) => ({ at, name, values: value })),
);

const FIELDS = {
  severity: optional('one or more severities', list(SEVERITY), []),
  source: optional(
    'the event that raised it',
    list(choice('a source', ALARM_SOURCES)),
    [] as readonly string[],
  ),
  group: optional('the group of its flow; * stands for anything', patterns('a group', 'clearing'), []),
  flow: optional('the flow; * stands for anything', patterns('a flow', 'settlement'), []),
  step: optional('the step; * stands for anything', patterns('a step', 'receive'), []),
  name: optional('the name of the alarm; * stands for anything', patterns('a name', 'late-start'), []),
  key: optional('the key of the instance; * stands for anything', patterns('a key', '"2026-11-23*"'), []),
  label: optional('labels of its flow, `{ system: ctp }`', LABELS, []),
};

const PATTERNS: Shape<PatternsDocument> = shared(
  'patterns',
  record({
    what: 'a match',
    example: '{ severity: critical }',
    fields: FIELDS,
    make: (values, { at }): PatternsDocument => ({ at, ...values }),
  }),
);

/** A match, with what it leaves out under `not`. */
export const MATCH: Shape<MatchDocument> = shared(
  'match',
  record({
    what: 'a match',
    example: '{ severity: critical }',
    fields: { ...FIELDS, not: optional('and what must not fit', PATTERNS, null) },
    make: (values, { at }): MatchDocument => ({ at, ...values }),
  }),
);

/** The labels that a flow gives itself. */
export const FLOW_LABELS = turned(
  named({
    what: 'the mapping of labels',
    rule: label('the name of a label', 'system'),
    item: text('the value of a label', 'ctp', 256),
  }),
  (labels): Readonly<Record<string, string>> =>
    Object.fromEntries(labels.map(({ name, value }) => [name, value])),
);
