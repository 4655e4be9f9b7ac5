/** The JSON Schemas of business views. */
import { TONES } from '../../engine/index.ts';
import type { JsonSchema } from './route.ts';
import {
  count,
  day,
  flag,
  list,
  record,
  reference,
  text,
  textOrNull,
  time,
  timeOrNull,
  title,
} from './schema-parts.ts';

const status = { type: 'string', enum: TONES, description: '`idle`: not due yet, or not reached' };
const statusOrNull = {
  type: ['string', 'null'],
  enum: [...TONES, null],
  description: 'null: it shows nothing',
};
const counts = record(Object.fromEntries(TONES.map((tone) => [tone, count])));
const position = {
  type: ['integer', 'null'],
  minimum: 0,
  description: 'pixels; null: laid out by whoever draws it',
};
const step = {
  anyOf: [record({ name: text, title }), { type: 'null' }],
};
const named = record({ name: text, title });

export const VIEW_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  ViewPart: record({
    flow: text,
    title,
    key: { ...textOrNull, description: 'null where there is no instance yet' },
    step,
    status,
    text: { ...text, description: 'the reason in words' },
    count: { ...count, description: 'how many instances it stands for' },
    reason: record({
      kind: {
        type: 'string',
        enum: [
          ...['alarm', 'failed', 'missing', 'late', 'unknown', 'waiting', 'expected', 'running', 'done'],
          ...['not-due', 'excused', 'withdrawn', 'others'],
        ],
      },
      at: { ...timeOrNull, description: 'since when, when it ended, or when it is due' },
      step: { ...step, description: 'what the flow waits for or works on' },
      alarm: {
        anyOf: [
          record({
            id: text,
            flow: text,
            key: text,
            step: textOrNull,
            name: text,
            source: text,
            severity: text,
            text,
          }),
          { type: 'null' },
        ],
      },
      waiver: { anyOf: [record({ by: text, reason: text }), { type: 'null' }] },
    }),
  }),
  ViewPage: record({
    day,
    asOf: time,
    items: list(
      record({
        name: text,
        title,
        status: statusOrNull,
        counts: { ...counts, description: 'nodes by status' },
        worst: { anyOf: [reference('ViewPart'), { type: 'null' }] },
        nodes: count,
        parents: { ...list(text), description: 'the views that show it' },
      }),
    ),
  }),
  View: record({
    name: text,
    title,
    day,
    asOf: time,
    status: statusOrNull,
    counts: { ...counts, description: 'nodes by status' },
    worst: { anyOf: [reference('ViewPart'), { type: 'null' }] },
    parents: { ...list(named), description: 'the views that show it' },
    nodes: list(
      record({
        id: text,
        title,
        kind: { type: 'string', enum: ['flow', 'step', 'checkpoint', 'group', 'view', 'label'] },
        flow: textOrNull,
        step: textOrNull,
        checkpoint: textOrNull,
        group: textOrNull,
        view: textOrNull,
        x: position,
        y: position,
        status: statusOrNull,
        counts: { ...counts, description: 'of a view: the nodes in it; else what the node shows' },
        parts: {
          ...list(reference('ViewPart')),
          description: 'what it shows, the worst first; at most fifty',
        },
      }),
    ),
    links: list(record({ from: text, to: text, label: title })),
    notes: list(record({ text: title, x: position, y: position })),
  }),
  ViewEvents: record({
    day,
    items: list(reference('AcceptedEvent')),
    more: { ...flag, description: 'whether there are more than these' },
  }),
};
