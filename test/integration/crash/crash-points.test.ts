import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureStream } from '../../../adapters/nats/stream.ts';
import { FAIL_POINTS, type FailPoint } from '../../../engine/index.ts';
import { startTestNats, type TestNats } from '../../servers/nats.ts';
import { startTestPostgres, type TestPostgres } from '../../servers/postgres.ts';

// A worker with a real nats-server and a real PostgreSQL kills itself at every passage of every fail point, and another one
// goes on. What is in the database in the end must be what a worker wrote that was never killed.

const FLOWS = `
flow: order
key: "o-{tradingDay}"
deadline: { in: 30m }
steps:
  take:
    states: { new: [checked], checked: [packed], packed: [] }
    params: { IN: { type: number, default: 0 }, OUT: { type: number, default: 0 }, LOSS: { type: number, value: IN - OUT } }
    timers: { slow: { after: activated, in: 5m, until: committed } }
    on: { params: { when: LOSS > 5, do: { alarm: loss, severity: critical, text: "{LOSS} of {IN}" } } }
  parts: { flow: part, each: [a, b] }
  done: {}
connectors: [{ from: take, to: parts }, { from: parts, to: done }]
on: { committed: { do: { publish: order.done, data: { key: "{flow.key}" } } } }
---
flow: part
deadline: { in: 10m }
steps: { cut: {}, glue: {} }
connectors: [{ from: cut, to: glue }]
---
flow: mixed
disorder: 1m
steps: { one: {}, two: {} }
connectors: [{ from: one, to: two }]
---
flow: after
start: { after: order, in: 5m }
steps: { only: {} }
`;

const BEGUN = Date.now() - 7_200_000;
const at = (minutes: number) => new Date(BEGUN + minutes * 60_000).toISOString();

/** Messages with one event each, or several, or none that can be read. */
const MESSAGES: readonly (readonly unknown[])[] = [
  [{ id: '1', flow: 'order', key: 'o-1', step: 'take', event: 'activated', time: at(0) }],
  [
    {
      id: '2',
      flow: 'order',
      key: 'o-1',
      step: 'take',
      event: 'params',
      time: at(1),
      params: { IN: 9, OUT: 1 },
    },
  ],
  [{ id: '1', flow: 'mixed', key: 'm-1', step: 'two', event: 'committed', time: at(2) }],
  ['not json'],
  [
    { id: '3', flow: 'order', key: 'o-1', step: 'take', event: 'committed', time: at(7), state: 'checked' },
    { id: '1', flow: 'part', key: 'o-1/a', step: 'cut', event: 'committed', time: at(8) },
  ],
  [
    {
      id: '2',
      flow: 'order',
      key: 'o-1',
      step: 'take',
      event: 'params',
      time: at(1),
      params: { IN: 9, OUT: 1 },
    },
  ],
  [{ id: '2', flow: 'part', key: 'o-1/a', step: 'glue', event: 'committed', time: at(9) }],
  [{ id: '1', flow: 'part', key: 'o-1/b', step: 'glue', event: 'committed', time: at(10) }],
  [{ id: '2', flow: 'mixed', key: 'm-1', step: 'one', event: 'committed', time: at(1.5) }],
  [{ id: '2', flow: 'part', key: 'o-1/b', step: 'cut', event: 'committed', time: at(11) }],
  [{ id: '4', flow: 'order', key: 'o-1', step: 'done', event: 'committed', time: at(12) }],
  [{ id: '9', flow: 'nobody', key: 'x', step: 'y', event: 'committed', time: at(13) }],
  [{ id: '1', flow: 'order', key: 'o-2', step: 'done', event: 'committed', time: at(14) }],
];

let nats: TestNats;
let postgres: TestPostgres;
let cache = '';
let calm: Kept;

beforeAll(async () => {
  cache = mkdtempSync(join(tmpdir(), 'milepost-crash-'));
  [nats, postgres] = await Promise.all([startTestNats(), startTestPostgres()]);
  const nc = await nats.connect();
  await ensureStream(await nc.jetstreamManager());
  for (const lines of MESSAGES) {
    const payload = lines
      .map((line: unknown) => (typeof line === 'string' ? line : JSON.stringify(line)))
      .join('\n');
    await nc.jetstream().publish('milepost.checkpoint.crash.test', payload);
  }
  const { ended, kept, passages } = await run(null);
  expect(ended).toBe('done');
  expect(passages).toBe(0);
  calm = kept;
});
afterAll(async () => {
  await nats?.stop();
  await postgres?.stop();
  rmSync(cache, { recursive: true, force: true });
});

type Kept = Readonly<Record<string, readonly Record<string, unknown>[]>>;

/** Everything that must be the same, without the times at which rows were written. */
async function read(database: string): Promise<Kept> {
  const all = (text: string) => postgres.run(text, database);
  return {
    instances: await all(
      `select flow, key, status, health, deviated, started_at, ended_at, open_alarms, snapshot
         from milepost.instances order by flow, key`,
    ),
    alarms: await all(
      `select id, severity, text, count, raised_at, last_at, cleared_at, cleared_by, late, why
         from milepost.alarms order by id`,
    ),
    journal: await all('select place, flow, key, id, digest, event from milepost.journal order by place'),
    rejected: await all('select id, reason from milepost.rejected order by id'),
    published: await all(`select subject, body from milepost.changes where kind = 'publish' order by id`),
    told: await all(
      `select subject, body, count(*)::int as times from milepost.changes where kind = 'alarm' group by subject, body order by body`,
    ),
    held: await all('select root, events from milepost.held order by root'),
  };
}

interface Kill {
  readonly point: FailPoint;
  readonly passage: number;
  readonly how?: 'kill' | 'hog' | number;
}

function order(kill: Kill | null, database: string): string {
  const url = new URL(nats.url);
  return JSON.stringify({
    database,
    nats: { servers: url.host, user: url.username, pass: url.password },
    definitions: FLOWS,
    revision: 'r1',
    last: MESSAGES.length,
    kill: kill === null ? null : { how: 'kill', ...kill },
  });
}

function start(kill: Kill | null, database: string, ...flags: string[]) {
  return spawn(
    process.execPath,
    [...flags, join(import.meta.dirname, 'crash-child.ts'), order(kill, database)],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: cache },
    },
  );
}

/** A worker, killed or not, on a database of its own or one that another has left. */
async function run(
  kill: Kill | null,
  given?: string,
): Promise<{ ended: 'killed' | 'done'; passages: number; database: string; kept: Kept }> {
  const database = given ?? (await postgres.database());
  const child = start(kill, database);
  let out = '';
  let err = '';
  child.stdout.on('data', (bytes) => (out += bytes));
  child.stderr.on('data', (bytes) => (err += bytes));
  const [code, signal] = await once(child, 'exit');
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(`the worker ended with ${code ?? signal}: ${err}`);
  const ended = signal === 'SIGKILL' ? 'killed' : 'done';
  const passages: unknown = ended === 'done' ? JSON.parse(out).passages : 0;
  return { ended, passages: Number(passages), database, kept: ended === 'done' ? await read(database) : {} };
}

/** Passed only where there are several partitions. */
const ELSEWHERE: readonly FailPoint[] = ['beforePassOn'];
/** Passed only by a worker that comes back to a journal. */
const COMING_BACK: readonly FailPoint[] = ['duringRecovery'];

describe('rows 1 to 4 and 8: a worker that is killed', () => {
  const points = FAIL_POINTS.filter((point) => !ELSEWHERE.includes(point) && !COMING_BACK.includes(point));

  it.each(points)(
    'at %s, at each of its passages, leaves nothing out and does nothing twice',
    { timeout: 300_000 },
    async (point) => {
      let passage = 1;
      for (; ; passage++) {
        const first = await run({ point, passage });
        if (first.ended === 'done') break;
        const second = await run(null, first.database);
        expect(second.kept, `${point}, passage ${passage}`).toEqual(calm);
      }
      expect(passage).toBeGreaterThan(1);
    },
  );

  it('again and again, also while it comes back', { timeout: 300_000 }, async () => {
    const { database } = await run({ point: 'afterCommit', passage: 2 });
    expect((await run({ point: 'duringRecovery', passage: 1 }, database)).ended).toBe('killed');
    expect((await run({ point: 'afterRecovery', passage: 1 }, database)).ended).toBe('killed');
    expect((await run({ point: 'afterCommit', passage: 1 }, database)).ended).toBe('killed');
    expect((await run({ point: 'beforeSettle', passage: 1 }, database)).ended).toBe('killed');
    expect((await run(null, database)).kept).toEqual(calm);
  });
});

describe('a worker that is not killed from outside', () => {
  it('row 11: but has no memory left, is gone and loses nothing', async () => {
    const database = await postgres.database();
    const child = start(
      { point: 'afterDecide', passage: 2, how: 'hog' },
      database,
      '--max-old-space-size=96',
    );
    const [code] = await once(child, 'exit');
    expect(code).not.toBe(0);
    expect((await run(null, database)).kept).toEqual(calm);
  });

  it('row 12: but computes for seconds while another takes its partition, writes nothing afterwards', async () => {
    const database = await postgres.database();
    const child = start({ point: 'beforeCommit', passage: 2, how: 8000 }, database);
    let out = '';
    child.stdout.on('data', (bytes) => (out += bytes));
    await expect.poll(() => out, { timeout: 30_000 }).toContain('stalled');
    const { kept } = await run(null, database);
    expect(kept).toEqual(calm);
    if (child.exitCode === null) await once(child, 'exit');
    expect(out).toContain('fenced');
    expect(await read(database)).toEqual(calm);
  });
});

describe('what the undisturbed worker wrote', () => {
  it('is worth comparing: alarms of several kinds, nested and following instances, refusals, a publication', () => {
    const names = (calm.alarms ?? []).map(({ id }) => String(id).split('/').at(-2));
    expect(names).toEqual(expect.arrayContaining(['loss', 'slow', 'out-of-order']));
    expect(calm.instances?.length).toBeGreaterThan(5);
    expect(calm.rejected).toHaveLength(2);
    expect(calm.published).toHaveLength(1);
    expect(calm.told?.every(({ times }) => times === 1)).toBe(true);
  });
});
