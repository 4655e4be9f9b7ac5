/** The JSON Schemas of what looks back and of what searches. */
import type { JsonSchema } from './route.ts';
import { count, day, flag, list, open, record, text, textOrNull, time, timeOrNull } from './schema-parts.ts';

const milliseconds = { type: 'integer', minimum: 0, description: 'milliseconds' };
const millisecondsOrNull = { type: ['integer', 'null'], description: 'milliseconds' };
const spans = { type: 'object', description: 'milliseconds by step', additionalProperties: milliseconds };

export const LOOK_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  TradingDay: record({
    today: day,
    day,
    isTradingDay: flag,
    previous: { type: ['string', 'null'], format: 'date' },
    next: { type: ['string', 'null'], format: 'date' },
    zone: { ...text, description: 'of the calendar that most flows have' },
    asOf: time,
  }),
  UsualDay: record({
    day,
    items: list(
      record({
        flow: text,
        of: { ...count, description: 'how many instances it is made of' },
        start: timeOrNull,
        took: millisecondsOrNull,
        steps: spans,
      }),
    ),
  }),
  History: record({
    flow: text,
    until: day,
    usual: record({ of: count, took: millisecondsOrNull, steps: spans }),
    items: list(
      open({
        key: text,
        tradingDay: text,
        steps: {
          type: 'object',
          description: 'by name',
          additionalProperties: record({
            status: text,
            visits: count,
            activatedAt: timeOrNull,
            endedAt: timeOrNull,
          }),
        },
        alarms: list(
          record({
            id: text,
            step: textOrNull,
            name: text,
            severity: text,
            raisedAt: time,
            clearedAt: timeOrNull,
          }),
        ),
      }),
    ),
  }),
  SearchHits: record({
    items: list(
      open({
        kind: { type: 'string', enum: ['flow', 'step', 'instance', 'alarm'] },
        flow: text,
        key: textOrNull,
        step: textOrNull,
        id: { ...textOrNull, description: 'of the alarm' },
        text: textOrNull,
        health: textOrNull,
        severity: textOrNull,
        open: { type: ['boolean', 'null'] },
        tradingDay: textOrNull,
      }),
    ),
  }),
};
