import type { HandlingAct } from '../../../engine/index.ts';
import type { HandlingIntake } from '../handling-intake.ts';
import { fieldsOf } from '../json-fields.ts';
import { inPath, inQuery, QUERY_PARAMETERS } from '../query-parameters.ts';
import { jsonAnswer, type Route, taken } from '../route.ts';

const TAKEN = jsonAnswer('It is kept; what became of it stands under its id in /api/v1/acts', 'Act');
const REFUSES = ['not-found', 'too-large', 'unsupported-media-type', 'act-refused', 'unavailable'] as const;

interface OnAlarm {
  readonly kind: HandlingAct['kind'];
  readonly summary: string;
  readonly body: string;
  readonly fields: readonly string[];
}

const ON_ALARMS: readonly OnAlarm[] = [
  { kind: 'ack', summary: 'Acknowledges an open alarm', body: 'AckRequest', fields: ['by', 'text', 'all'] },
  {
    kind: 'unack',
    summary: 'Takes an acknowledgement back: people are told again',
    body: 'AckRequest',
    fields: ['by', 'text', 'all'],
  },
  { kind: 'comment', summary: 'Comments on an alarm', body: 'CommentRequest', fields: ['by', 'text'] },
  {
    kind: 'assign',
    summary: 'Assigns an alarm to a person',
    body: 'AssignRequest',
    fields: ['by', 'to', 'text'],
  },
  {
    kind: 'mute',
    summary: 'Silences an open alarm until a time',
    body: 'MuteRequest',
    fields: ['by', 'until', 'reason'],
  },
  {
    kind: 'not-useful',
    summary: 'Says that an alarm was not useful',
    body: 'NotUsefulRequest',
    fields: ['by', 'text'],
  },
];

const BY_ID = [inPath('id', 'id of the silence')];

/** Where operators say what they do about alarms, make and end silences, and try a channel. */
export function handlingRoutes(intake: HandlingIntake): readonly Route[] {
  const unsilence = async (silence: string, said: Readonly<Record<string, unknown>>) =>
    taken(await intake.accept('unsilence', { ...said, silence }));
  return [
    ...ON_ALARMS.map(({ kind, summary, body, fields }): Route => {
      return {
        ...common('POST', `/api/v1/alarms/{id}/${kind}`, kind, summary),
        parameters: QUERY_PARAMETERS.alarm,
        body,
        refuses: [...REFUSES, 'already-ended'],
        handle: async (call) => {
          const said = fieldsOf(call, fields);
          return taken(await intake.accept(kind, { ...said, alarm: call.values.text('id') ?? '' }));
        },
      };
    }),
    {
      ...common('POST', '/api/v1/silences', 'silence', 'Silences what matches until a time'),
      body: 'SilenceRequest',
      handle: async (call) => {
        const said = fieldsOf(call, ['by', 'match', 'from', 'until', 'reason']);
        return taken(await intake.accept('silence', said));
      },
    },
    {
      ...common('POST', '/api/v1/silences/{id}/end', 'unsilence', 'Ends a silence before its time'),
      parameters: BY_ID,
      body: 'EndRequest',
      handle: async (call) => unsilence(call.values.text('id') ?? '', fieldsOf(call, ['by', 'reason'])),
    },
    {
      ...common('DELETE', '/api/v1/silences/{id}', 'unsilence', 'Ends a silence before its time'),
      parameters: [
        ...BY_ID,
        inQuery('by', 'the name of the person', { type: 'string', maxLength: 128 }),
        inQuery('reason', 'why', { type: 'string', maxLength: 500 }),
      ],
      accepts: [],
      handle: async ({ values, by }) =>
        unsilence(values.text('id') ?? '', { by, reason: values.text('reason') }),
    },
    {
      ...common('POST', '/api/v1/channels/{name}/trial', 'trial', 'Sends a trial notice over a channel'),
      parameters: [inPath('name', 'name of the channel')],
      body: 'TrialRequest',
      handle: async (call) => {
        const channel = call.values.text('name') ?? '';
        return taken(await intake.accept('trial', { ...fieldsOf(call, ['by']), channel }));
      },
    },
  ];
}

function common(
  ...[method, path, act, summary]: readonly [Route['method'], string, HandlingAct['kind'], string]
): Omit<Route, 'handle'> {
  return {
    ...{ method, path, act, summary, permission: 'operate', parameters: [], accepts: ['application/json'] },
    ...{ answers: { 202: TAKEN }, refuses: REFUSES },
  };
}
