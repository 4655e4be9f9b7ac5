import { shown } from '../../../checkpoints/index.ts';
import type { Act, Reader } from '../../../engine/index.ts';
import type { ActIntake } from '../act-intake.ts';
import { fieldsOf } from '../json-fields.ts';
import { QUERY_PARAMETERS } from '../query-parameters.ts';
import { Refusal } from '../refusal.ts';
import { jsonAnswer, type Route, taken } from '../route.ts';

const TYPE = 'application/json';
const WAIVER_FIELDS = ['flow', 'day', 'key', 'step', 'reason', 'by'];
const TAKEN = jsonAnswer(
  'It is safe in the stream; the engine does it, or refuses it as a rejected message',
  'Act',
);

/** Where operators excuse a flow or a step, take that back, and close alarms. */
export function actRoutes(intake: ActIntake, reader: Reader): readonly Route[] {
  return [
    {
      ...common(
        'waive',
        '/api/v1/waivers',
        'Excuses a flow, or a step of it, for one trading day or one instance',
      ),
      body: 'WaiverRequest',
      handle: async (call) => taken(await intake.accept('waive', fieldsOf(call, WAIVER_FIELDS))),
    },
    {
      ...common('unwaive', '/api/v1/waivers/revoke', 'Takes a waiver back'),
      body: 'WaiverRequest',
      handle: async (call) => taken(await intake.accept('unwaive', fieldsOf(call, WAIVER_FIELDS))),
    },
    {
      ...common('close', '/api/v1/alarms/{id}/close', 'Closes an open alarm by hand'),
      parameters: QUERY_PARAMETERS.alarm,
      body: 'CloseRequest',
      refuses: [...REFUSES, 'already-ended'],
      async handle(call) {
        const said = fieldsOf(call, ['reason', 'by']);
        const { flow, key, id } = await openAlarm(reader, call.values.text('id') ?? '');
        return taken(await intake.accept('close', { ...said, flow, key, alarm: id }));
      },
    },
  ];
}

const REFUSES = ['not-found', 'too-large', 'unsupported-media-type', 'act-refused', 'unavailable'] as const;

function common(act: Act['kind'], path: string, summary: string): Omit<Route, 'handle'> {
  return {
    ...{ method: 'POST', path, permission: 'operate', act },
    summary,
    parameters: [],
    accepts: [TYPE],
    answers: { 202: TAKEN },
    refuses: REFUSES,
  };
}

async function openAlarm(reader: Reader, id: string) {
  const alarm = await reader.alarm(id);
  if (alarm === null)
    throw new Refusal(
      'not-found',
      `there is no alarm "${shown(id)}"; list them with GET /api/v1/alarms?open=true`,
    );
  if (alarm.clearedAt !== null)
    throw new Refusal(
      'already-ended',
      `alarm "${shown(id)}" is not open any more; there is nothing to close`,
    );
  return alarm;
}
