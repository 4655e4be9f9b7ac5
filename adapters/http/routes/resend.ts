import { formatTime, shown } from '../../../checkpoints/index.ts';
import { ACT_SUBJECT, type Reader, type RejectedEntry } from '../../../engine/index.ts';
import type { ActIntake } from '../act-intake.ts';
import { type EventIntake, eventsRefused } from '../event-intake.ts';
import { QUERY_PARAMETERS } from '../query-parameters.ts';
import { Refusal } from '../refusal.ts';
import { type Call, json, jsonAnswer, type Route } from '../route.ts';
import { EVENT_TYPES, eventHeaders } from './events.ts';

interface ResendOptions {
  readonly reader: Reader;
  readonly intake: EventIntake;
  readonly acts: ActIntake;
  readonly now: () => number;
}

/** Where a rejected message is sent once more, as it came or corrected. */
export function resendRoute({ reader, intake, acts, now }: ResendOptions): Route {
  return {
    method: 'POST',
    path: '/api/v1/rejected/{id}/resend',
    permission: 'operate',
    act: 'resend',
    summary: 'Sends a rejected message again: as it came, or the corrected one that is the body',
    parameters: QUERY_PARAMETERS.rejectedOne,
    accepts: EVENT_TYPES,
    bodyRequired: false,
    answers: { 202: jsonAnswer('Its events are safe in the stream', 'Resent') },
    refuses: [
      'not-found',
      'already-resent',
      'too-large',
      'unsupported-media-type',
      'events-refused',
      'act-refused',
      'unavailable',
    ],
    async handle(call) {
      const id = call.values.text('id') ?? '';
      const entry = await reader.rejectedOne(id);
      if (entry === null)
        throw new Refusal(
          'not-found',
          `there is no rejected message "${shown(id)}"; list them with GET /api/v1/rejected`,
        );
      if (entry.resentAt !== null)
        throw new Refusal(
          'already-resent',
          `it was sent again at ${formatTime(entry.resentAt)}; to send it once more, post it to /api/v1/events`,
        );
      const accepted = entry.subject.startsWith(`${ACT_SUBJECT}.`)
        ? await resendAct(acts, call, entry.payload)
        : await resendEvents(intake, call, entry);
      const resentAt = now();
      // sent before it is marked: after a crash in between it can be sent again, and the engine takes it once
      await reader.markResent(id, resentAt);
      return json(202, { id, accepted, resentAt: formatTime(resentAt) });
    },
  };
}

async function resendEvents(
  intake: EventIntake,
  call: Call,
  { payload, headers }: RejectedEntry,
): Promise<number> {
  const { accepted, rejected } =
    call.body.length > 0
      ? await intake.resend(call.body, eventHeaders(call))
      : await intake.resend(payload, headers);
  if (accepted > 0) return accepted;
  throw eventsRefused(rejected, 'nothing was sent; send the corrected event as the body of this request');
}

/** An operator's act, which is JSON whatever the header says. */
async function resendAct(acts: ActIntake, { body }: Call, payload: Uint8Array): Promise<number> {
  await acts.resend(jsonOf(body.length > 0 ? body : payload));
  return 1;
}

function jsonOf(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(payload));
  } catch {
    return undefined;
  }
}
