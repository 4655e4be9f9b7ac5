/** The steps of a flow: a checkpoint, a gate or a nested flow. */
import type { StepDocument } from './document.ts';
import { BODY_FIELDS, TIMERS } from './read-checkpoint.ts';
import { shown } from './read-text.ts';
import { GATE_TRIGGERS, NESTED_TRIGGERS } from './read-triggers.ts';
import { documentName, label, SPLIT, stepName, TITLE } from './read-words.ts';
import { list, named, type Shape, shared, turned, withName } from './schema.ts';
import { optional, record, requiredOr, variants } from './schema-record.ts';
import { choice, flag, located, onlyTrue, text, word } from './schema-scalar.ts';

type Step = Omit<StepDocument, 'name'>;

/** The name of a step, where connectors and others refer to it. */
export const STEP_NAME = stepName('the name of a step', 'receive');

const ENTRIES = list(located(word(label('an entry of each', 'cfmmc'))), { atLeastOne: true });

/** The entries of `each`, which end the keys of the children and so differ. */
const EACH: typeof ENTRIES = {
  ...ENTRIES,
  read: (tree, findings) => {
    const { value: entries = [], flaw } = ENTRIES.read(tree, findings);
    const seen = new Set<string>();
    const repeated = entries.filter(({ value }) => seen.size === seen.add(value).size);
    for (const { at, value } of repeated) {
      findings.error(at, 'repeated-entry', `${shown(value)} stands in the list already: remove it`);
    }
    const kept = entries.filter((entry) => !repeated.includes(entry));
    return { value: kept, flaw: repeated.length === 0 ? flaw : 'here' };
  },
};

const COMMON_FIELDS = {
  title: optional('the name that people read', TITLE, null),
  split: optional(
    'which connectors are followed when it commits: all that are true, the first of them, or event: the first target to report',
    SPLIT,
    'all' as const,
  ),
  join: optional(
    'when connectors that arrive activate it: once all that can have arrived, or at any of them',
    choice('join', ['all', 'any']),
    'all' as const,
  ),
  end: optional('whether the flow may end here although the step has connectors', flag('end'), false),
};

const NOTHING = {
  as: null,
  checkpoint: null,
  gate: false,
  flow: null,
  key: null,
  each: [],
  states: [],
  params: [],
  timers: [],
  on: [],
} as const;

const CHECKPOINT_STEP = record({
  what: 'a step',
  example: '{ checkpoint: receive-file }',
  maybeEmpty: true,
  fields: {
    checkpoint: optional(
      'the named checkpoint type; what stands inline is added to it',
      located(documentName('checkpoint', 'receive-file')),
      null,
    ),
    as: optional('the step name that its events carry; default: its own', located(word(STEP_NAME)), null),
    ...COMMON_FIELDS,
    ...BODY_FIELDS,
  },
  make: (values, { at }): Step => ({ ...NOTHING, at, ...values }),
});

const GATE_STEP = record({
  what: 'a gate',
  example: '{ gate: true }',
  fields: {
    gate: requiredOr('no events of its own: it commits as soon as it is activated', onlyTrue('gate'), false),
    ...COMMON_FIELDS,
    on: optional('the trigger table: event → rules', GATE_TRIGGERS, []),
  },
  make: (values, { at }): Step => ({ ...NOTHING, at, ...values }),
});

const NESTED_STEP = record({
  what: 'a nested flow',
  example: '{ flow: margin }',
  fields: {
    flow: requiredOr('the nested flow', located(documentName('flow', 'margin')), null),
    key: optional(
      "the key of the nested instance: {key}, this instance's own (the default), or {key}/ and more",
      located(text('a key', '"{key}/margin"', 256)),
      null,
    ),
    each: optional('one child for each entry, with the key {key}/{each}', EACH, []),
    ...COMMON_FIELDS,
    timers: optional('the timers', TIMERS, []),
    on: optional('the trigger table: event → rules', NESTED_TRIGGERS, []),
  },
  make: (values, { at }): Step => ({ ...NOTHING, at, ...values }),
});

/** The steps of a flow by name, in the order of the file. */
export const STEPS: Shape<readonly StepDocument[]> = turned(
  named({
    what: 'the mapping of steps',
    rule: STEP_NAME,
    atLeastOne: true,
    item: shared(
      'step',
      variants<Step>({
        what: 'a step',
        example: '{ checkpoint: receive-file }',
        maybeEmpty: true,
        cases: { gate: GATE_STEP, flow: NESTED_STEP },
        otherwise: CHECKPOINT_STEP,
      }),
    ),
  }),
  (steps) => steps.map(withName),
);
