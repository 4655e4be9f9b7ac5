/** Business views through a trading day: every node is the worst of what it shows, and says what makes it so. */
import { describe, expect, test } from 'vitest';
import { parseTime } from '../../checkpoints/index.ts';
import {
  createReplay,
  createViewStatuses,
  flowsBehind,
  healthOf,
  type Part,
  type ViewStatus,
} from '../../engine/index.ts';
import { compile } from './timeline.ts';

const DAY = '2026-11-23';

const YAML = `view: day
nodes:
  outside: { label: The exchange }
  evening: { view: evening }
  funds: { group: funds }
  files: { checkpoint: file }
links: { from: outside, to: evening }
---
view: evening
nodes:
  all: { flow: settlement }
  check: { flow: settlement, step: check }
  margin: { flow: margin }
  calls: { flow: margin, step: calls }
---
checkpoint: file
timers: { slow: { after: activated, in: 10m } }
---
flow: settlement
title: Settlement
group: clearing
start: { by: "10:00" }
steps: { receive: { checkpoint: file, title: Files }, margin: { flow: margin }, check: {} }
connectors: [{ from: receive, to: margin }, { from: margin, to: check }]
---
flow: margin
group: clearing
steps: { compute: {}, calls: { as: call } }
connectors: { from: compute, to: calls }
---
flow: transfer
group: funds
start: { by: "09:00" }
deadline: { at: "12:00" }
steps: { sign-in: {}, send: { checkpoint: file } }
connectors: { from: sign-in, to: send }
---
view: morning
nodes:
  outer: { flow: outer }
  inner: { flow: inner }
  first: { flow: inner, step: first }
  second: { flow: inner, step: second }
---
flow: outer
start: { by: "08:00" }
steps: { begin: { flow: inner } }
---
flow: inner
steps: { first: {}, second: {} }
connectors: { from: first, to: second }
---
flow: query
group: funds
steps: { ask: {} }
`;

const ms = (clock: string) => Number(parseTime(`${DAY}T${clock}:00Z`));

/** `10:05 settlement receive committed`, with a key other than the day where it follows the flow after `/`. */
function line(text: string): string {
  const [clock = '', name = '', step, event] = text.split(' ');
  const [flow, key = DAY] = name.split('/');
  return JSON.stringify({ id: text, flow, key, step, event, time: `${DAY}T${clock}:00Z` });
}

const waive = (clock: string, flow: string) =>
  JSON.stringify({
    ...{ act: 'waive', id: `w ${clock}`, flow, day: DAY, reason: 'no trading', by: 'ann' },
    time: `${DAY}T${clock}:00Z`,
  });

interface Asked {
  readonly now: string;
  readonly said?: readonly string[];
  readonly view?: string;
  /** since when everything is watched */
  readonly since?: string;
}

function statusOf({ now, said = [], view = 'day', since = '00:00' }: Asked) {
  const definitions = compile(YAML);
  const replay = createReplay(definitions, { from: ms(since), until: ms(now) });
  for (const text of said) replay.line(text.startsWith('{') ? text : line(text));
  expect(replay.finish().rejected).toEqual([]);
  const found = definitions.views.get(view);
  if (found === undefined) throw new Error(`there is no view ${view}`);
  const behind = flowsBehind(definitions, [found]);
  const statuses = createViewStatuses({
    ...{ definitions, day: DAY, now: ms(now) },
    entries: [...replay.watch.instances.values()]
      .filter(({ instance, flow }) => instance.tradingDay === DAY && behind.has(flow.name))
      .map(({ flow, instance }) => ({ flow, instance, health: healthOf(instance) })),
    since: new Map([...definitions.flows.keys()].map((flow) => [flow, ms(since)])),
  });
  return { status: statuses.of(found), statuses };
}

/** Each node as `name status: what makes it so`. */
function nodesOf({ nodes }: ViewStatus): readonly string[] {
  return nodes.map(
    ({ node, status, parts: [worst] }) =>
      `${node.name} ${status}${worst === undefined ? '' : `: ${told(worst)}`}`,
  );
}

function told({ flow, key, step, reason }: Part): string {
  const place = [flow, key, step?.name].filter((each) => each !== undefined && each !== null && each !== DAY);
  const why = reason.alarm === null ? reason.kind : `${reason.alarm.name} of ${reason.alarm.flow}`;
  return [...place, why, reason.step?.name].filter((each) => each !== undefined).join(' ');
}

const EVENING = { view: 'evening' };

describe('the nodes of a view', () => {
  test.each<readonly [string, Asked, readonly string[]]>([
    [
      'are not due before anything is',
      { now: '08:00' },
      [
        'outside null',
        'evening idle: settlement not-due',
        'funds idle: transfer not-due',
        'files idle: settlement receive not-due',
      ],
    ],
    [
      'take the worst, whatever stands beside it',
      { now: '09:30', said: ['09:20 query/k1 ask committed', '09:25 query/k2 ask exception'] },
      [
        'outside null',
        'evening idle: settlement not-due',
        'funds critical: query k2 exception of query',
        'files idle: settlement receive not-due',
      ],
    ],
    [
      'tell a flow that has not started from one that is not due',
      { now: '09:30' },
      [
        'outside null',
        'evening idle: settlement not-due',
        'funds warning: transfer start-timeout of transfer',
        'files idle: settlement receive not-due',
      ],
    ],
    [
      'are late with their flow where it starts with them, and not due behind that',
      { ...EVENING, now: '10:30' },
      [
        'all warning: settlement start-timeout of settlement',
        'check idle: settlement check not-due',
        'margin idle: margin not-due',
        'calls idle: margin calls not-due',
      ],
    ],
    [
      'are late with their flow through flows that it starts with',
      { view: 'morning', now: '08:30' },
      [
        'outer warning: outer start-timeout of outer',
        'inner warning: inner start-timeout of outer',
        'first warning: inner first start-timeout of outer',
        'second idle: inner second not-due',
      ],
    ],
    [
      'show what a flow waits for, and that a nested flow is waited for',
      {
        ...EVENING,
        now: '09:50',
        said: ['09:40 settlement receive activated', '09:45 settlement receive committed'],
      },
      [
        'all waiting: settlement waiting margin',
        'check idle: settlement check not-due',
        'margin waiting: margin expected',
        'calls idle: margin calls not-due',
      ],
    ],
    [
      'show a nested flow, and its trouble in the flow that nests it and in that step only',
      {
        ...EVENING,
        now: '09:59',
        said: [
          '09:40 settlement receive committed',
          '09:50 margin compute committed',
          '09:55 margin call exception',
        ],
      },
      [
        'all critical: settlement exception of margin',
        'check idle: settlement check not-due',
        'margin critical: margin exception of margin',
        'calls critical: margin calls exception of margin',
      ],
    ],
    [
      'are done when all is done',
      {
        ...EVENING,
        now: '11:00',
        said: [
          '09:40 settlement receive committed',
          '09:50 margin compute committed',
          '09:55 margin call committed',
          '09:58 settlement check committed',
        ],
      },
      [
        'all done: settlement done',
        'check done: settlement check done',
        'margin done: margin done',
        'calls done: margin calls done',
      ],
    ],
    [
      'are unknown with their steps and nested flows where nobody was watching',
      { ...EVENING, now: '11:00', since: '10:30' },
      [
        'all unknown: settlement unknown',
        'check unknown: settlement check unknown',
        'margin unknown: margin unknown',
        'calls unknown: margin calls unknown',
      ],
    ],
    [
      'are excused with what is waived, also what had failed in it',
      {
        ...EVENING,
        now: '11:00',
        said: [
          '09:40 settlement receive committed',
          '09:50 margin compute exception',
          waive('10:00', 'settlement'),
        ],
      },
      [
        'all excused: settlement excused',
        'check excused: settlement check excused',
        'margin excused: margin excused',
        'calls excused: margin calls excused',
      ],
    ],
  ])('%s', (_, asked, wanted) => {
    expect(nodesOf(statusOf(asked).status)).toEqual(wanted);
  });

  test('of a flow that did not run at all on a day that is over are critical, its steps and nested flows too', () => {
    const definitions = compile(YAML);
    const [view] = [definitions.views.get('evening')];
    if (view === undefined) throw new Error('there is no view evening');
    const statuses = createViewStatuses({
      ...{ definitions, day: DAY, now: ms('23:59') + 120_000, entries: [] },
      since: new Map([['settlement', ms('00:00')]]),
    });
    expect(nodesOf(statuses.of(view))).toEqual([
      'all critical: settlement missing',
      'check critical: settlement check missing',
      'margin critical: margin missing',
      'calls critical: margin calls missing',
    ]);
  });
});

describe('a view', () => {
  const said = [
    '08:50 transfer sign-in committed',
    '08:55 query/k1 ask committed',
    '08:55 query/k2 ask exception',
  ];

  test('is the worst of its nodes, counts them without labels, and names what makes it so', () => {
    const { status } = statusOf({ now: '09:10', said });
    expect(status.status).toBe('critical');
    expect(status.counts).toEqual({
      ...{ critical: 1, warning: 1, unknown: 0, waiting: 0, running: 0, done: 0, idle: 1, excused: 0 },
    });
    expect(status.worst && told(status.worst)).toBe('query k2 exception of query');
  });

  test('has the parts of a node worst first, and counts all of them', () => {
    const { status } = statusOf({ now: '08:58', said });
    const funds = status.nodes.find(({ node }) => node.name === 'funds');
    expect(funds?.parts.map(told)).toEqual([
      ...['query k2 exception of query', 'transfer waiting send', 'query k1 done'],
    ]);
    expect(funds?.counts).toMatchObject({ critical: 1, waiting: 1, done: 1 });
  });

  test('takes the oldest of several alarms of the worst severity as its reason', () => {
    const asked = {
      now: '12:30',
      said: ['08:50 transfer sign-in committed', '11:50 transfer sign-in exception'],
    };
    const funds = statusOf(asked).status.nodes.find(({ node }) => node.name === 'funds');
    expect(funds?.parts.map(({ reason }) => reason.alarm?.name)).toEqual(['exception', undefined]);
  });

  test('tells those in trouble of a crowd one by one, and counts the others', () => {
    const definitions = compile(YAML);
    const replay = createReplay(definitions, { from: ms('00:00'), until: ms('09:30') });
    for (const text of ['09:20 query/k1 ask exception', '09:21 query/k2 ask exception'])
      replay.line(line(text));
    replay.finish();
    const entries = [...replay.watch.instances.values()]
      .filter(({ flow }) => flow.name === 'query')
      .map(({ flow, instance }) => ({ flow, instance, health: healthOf(instance) }));
    const crowd = { flow: 'query', openAlarms: 0 };
    const statuses = createViewStatuses({
      ...{ definitions, day: DAY, now: ms('09:30'), entries, since: new Map() },
      crowds: [
        { ...crowd, status: 'failed', health: 'critical', count: 5 },
        { ...crowd, status: 'running', health: 'running', count: 90 },
        { ...crowd, status: 'committed', health: 'normal', count: 7 },
      ],
    });
    const view = definitions.views.get('day');
    const funds = view && statuses.of(view).nodes.find(({ node }) => node.name === 'funds');
    expect(funds?.counts).toMatchObject({ critical: 5, running: 90, done: 7 });
    expect(
      funds?.parts.filter(({ flow }) => flow === 'query').map((part) => `${told(part)} ${part.count}`),
    ).toEqual([
      ...['query k1 exception of query 1', 'query k2 exception of query 1', 'query others 3'],
      ...['query others 90', 'query others 7'],
    ]);
  });

  test('has its events where its parts are, by the names that events carry, each once', () => {
    const { status, statuses } = statusOf({
      ...EVENING,
      now: '09:59',
      said: ['09:40 settlement receive committed', '09:50 margin compute committed'],
    });
    const where = (...names: readonly string[]) =>
      statuses
        .eventsOf(status.nodes.filter(({ node }) => names.includes(node.name)))
        .map(({ flow, step }) => `${flow} ${step}`);
    expect(where('all')).toEqual(['settlement null', 'margin null']);
    expect(where('check')).toEqual(['settlement check']);
    expect(where('calls', 'check')).toEqual(['settlement check', 'margin call']);
    expect(where('check', 'all', 'calls', 'margin')).toEqual(['settlement null', 'margin null']);
  });
});
