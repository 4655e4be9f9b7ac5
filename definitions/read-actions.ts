/** The actions of rules: `{ alarm: … }`, `{ set: …, to: … }` and the others, told apart by the key that names them. */
import type { ActionDocument } from './document.ts';
import { label, PARAM_NAME, plainName, SEVERITY, SPAN } from './read-words.ts';
import { type Shape, shared, turned } from './schema.ts';
import { optional, type RecordShape, record, required, requiredOr, variants } from './schema-record.ts';
import { data, expression, located, text, word } from './schema-scalar.ts';

type Kind = ActionDocument['kind'];

const ALARM_NAME = word(label('the name of an alarm', 'short-transfer'));
const TIMER_NAME = word(plainName('the name of a timer', 'stalled'));
const MESSAGE = located(text('a text', '"{PIN} of {POUT} bytes"'));

const ACTIONS: Readonly<Record<Kind, RecordShape<ActionDocument>>> = {
  alarm: record({
    what: 'an alarm action',
    example: '{ alarm: short-transfer, severity: critical }',
    fields: {
      alarm: requiredOr('raises the alarm of this name', ALARM_NAME, ''),
      severity: optional('info, warning (the default) or critical', SEVERITY, null),
      text: optional('what it says; {name} is a name of the expression scope', MESSAGE, null),
    },
    make: ({ alarm, severity, text }, { at }) => ({ at, kind: 'alarm', name: alarm, severity, text }),
  }),
  clear: record({
    what: 'a clear action',
    example: '{ clear: short-transfer }',
    fields: { clear: required('clears the alarm of this name', ALARM_NAME) },
    make: ({ clear }, { at }) => ({ at, kind: 'clear', name: clear }),
  }),
  set: record({
    what: 'a set action',
    example: '{ set: PIN, to: POUT - LOSS }',
    fields: {
      set: requiredOr('gives this parameter of the step a value', word(PARAM_NAME), ''),
      to: requiredOr(
        'the expression that gives the value',
        expression('an expression', 'POUT - LOSS', true),
        null,
      ),
    },
    make: ({ set, to }, { at }) => ({ at, kind: 'set', param: set, to: to ?? { value: '', at } }),
  }),
  'start-timer': record({
    what: 'a start-timer action',
    example: '{ start-timer: stalled, in: 10m }',
    fields: {
      'start-timer': required('starts this timer of the step', TIMER_NAME),
      in: optional("how long it runs; default: the timer's own `in`", SPAN, null),
    },
    make: (values, { at }) => ({ at, kind: 'start-timer', name: values['start-timer'], in: values.in }),
  }),
  'cancel-timer': record({
    what: 'a cancel-timer action',
    example: '{ cancel-timer: stalled }',
    fields: { 'cancel-timer': required('stops this timer of the step', TIMER_NAME) },
    make: (values, { at }) => ({ at, kind: 'cancel-timer', name: values['cancel-timer'] }),
  }),
  publish: record({
    what: 'a publish action',
    example: '{ publish: clearing.done, data: { by: milepost } }',
    fields: {
      publish: requiredOr(
        'the subject to publish on; {name} is a name of the expression scope',
        located(text('a subject', 'clearing.done', 256)),
        null,
      ),
      data: optional('what is published', data('data', '{ by: milepost }'), null),
    },
    make: ({ publish, data }, { at }) => ({
      at,
      kind: 'publish',
      subject: publish ?? { value: '', at },
      data,
    }),
  }),
  notify: record({
    what: 'a notify action',
    example: '{ notify: on-call, text: "{flow.key} is late" }',
    fields: {
      notify: requiredOr(
        'sends a notice to this channel',
        word(plainName('the name of a channel', 'on-call')),
        '',
      ),
      text: optional('what it says; {name} is a name of the expression scope', MESSAGE, null),
    },
    make: ({ notify, text }, { at }) => ({ at, kind: 'notify', channel: notify, text }),
  }),
  run: record({
    what: 'a run action',
    example: '{ run: restart-agent }',
    fields: {
      run: required('runs this operation', word(label('the name of an operation', 'restart-agent'))),
    },
    make: ({ run }, { at }) => ({ at, kind: 'run', operation: run }),
  }),
  call: record({
    what: 'a call action',
    example: '{ call: onShortfall, with: { limit: 5 } }',
    fields: {
      call: required(
        'calls this handler of the extension module',
        word(label('the name of a handler', 'onShortfall')),
      ),
      with: optional('what the handler is given', data('data', '{ limit: 5 }'), null),
    },
    make: (values, { at }) => ({ at, kind: 'call', handler: values.call, with: values.with }),
  }),
};

/** An action of a rule; the kinds in `refused` have nothing to act on where the rule stands, and `why` says so. */
export function action(refused: readonly Kind[] = [], why = ''): Shape<ActionDocument> {
  const any = variants<ActionDocument>({
    what: 'an action',
    example: '{ alarm: short-transfer }',
    cases: ACTIONS,
  });
  if (refused.length === 0) return shared('action', any);
  return turned(shared('action', any), (value, at, findings) => {
    if (!refused.includes(value.kind)) return value;
    findings.error(
      at,
      'misplaced-action',
      `${value.kind} has no meaning here, ${why}: put it into a rule of a step`,
    );
    return undefined;
  });
}
