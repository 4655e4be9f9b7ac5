/** The JSON Schemas of everything the API answers with, by name, as they stand in the OpenAPI document. */
import { ACT_SCHEMAS, corrected, waiver } from './act-schemas.ts';
import { CAUSES, HAPPENINGS, REASONS } from './explain-kinds.ts';
import { LOOK_SCHEMAS } from './look-schemas.ts';
import type { JsonSchema } from './route.ts';
import {
  count,
  day,
  flag,
  list,
  open,
  page,
  record,
  reference,
  text,
  textOrNull,
  time,
  timeOrNull,
  title,
} from './schema-parts.ts';
import { handling, history, TELLING_SCHEMAS } from './telling-schemas.ts';
import { VIEW_SCHEMAS } from './view-schemas.ts';

const value = { type: ['string', 'number', 'boolean', 'null'] };

const status = { type: 'string', enum: ['expected', 'running', 'committed', 'failed', 'abandoned'] };
const health = { type: 'string', enum: ['normal', 'running', 'warning', 'critical', 'unknown'] };
const stepKind = { type: 'string', enum: ['checkpoint', 'flow', 'gate'] };
const stepStatus = {
  type: 'string',
  enum: ['idle', 'active', 'running', 'committed', 'failed', 'withdrawn'],
};
const severity = { type: 'string', enum: ['info', 'warning', 'critical'] };
const source = {
  type: 'string',
  enum: [
    'start-timeout',
    'deadline',
    'timer',
    'expression',
    'illegal-state',
    'out-of-order',
    'loop-limit',
    'dead-end',
    'exception',
    'threshold',
    'stale',
    'expression-error',
  ],
};

const problem = record({ path: text, message: text });
const lineProblem = record({ path: text, message: text, line: { type: 'integer', minimum: 1 } }, ['line']);
const namedValue = record({ name: text, value });

const dayCounts = record({
  day,
  counts: record({
    expected: count,
    running: count,
    committed: count,
    failed: count,
    abandoned: count,
  }),
  health: { type: ['string', 'null'], enum: [...health.enum, null] },
});

const flowFields = {
  name: text,
  title,
  group: textOrNull,
  calendar: text,
  zone: text,
  key: { ...textOrNull, description: 'key of an event that has none' },
  start: {
    type: ['object', 'null'],
    description: 'when an instance is expected, with the due time of today',
  },
  deadline: { type: ['object', 'null'] },
  nestedIn: { ...list(text), description: 'flows that have it as a step' },
  today: dayCounts,
};

const instanceFields = {
  flow: text,
  key: text,
  status,
  health,
  deviated: { ...flag, description: 'whether reality left the definition' },
  openAlarms: count,
  group: textOrNull,
  tradingDay: text,
  startedAt: timeOrNull,
  endedAt: timeOrNull,
  updatedAt: time,
  revision: { ...text, description: 'revision of the definitions it started with' },
};

const rejectedFields = {
  id: text,
  subject: text,
  reason: text,
  headers: { type: 'object', additionalProperties: text },
  receivedAt: time,
  resentAt: timeOrNull,
  bytes: count,
  text: { ...text, description: 'the payload, U+FFFD in place of bytes that are no UTF-8' },
  cut: { ...flag, description: 'whether `text` is only the beginning' },
};

/** Everything by its name in `#/components/schemas`. */
export const SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  ...ACT_SCHEMAS,
  ...LOOK_SCHEMAS,
  ...VIEW_SCHEMAS,
  ...TELLING_SCHEMAS,
  Problem: record(
    {
      type: text,
      title: text,
      status: { type: 'integer' },
      detail: text,
      instance: text,
      errors: list(lineProblem),
    },
    ['errors'],
  ),
  FlowPage: record({ revision: text, items: list(record({ ...flowFields, steps: count })) }),
  Flow: open({
    ...flowFields,
    revision: text,
    steps: list(open({ name: text, kind: stepKind })),
    connectors: list(
      record({ from: text, to: text, when: textOrNull, limit: { type: ['integer', 'null'] } }),
    ),
    graph: reference('Graph'),
    views: {
      ...list(
        record({
          name: text,
          title,
          whole: { ...flag, description: 'it shows the flow, by itself or with its group' },
          steps: { ...list(text), description: 'the steps that it shows' },
        }),
      ),
      description: 'the business views that show it',
    },
  }),
  InstancePage: page(record(instanceFields)),
  Instance: open({
    ...instanceFields,
    steps: {
      type: 'object',
      description: 'by name',
      additionalProperties: open({
        status: stepStatus,
        state: textOrNull,
        visits: count,
        activatedAt: timeOrNull,
        endedAt: timeOrNull,
        params: { type: 'object', additionalProperties: value },
      }),
    },
    corrected,
    waivers: list(waiver),
    visits: {
      ...list(
        open({
          step: text,
          visit: { type: 'integer', minimum: 1 },
          status: stepStatus,
          state: textOrNull,
          activatedAt: timeOrNull,
          endedAt: timeOrNull,
          waived: { ...flag, description: 'passed without having reported, because it was excused' },
        }),
      ),
      description: 'every attempt at every step, the latest last; at most twenty earlier ones of each',
    },
  }),
  Graph: open({
    flow: text,
    key: textOrNull,
    nodes: list(
      open({
        id: text,
        title,
        kind: stepKind,
        nested: {
          ...open({
            flow: text,
            entries: { ...count, description: 'how many instances it has' },
            counts: {
              ...list(open({ status, health, count })),
              description: 'how many of those heard of have which status and health',
            },
            keys: {
              ...list(text),
              description: 'of its instances; at most a hundred, those in trouble first',
            },
            children: {
              ...list(open({ key: text, status, health })),
              description: 'those of these keys that were heard of; all are in /instances?flow=',
            },
          }),
          type: ['object', 'null'],
          description: 'the nested flow and its instances',
        },
        status: { ...stepStatus, type: ['string', 'null'], enum: [...stepStatus.enum, null] },
        state: textOrNull,
        visits: count,
        activatedAt: timeOrNull,
        endedAt: timeOrNull,
        alarms: list(open({ id: text, name: text, severity, text })),
        timers: list(open({ name: text, due: time })),
      }),
    ),
    edges: list(open({ id: text, from: text, to: text, when: textOrNull, taken: count })),
  }),
  Explanation: record({
    flow: text,
    title,
    key: text,
    tradingDay: text,
    zone: text,
    asOf: time,
    status,
    health,
    startedAt: timeOrNull,
    endedAt: timeOrNull,
    deviations: list(open({ rule: text, step: textOrNull, at: time, detail: text })),
    chapters: {
      ...list(reference('Chapter')),
      description: 'the instance itself, then its steps; only one where a step was asked for',
    },
    asStored: {
      ...flag,
      description:
        'whether the journal comes to the instance that is stored; false where a part of it is gone',
    },
  }),
  Chapter: record({
    step: { ...textOrNull, description: 'null: the instance itself' },
    status: { type: 'string', enum: [...new Set([...status.enum, ...stepStatus.enum])] },
    state: textOrNull,
    visits: count,
    story: list(
      record({
        at: time,
        cause: open({ kind: { type: 'string', enum: CAUSES } }),
        happenings: list(open({ kind: { type: 'string', enum: HAPPENINGS } })),
      }),
    ),
    alarms: list(
      open({
        name: text,
        source,
        severity,
        text,
        count,
        raisedAt: time,
        clearedAt: timeOrNull,
        clearedBy: textOrNull,
        why: open({
          rule: textOrNull,
          expression: textOrNull,
          values: { type: 'object', additionalProperties: value },
          event: open({ id: textOrNull, name: text, at: time }),
          due: timeOrNull,
        }),
      }),
    ),
    silences: {
      ...list(
        record({
          alarm: text,
          event: { ...text, description: 'the event that would have raised it' },
          place: { ...text, description: '`file:line:col`' },
          reason: open({ kind: { type: 'string', enum: REASONS } }),
        }),
      ),
      description: 'alarms that could have been raised and were not, each with the reason',
    },
  }),
  AcceptedEvent: record({
    id: text,
    flow: text,
    key: text,
    step: textOrNull,
    event: text,
    time,
    receivedAt: time,
    content: { type: 'object', description: 'the event in its native form' },
  }),
  EventPage: page(reference('AcceptedEvent')),
  Day: record({
    day,
    asOf: time,
    rows: list(
      open({
        flow: text,
        title,
        group: textOrNull,
        key: textOrNull,
        status: {
          type: 'string',
          enum: [
            'not-due',
            'waiting',
            'running',
            'on-time',
            'late',
            'failed',
            'excused',
            'missing',
            'unknown',
          ],
        },
        late: flag,
        health,
        deviated: flag,
        corrected,
        waivers: list(waiver),
        waitingFor: list(
          open({ step: { ...textOrNull, description: 'null: for its start' }, title, since: time }),
        ),
        underWay: list(open({ step: text, title, since: time })),
        startDue: timeOrNull,
        deadline: timeOrNull,
        startedAt: timeOrNull,
        endedAt: timeOrNull,
        openAlarms: count,
        many: {
          ...record({ expected: count, running: count, committed: count, failed: count, abandoned: count }),
          type: ['object', 'null'],
          description:
            'of a flow with many instances on the day: how many have which status; the worst of them have rows of their own. null: a row of one instance',
        },
      }),
    ),
  }),
  AlarmPage: page(reference('Alarm')),
  Alarm: record(
    {
      id: text,
      flow: text,
      key: text,
      step: textOrNull,
      name: text,
      source,
      severity,
      group: textOrNull,
      tradingDay: text,
      text,
      count,
      open: flag,
      late: { ...flag, description: 'decided long after it was due, because nothing was running then' },
      raisedAt: time,
      lastAt: time,
      clearedAt: timeOrNull,
      clearedBy: textOrNull,
      why: record({
        rule: { ...textOrNull, description: '`file:line:col`' },
        cause: text,
        expression: textOrNull,
        values: list(namedValue),
        event: open({ id: textOrNull, event: text, step: textOrNull, time, params: list(namedValue) }),
        due: timeOrNull,
      }),
      handling,
      consequences: { ...count, description: 'with `fold` only: how many of the list are its consequences' },
      history: { ...history, description: 'of one alarm only' },
    },
    ['consequences', 'history'],
  ),
  Intake: record({
    accepted: count,
    rejected: list(record({ line: { type: 'integer', minimum: 1 }, problems: list(problem) })),
  }),
  RejectedPage: page(record(rejectedFields)),
  Rejected: record({ ...rejectedFields, base64: text }),
  Resent: record({ id: text, accepted: count, resentAt: time }),
  Liveness: record({ live: flag }),
  Readiness: record({ ready: flag, checks: list(record({ name: text, ok: flag, detail: text })) }),
  Event: open(
    {
      id: { type: 'string', minLength: 1, maxLength: 128 },
      flow: text,
      key: { type: 'string', minLength: 1, maxLength: 256 },
      step: text,
      event: { type: 'string', enum: ['activated', 'state', 'params', 'exception', 'committed'] },
      time: { ...time, description: 'RFC 3339 with an offset' },
      state: text,
      params: { type: 'object', additionalProperties: value, maxProperties: 64 },
      message: text,
      source: text,
    },
    ['key', 'step', 'state', 'params', 'message', 'source'],
  ),
};
