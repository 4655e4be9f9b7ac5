import type { Parameter, ParameterSchema } from './parameters.ts';

const STATUSES = ['expected', 'running', 'committed', 'failed', 'abandoned'] as const;
const HEALTHS = ['normal', 'running', 'warning', 'critical', 'unknown'] as const;
const SEVERITIES = ['info', 'warning', 'critical'] as const;

const NOTICE_STATES = ['owed', 'sending', 'sent', 'failed', 'unknown', 'superseded'] as const;
const NOTICE_KINDS = [
  ...(['raised', 'changed', 'repeated', 'escalated', 'assigned', 'recovered'] as const),
  ...(['flapping', 'storm', 'notify', 'undeliverable', 'trial'] as const),
] as const;

const FLOW = inPath('flow', 'name of the flow');
const KEY = inPath('key', 'key of the instance, percent-encoded as one segment: `a/b` is written `a%2Fb`');

const CURSOR = inQuery('cursor', '`next` of the page before; left out for the first page', {
  type: 'string',
  maxLength: 8192,
});

const BY_FLOW = inQuery('flow', 'only of this flow', { type: 'string', maxLength: 64 });
const BY_KEY = inQuery('key', 'only of instances with this key', { type: 'string', maxLength: 256 });
const BY_GROUP = inQuery('group', 'only of flows of this group', { type: 'string', maxLength: 256 });
const BY_DAY_OR_TODAY = inQuery('day', 'of this trading day; left out: of the one that each flow has now', {
  type: 'string',
  format: 'date',
});
const DAY_OR_TODAY = inQuery('day', 'this trading day; left out: the one that most flows are in now', {
  type: 'string',
  format: 'date',
});
const BY_DAY = inQuery('day', 'only of this trading day', { type: 'string', format: 'date' });

/** The parameters that each read takes. */
export const QUERY_PARAMETERS = {
  flows: [BY_FLOW, BY_GROUP],
  flow: [FLOW],
  instances: [
    BY_FLOW,
    inQuery('status', 'only with this status', { type: 'string', enum: STATUSES }),
    inQuery('health', 'only with this health', { type: 'string', enum: HEALTHS }),
    BY_GROUP,
    BY_DAY,
    limit(500, 100),
    CURSOR,
  ],
  instance: [FLOW, KEY],
  events: [FLOW, KEY, limit(500, 100), CURSOR],
  graph: [FLOW, KEY],
  replay: [FLOW, KEY],
  explain: [
    FLOW,
    KEY,
    inQuery('step', 'only of this step; left out: of the instance and all its steps', {
      type: 'string',
      maxLength: 64,
    }),
  ],
  day: [{ ...inPath('day', 'a trading day, YYYY-MM-DD'), schema: { type: 'string', format: 'date' } }],
  waivers: [BY_DAY_OR_TODAY, BY_FLOW],
  alarms: [
    inQuery('open', 'true: only open ones; false: only those that have ended', { type: 'boolean' }),
    inQuery('severity', 'only of this severity', { type: 'string', enum: SEVERITIES }),
    BY_GROUP,
    BY_FLOW,
    BY_KEY,
    BY_DAY,
    inQuery(
      'fold',
      'true: only those that are no consequence of another one of the list, each with how many are',
      {
        type: 'boolean',
      },
    ),
    inQuery('root', 'only the consequences of the alarm with this id; not with `fold`', {
      type: 'string',
      maxLength: 4096,
    }),
    limit(500, 100),
    CURSOR,
  ],
  alarm: [inPath('id', 'id of the alarm, percent-encoded as one segment')],
  silences: [
    inQuery('all', 'true: also those that have ended', { type: 'boolean' }),
    limit(500, 100),
    CURSOR,
  ],
  notices: [
    inQuery('channel', 'only to this channel', { type: 'string', maxLength: 64 }),
    inQuery('state', 'only in this state', { type: 'string', enum: NOTICE_STATES }),
    inQuery('kind', 'only of this kind', { type: 'string', enum: NOTICE_KINDS }),
    inQuery('thread', 'only of this trouble', { type: 'string', maxLength: 4096 }),
    inQuery('alarm', 'only those that list this alarm', { type: 'string', maxLength: 4096 }),
    limit(500, 100),
    CURSOR,
  ],
  numbers: [
    inQuery('from', 'the first trading day; left out: the last', { type: 'string', format: 'date' }),
    inQuery('to', 'the last trading day; left out: today in UTC', { type: 'string', format: 'date' }),
  ],
  acts: [limit(500, 100), CURSOR],
  act: [inPath('id', 'id of the act')],
  audit: [
    inQuery('by', 'only by the person of this name', { type: 'string', maxLength: 128 }),
    inQuery('kind', 'only of this kind, such as ack or reload', { type: 'string', maxLength: 64 }),
    inQuery('target', 'only what was done to this, such as the id of an alarm', {
      type: 'string',
      maxLength: 2048,
    }),
    limit(500, 100),
    CURSOR,
  ],
  channels: [],
  route: [
    inQuery('flow', 'the flow of the alarm', { type: 'string', maxLength: 64 }),
    inQuery('step', 'its step; left out: the flow itself', { type: 'string', maxLength: 64 }),
    inQuery('alarm', 'its name', { type: 'string', maxLength: 256 }),
    inQuery('severity', 'left out: critical', { type: 'string', enum: SEVERITIES }),
    inQuery('source', 'what raised it; left out: expression', { type: 'string', maxLength: 64 }),
    inQuery('key', 'the key of its instance; left out: the trading day', { type: 'string', maxLength: 256 }),
    inQuery('at', 'when it is raised, RFC 3339; left out: now', { type: 'string', maxLength: 64 }),
  ],
  days: [DAY_OR_TODAY],
  usual: [{ ...inPath('day', 'a trading day, YYYY-MM-DD'), schema: { type: 'string', format: 'date' } }],
  history: [
    FLOW,
    inQuery('until', 'the last trading day to look at; left out: the one that the flow is in now', {
      type: 'string',
      format: 'date',
    }),
    inQuery('days', 'how many trading days that have instances; default 20', {
      type: 'integer',
      minimum: 1,
      maximum: 60,
    }),
  ],
  views: [DAY_OR_TODAY],
  view: [inPath('view', 'name of the view'), DAY_OR_TODAY],
  viewEvents: [
    inPath('view', 'name of the view'),
    DAY_OR_TODAY,
    inQuery('node', 'only of this node; left out: of all', { type: 'string', maxLength: 64 }),
    limit(500, 100),
  ],
  search: [inQuery('q', 'a text, in any case', { type: 'string', maxLength: 256 })],
  rejected: [limit(100, 20), CURSOR],
  rejectedOne: [inPath('id', 'id of the rejected message, percent-encoded as one segment')],
} as const satisfies Record<string, readonly Parameter[]>;

export type QueryName = keyof typeof QUERY_PARAMETERS;

/** A part of the path, which is always given. */
export function inPath(name: string, description: string): Parameter {
  return { name, in: 'path', description, schema: { type: 'string', maxLength: 8192 } };
}

/** A query parameter, which may always be left out. */
export function inQuery(name: string, description: string, schema: ParameterSchema): Parameter {
  return { name, in: 'query', description, schema };
}

function limit(maximum: number, usual: number): Parameter {
  return inQuery('limit', `how many at most, up to ${maximum}`, {
    type: 'integer',
    minimum: 1,
    maximum,
    default: usual,
  });
}
