import { shown } from '../../../checkpoints/index.ts';
import { closest } from '../../../definitions/index.ts';
import type { Reader } from '../../../engine/index.ts';
import type { ActIntake } from '../act-intake.ts';
import { describe } from '../parameters.ts';
import { QUERY_PARAMETERS } from '../query-parameters.ts';
import { Refusal } from '../refusal.ts';
import { type Call, checkContentType, json, jsonAnswer, type Route } from '../route.ts';

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
      ...common('/api/v1/waivers', 'Excuses a flow, or a step of it, for one trading day or one instance'),
      body: 'WaiverRequest',
      handle: async (call) => json(202, { id: await intake.accept('waive', fieldsOf(call, WAIVER_FIELDS)) }),
    },
    {
      ...common('/api/v1/waivers/revoke', 'Takes a waiver back'),
      body: 'WaiverRequest',
      handle: async (call) =>
        json(202, { id: await intake.accept('unwaive', fieldsOf(call, WAIVER_FIELDS)) }),
    },
    {
      ...common('/api/v1/alarms/{id}/close', 'Closes an open alarm by hand'),
      parameters: QUERY_PARAMETERS.alarm,
      body: 'CloseRequest',
      refuses: [...REFUSES, 'already-ended'],
      async handle(call) {
        const said = fieldsOf(call, ['reason', 'by']);
        const { flow, key, id } = await openAlarm(reader, call.values.text('id') ?? '');
        return json(202, { id: await intake.accept('close', { ...said, flow, key, alarm: id }) });
      },
    },
  ];
}

const REFUSES = ['not-found', 'too-large', 'unsupported-media-type', 'act-refused', 'unavailable'] as const;

function common(path: string, summary: string): Omit<Route, 'handle'> {
  return {
    method: 'POST',
    path,
    permission: 'write',
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

/** The fields of a JSON object that may have only these. */
function fieldsOf({ headers, body }: Call, names: readonly string[]): Readonly<Record<string, unknown>> {
  checkContentType(headers, [TYPE]);
  const value = jsonOf(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal('act-refused', `the body is no JSON object; send one with ${names.join(', ')}`);
  const fields = new Map<string, unknown>(Object.entries(value));
  const errors = [...fields.keys()]
    .filter((name) => !names.includes(name))
    .map((name) => ({ path: shown(name), message: unknownField(name, names) }));
  if (errors.length > 0) throw new Refusal('act-refused', describe(errors), { errors });
  return Object.fromEntries(fields);
}

function unknownField(name: string, names: readonly string[]): string {
  const near = closest(name, names);
  return near === null ? `is not known here; known are ${names.join(', ')}` : `did you mean ${near}?`;
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
