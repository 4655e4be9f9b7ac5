/** The JSON Schemas of what operators do: what they send, and how it is shown. */
import type { JsonSchema } from './route.ts';
import { day, flag, list, record, text, textOrNull, time } from './schema-parts.ts';

const name = { type: 'string', minLength: 1, maxLength: 128, description: 'the name of the person' };
const reason = { type: 'string', minLength: 1, maxLength: 500 };

export const corrected = { ...flag, description: 'a late event has proved an alarm wrong' };

const waiverFields = {
  step: { ...textOrNull, description: 'null: all of it' },
  by: text,
  reason: text,
  at: time,
};

/** What an operator has excused of an instance. */
export const waiver = record(waiverFields);

/** By name, as part of `#/components/schemas`. */
export const ACT_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  Waivers: record({ items: list(record({ flow: text, key: text, tradingDay: text, ...waiverFields })) }),
  WaiverRequest: record(
    {
      flow: text,
      day: { ...day, description: 'the trading day; or give the key' },
      key: { type: 'string', minLength: 1, maxLength: 256 },
      step: { ...text, description: 'left out: all of the flow' },
      reason,
      by: name,
    },
    ['day', 'key', 'step'],
  ),
  CloseRequest: record({ reason, by: name }),
  Act: record({ id: { ...text, description: 'by which it is known in the journal and among the rejected' } }),
};
