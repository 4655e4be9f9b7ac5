/** The JSON Schemas of what looks back and of what searches. */
import type { JsonSchema } from './route.ts';
import {
  count,
  day,
  flag,
  list,
  open,
  record,
  reference,
  text,
  textOrNull,
  time,
  timeOrNull,
} from './schema-parts.ts';

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
  Playback: record({
    begin: reference('Graph'),
    asStored: {
      ...flag,
      description:
        'whether the journal comes to the instance that is stored; false where a part of it is gone',
    },
    frames: list(
      record({
        at: time,
        cause: open({ kind: text }),
        status: text,
        health: text,
        state: textOrNull,
        nodes: {
          ...list(open({ id: text })),
          description: 'those of the graph that changed, as they are from then on',
        },
        edges: { ...list(open({ id: text, taken: count })), description: 'those that changed' },
        evaluations: list(
          record({
            edge: text,
            expression: text,
            values: { type: 'object', description: 'what went into it, by name' },
            value: { type: ['boolean', 'string', 'number', 'null'] },
            error: textOrNull,
          }),
        ),
      }),
    ),
  }),
  SearchHits: record({
    items: list(
      open({
        kind: { type: 'string', enum: ['flow', 'view', 'step', 'instance', 'alarm'] },
        flow: { ...textOrNull, description: 'null for a view' },
        view: textOrNull,
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
