import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { JetStreamClient } from 'nats';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ask, killMileposts, listAll, type Milepost, startMilepost } from '../servers/milepost.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';

// Two processes see the same events, each from a server of its own; one of them is killed again and again. They must end
// equal to the byte, and these rules of the script make that exact whatever the machine does:
// 1. An event carries the time of its sending, and both servers get the same bytes.
// 2. A timer that shall run out has done so long before the next event of its instance is sent; one that shall not has
//    more than a second left when it is stopped. So it never matters whether the timer or the event is decided first.
// 3. Events of a flow with tolerance come at least a second before it ends, and are stamped half a second apart.
// The one difference that is allowed: what came due while nothing ran may be marked late.

const FLOWS = `
flow: order
deadline: { in: 60s }
steps:
  take:
    states: { new: [checked], checked: [packed], packed: [] }
    params:
      IN: { type: number, default: 0 }
      OUT: { type: number, default: 0 }
      LOSS: { type: number, value: IN - OUT }
    timers:
      quick: { after: activated, in: 200ms }
      patient: { after: activated, in: 3s, until: committed }
    on:
      timer.quick: { do: { alarm: quick, severity: info } }
      params: { when: LOSS > 5, do: { alarm: loss, severity: critical, text: "{LOSS} of {IN}" } }
  parts: { flow: part, each: [a, b] }
  done: { gate: true }
connectors:
  - { from: take, to: parts }
  - { from: parts, to: done }
---
flow: part
deadline: { in: 3s }
steps:
  cut: {}
  glue: {}
connectors: [{ from: cut, to: glue }]
---
flow: parcel
steps:
  ship: { split: event, end: true }
  returned: { timers: { unclear: { after: activated, in: 2s } } }
  lost: {}
connectors:
  - { from: ship, to: returned }
  - { from: ship, to: lost }
---
flow: mixed
disorder: 3s
steps: { one: {}, two: {}, three: {} }
connectors: [{ from: one, to: two }, { from: two, to: three }]
`;

/** One event of a story: `flow/key-suffix step event`, or a pause in ms. */
type Line = number | { readonly [field: string]: unknown };
interface Story {
  readonly lines: readonly Line[];
  /** `step name count` of every alarm that must be there in the end, open or not */
  readonly alarms: readonly string[];
}

const part = (entry: string, step: string, event: string) => ({
  flow: 'part',
  child: `/${entry}`,
  step,
  event,
});
const PARTS_IN_TIME = ['a', 'b'].flatMap((entry) => [
  part(entry, 'cut', 'activated'),
  part(entry, 'cut', 'committed'),
  part(entry, 'glue', 'committed'),
]);

const STORIES: readonly Story[] = [
  {
    lines: [{ step: 'take', event: 'committed' }, ...PARTS_IN_TIME],
    alarms: [],
  },
  {
    // the timer runs out, the loss is raised twice and then clears, a message comes twice, an illegal state
    lines: [
      { step: 'take', event: 'activated' },
      700,
      { step: 'take', event: 'params', params: { IN: 10, OUT: 2 } },
      { step: 'take', event: 'params', params: { IN: 20, OUT: 2 }, twice: true },
      { step: 'take', event: 'state', state: 'packed' },
      { step: 'take', event: 'params', params: { OUT: 20 } },
      { step: 'take', event: 'committed' },
      ...PARTS_IN_TIME,
    ],
    alarms: ['take illegal-state 1', 'take loss 2', 'take quick 1'],
  },
  {
    // a part comes before the order, one fails and is made again past its deadline, and there is no such step
    lines: [
      part('a', 'cut', 'committed'),
      { step: 'take', event: 'committed' },
      { step: 'take', event: 'polished' },
      { step: 'varnish', event: 'committed' },
      part('b', 'cut', 'exception'),
      3_700,
      part('b', 'cut', 'committed'),
      part('b', 'glue', 'committed'),
      part('a', 'glue', 'committed'),
    ],
    alarms: ['- deadline 1', 'cut exception 1', 'parts out-of-order 1'],
  },
  {
    // has ended, and yet something is due
    lines: [{ flow: 'parcel', step: 'ship', event: 'committed' }],
    alarms: ['returned unclear 1'],
  },
  {
    // told in the wrong order, and put right by the tolerance
    lines: [
      { flow: 'mixed', step: 'three', event: 'committed', before: 0 },
      { flow: 'mixed', step: 'one', event: 'committed', before: 1_500 },
      { flow: 'mixed', step: 'two', event: 'committed', before: 750 },
    ],
    alarms: [],
  },
];
const ROUNDS = 7;

/** How long after what it is killed, and how long it then stays down, ms. */
const KILLS = [
  { after: 'serves', wait: 0, down: 0 },
  { after: 'serves', wait: 250, down: 2_500 },
  { after: 'start', wait: 450, down: 0 },
  { after: 'serves', wait: 40, down: 0 },
  { after: 'serves', wait: 700, down: 700 },
  { after: 'serves', wait: 120, down: 0 },
  { after: 'start', wait: 600, down: 300 },
  { after: 'serves', wait: 400, down: 0 },
];

const SOON = { timeout: 30_000, interval: 200 };
const folder = mkdtempSync(join(tmpdir(), 'milepost-serve-killed-'));
const flows = join(folder, 'flows.yaml');
let postgres: TestPostgres;
let servers: readonly TestNats[] = [];

beforeAll(async () => {
  writeFileSync(flows, FLOWS);
  postgres = await startTestPostgres();
  servers = [await startTestNats(), await startTestNats()];
}, 180_000);
afterEach(() => killMileposts());
afterAll(async () => {
  for (const server of servers) await server.stop();
  await postgres?.stop();
  rmSync(folder, { recursive: true });
});

/** A process that always finds the same folder, database and server; it can be started again. */
async function place(nats: TestNats, data: string): Promise<() => Milepost> {
  const world = { env: { DATABASE_URL: await postgres.database(), NATS_URL: nats.url }, cwd: folder };
  return () => startMilepost(['up', flows, '--port', '0', '--folder', data], world);
}

async function tell(story: Story, key: string, streams: readonly JetStreamClient[]): Promise<void> {
  for (const [index, line] of story.lines.entries()) {
    if (typeof line === 'number') await delay(line);
    else {
      const { flow = 'order', child = '', before = 0, twice = false, ...event } = line;
      const time = new Date(Date.now() - Number(before)).toISOString();
      const body = JSON.stringify({ id: `${key}-${index}`, flow, key: `${key}${child}`, time, ...event });
      const subject = `milepost.checkpoint.${flow}.${`${key}${child}`.replace('/', '.')}`;
      for (let sent = 0; sent < (twice ? 2 : 1); sent++)
        await Promise.all(streams.map((stream) => stream.publish(subject, body)));
    }
  }
}

/** Everything that is known, without the moments at which it was received and written. */
async function picture(address: string) {
  const of = (path: string) => listAll(address, path);
  const instances = await of('/api/v1/instances?limit=500');
  const shown = await Promise.all(
    instances.map(async ({ flow, key }) => {
      const path = `/api/v1/instances/${flow}/${encodeURIComponent(key)}`;
      const { updatedAt: _, ...instance } = (await ask(address, path)).body;
      const events = await of(`${path}/events`);
      return [`${flow}/${key}`, { instance, events: events.map(({ content }) => content) }] as const;
    }),
  );
  // who was told of an alarm, and when, depends on when it was looked at: the tests of notices compare that
  const alarms = (await of('/api/v1/alarms?limit=500')).map(({ late, handling: _, ...alarm }) => ({
    ...alarm,
    lateWithoutDue: late && alarm.why.due === null,
  }));
  const rejected = (await of('/api/v1/rejected?limit=100')).map(({ reason, text }) => `${text} ${reason}`);
  return {
    instances: Object.fromEntries(shown),
    alarms: alarms.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    rejected: rejected.toSorted(),
  };
}

test('rows 1 to 4: a process that is killed at any moment ends with the instances and alarms of one that was left alone', async () => {
  const [calm, wild] = servers;
  if (calm === undefined || wild === undefined) throw new Error('two servers were started');
  const spared = (await place(calm, 'spared'))();
  const startAgain = await place(wild, 'killed');
  let milepost = startAgain();
  const address = await spared.serves();
  await milepost.serves();

  const told = new Map<string, { readonly id: string; readonly body: string }>();
  const listener = await wild.connect('listener');
  listener.subscribe('milepost.alarm.>', {
    callback: (_, message) => {
      const change = message.headers?.get('Milepost-Change') ?? '';
      const body = message.string();
      if (told.has(change)) expect(told.get(change)?.body).toBe(body);
      told.set(change, { id: JSON.parse(body).id, body });
    },
  });

  const streams = await Promise.all(servers.map(async (server) => (await server.connect()).jetstream()));
  const stories = Array.from({ length: ROUNDS }, (_, round) =>
    STORIES.map((story, kind) => ({ story, key: `${kind}-${round}`, at: round * 1_700 + kind * 250 })),
  ).flat();
  const telling = Promise.all(
    stories.map(async ({ story, key, at }) => {
      await delay(at);
      await tell(story, key, streams);
    }),
  );
  for (const { after, wait, down } of KILLS) {
    if (after === 'serves') await milepost.serves();
    await delay(wait);
    milepost.signal('SIGKILL');
    expect(await milepost.ended).toBe('SIGKILL');
    await delay(down);
    milepost = startAgain();
  }
  await telling;

  const wanted = stories
    .flatMap(({ story, key }) => story.alarms.map((alarm) => `${key} ${alarm}`))
    .toSorted();
  const summary = async () =>
    (await listAll(address, '/api/v1/alarms?limit=500'))
      .map(({ key, step, name, count }) => `${key.split('/')[0]} ${step ?? '-'} ${name} ${count}`)
      .toSorted();
  await expect.poll(summary, SOON).toEqual(wanted);
  const ended = async () =>
    (await listAll(address, '/api/v1/instances?limit=500')).filter(({ status }) => status !== 'committed');
  await expect.poll(ended, SOON).toEqual([]);

  const expected = await picture(address);
  expect(expected.rejected).toHaveLength(2 * ROUNDS);
  const again = await milepost.serves();
  await expect.poll(() => picture(again), SOON).toEqual(expected);

  // each alarm was told of, with its end last, and nothing that was decided once was told as two changes
  const last = () =>
    Object.fromEntries(
      [...told]
        .toSorted(([a], [b]) => Number(a) - Number(b))
        .map(([, { id, body }]) => [id, JSON.parse(body)]),
    );
  const ends = Object.fromEntries(
    expected.alarms.map(({ id, count, clearedAt }) => [id, expect.objectContaining({ count, clearedAt })]),
  );
  await expect.poll(last, SOON).toEqual(ends);
  const bodies = [...told.values()].map(({ body }) => body);
  expect(new Set(bodies).size).toBe(bodies.length);
}, 120_000);
