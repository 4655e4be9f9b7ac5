/** `explain` over HTTP and from a log: what a running Milepost says of an instance is what a replay of its events says. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createHttp, createMetrics, engineViews, type Http } from '../../adapters/http/index.ts';
import { type MemoryStream, memoryAudit, memoryStorage, memoryStream } from '../../adapters/storage/index.ts';
import { compileDefinitions, type Definitions } from '../../definitions/index.ts';
import { ACT_SUBJECT, createWorker, type Reader, type Worker } from '../../engine/index.ts';
import { TOKEN } from '../servers/operator.ts';
import { milepost } from './cli-process.ts';
import { ask, schemaErrors } from './http-server.ts';

const YAML = `flow: settlement
key: "{tradingDay}"
start: { by: "09:00" }
deadline: { at: "12:00" }
steps:
  receive:
    states: { waiting: [received], received: [] }
    params: { PIN: { type: number }, POUT: { type: number, default: 100 } }
    timers: { stalled: { after: activated, in: 10m }, cut-off: { at: "10:00" } }
    on:
      committed:
        - when: PIN < POUT
          do: { alarm: short-transfer }
  margin: { flow: margin }
connectors: [{ from: receive, to: margin, when: state == 'received' }]
---
flow: margin
steps: { compute: { timers: { slow: { after: activated, in: 20m } } } }
---
flow: wide
steps: { all: { flow: leaf, each: [${Array.from({ length: 2000 }, (_, entry) => `e${entry}`).join(', ')}] } }
---
flow: leaf
steps: { s: {} }
`;

const KEY = '2026-11-23';
const BEGIN = '07:00';

function read(time: string): number {
  return Date.parse(`${KEY}T${time}:00.000Z`);
}

let folder: string;
let clock: number;
let stream: MemoryStream;
let worker: Worker;
let http: Http;
let reader: Reader;
let address: { readonly port: number };
let definitions: Definitions;
const log: string[] = [];
const errors: unknown[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'milepost-explain-'));
  await writeFile(join(folder, 'flows.yaml'), YAML);
  const compiled = compileDefinitions([{ file: 'flows.yaml', text: YAML }], 'aaaaaaaaaaaa');
  if (compiled.definitions === null) throw new Error(JSON.stringify(compiled.findings));
  definitions = compiled.definitions;
});

afterAll(() => rm(folder, { recursive: true }));

beforeEach(async () => {
  clock = read(BEGIN);
  log.length = 0;
  const now = () => clock;
  const storage = memoryStorage();
  stream = memoryStream(now);
  const compile = () => null;
  worker = createWorker({
    partition: '0',
    owner: 'w-1',
    store: storage.store,
    intake: stream.intake(),
    definitions,
    sources: [{ file: 'flows.yaml', text: YAML }],
    compile,
    now,
    patience: 0,
  });
  reader = { ...storage.reader };
  http = createHttp({
    ...engineViews({ reader, active: definitions, compile, now }),
    audit: memoryAudit(),
    operators: { token: TOKEN, onWrong: () => undefined },
    changes: storage.changes,
    outlet: stream.outlet,
    keepRejected: async () => undefined,
    health: () => ({ live: true, ready: true, checks: [] }),
    metrics: createMetrics(),
    onError: (error) => void errors.push(error),
  });
  address = { port: Number(new URL(await http.listen({ host: '127.0.0.1', port: 0 })).port) };
  await work(BEGIN);
});

afterEach(async () => {
  await http.close();
  await stream.close();
  expect(errors).toEqual([]);
});

/** Moves the clock there, and lets the worker do everything that there is. */
async function work(time: string): Promise<void> {
  clock = read(time);
  while ((await worker.turn()).kind === 'worked');
}

/** An event reaches the stream at the present time. */
async function send(time: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
  const text = JSON.stringify({
    id: `e${log.length + 1}`,
    flow: 'settlement',
    key: KEY,
    time: `${KEY}T${time}:00Z`,
    ...fields,
  });
  log.push(text);
  await stream.outlet.send([{ subject: 'milepost.checkpoint.x', payload: new TextEncoder().encode(text) }]);
}

/** An event happens and is read at once. */
async function report(time: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
  await work(time);
  await send(time, fields);
  await work(time);
}

async function explain(step?: string, flow = 'settlement') {
  const query = step === undefined ? '' : `?step=${step}`;
  const { status, body, text } = await ask(address, `/api/v1/instances/${flow}/${KEY}/explain${query}`);
  expect([status, status === 200 ? await schemaErrors('Explanation', body) : []], text).toEqual([200, []]);
  return body;
}

/** The reasons of one chapter, by alarm. */
// biome-ignore lint/suspicious/noExplicitAny: the answer is JSON, checked against its schema
function reasons(body: any): Readonly<Record<string, string>> {
  const { silences } = body.chapters[0];
  return Object.fromEntries(
    silences.map(({ alarm, reason }: { alarm: string; reason: { kind: string } }) => [alarm, reason.kind]),
  );
}

async function aDay(): Promise<void> {
  await report('08:55', { step: 'receive', event: 'activated' });
  await report('08:58', { step: 'receive', event: 'state', state: 'received', params: { PIN: 100 } });
  await report('09:20', { step: 'receive', event: 'committed' });
  await report('09:25', { flow: 'margin', step: 'compute', event: 'activated' });
  await report('09:50', { flow: 'margin', step: 'compute', event: 'committed' });
  await work('10:30');
}

const offline = (more: readonly string[] = []) => [
  ...['explain', 'settlement', KEY, '--definitions', 'flows.yaml', '--events', 'day.ndjson'],
  ...['--from', `${KEY}T${BEGIN}:00Z`, '--until', `${KEY}T10:30:00Z`],
  ...more,
];

test('what is explained live is what a replay of the same events explains', async () => {
  await aDay();
  await writeFile(join(folder, 'day.ndjson'), log.join('\n'));
  const { asStored, ...live } = await explain();
  expect(asStored).toBe(true);
  const replayed = await milepost(offline(['--format', 'json']), { cwd: folder });
  expect([replayed.code, replayed.err]).toEqual([0, '']);
  expect(JSON.parse(replayed.out)).toEqual(live);
  expect(live.chapters.map(({ step, status }: { step: string; status: string }) => [step, status])).toEqual([
    [null, 'committed'],
    ['receive', 'committed'],
    ['margin', 'committed'],
  ]);
});

test('the command tells the same live and from a log, in either language', async () => {
  await aDay();
  await writeFile(join(folder, 'day.ndjson'), log.join('\n'));
  const url = ['--url', `http://127.0.0.1:${address.port}`];
  for (const lang of ['en', 'zh']) {
    const live = await milepost(['explain', 'settlement', KEY, 'receive', ...url, '--lang', lang]);
    const replayed = await milepost([...offline(['--lang', lang]), 'receive'], { cwd: folder });
    expect([live.code, live.err]).toEqual([0, '']);
    expect(replayed.out).toBe(live.out);
  }
  const { out } = await milepost([...offline(), 'receive'], { cwd: folder });
  for (const line of [
    'short-transfer: on committed, PIN < POUT was false (PIN 100, POUT 100) at 09:20 [flows.yaml:12:11]',
    'stalled: stopped by receive state received (PIN 100) (event e2) at 08:58, 7m before it was due at 09:05 [flows.yaml:9:15]',
    'cut-off: due 10:00: committed at 09:20, 40m before [flows.yaml:9:55]',
    "connector to margin: state == 'received' was true (state received) [flows.yaml:15:49]",
  ])
    expect(out).toContain(line);
}, 30_000);

test('a nested instance is explained with what its parent made of it', async () => {
  await aDay();
  const body = await explain(undefined, 'margin');
  const [own, compute] = body.chapters;
  expect(own.story[0]).toMatchObject({ cause: { kind: 'expected', by: 'parent' } });
  expect(compute.alarms).toMatchObject([
    { name: 'slow', clearedBy: 'committed', why: { due: `${KEY}T09:45:00.000Z`, rule: 'flows.yaml:18:31' } },
  ]);
  expect(body.asStored).toBe(true);
});

test('an event that came after its timer ran out is told after it', async () => {
  await report('08:55', { step: 'receive', event: 'activated' });
  await work('09:10');
  await send('09:01', { step: 'receive', event: 'state', state: 'received' });
  await work('09:10');
  const body = await explain('receive');
  expect(body.asStored).toBe(true);
  const [{ story, alarms }] = body.chapters;
  expect(story.map(({ at }: { at: string }) => at.slice(11, 16))).toEqual(['08:55', '09:05', '09:01']);
  expect(alarms).toMatchObject([{ name: 'stalled', clearedBy: 'mistaken' }]);
});

test('a backlog is explained as it was decided: by the times at which it happened', async () => {
  clock = read('09:30');
  await send('08:55', { step: 'receive', event: 'activated' });
  await send('09:00', { step: 'receive', event: 'state', state: 'received', params: { PIN: 100 } });
  await send('09:10', { step: 'receive', event: 'committed' });
  worker.reset();
  await work('09:30');
  const body = await explain('receive');
  expect(body.asStored).toBe(true);
  expect(body.chapters[0].alarms).toEqual([]);
  expect(reasons(body)).toMatchObject({ stalled: 'stopped', 'short-transfer': 'false' });
});

test('an instance that never came is explained by what was due', async () => {
  await work('09:30');
  const body = await explain();
  expect(body.asStored).toBe(true);
  expect(body.chapters[0].alarms).toMatchObject([
    {
      name: 'start-timeout',
      why: {
        rule: 'flows.yaml:3:8',
        due: `${KEY}T09:00:00.000Z`,
        values: { status: 'expected' },
      },
    },
  ]);
  expect(reasons(body)).toMatchObject({ deadline: 'counting' });
});

test('what an operator waives is told with name and reason', async () => {
  await report('08:55', { step: 'receive', event: 'activated' });
  await work('09:00');
  const act = {
    ...{ act: 'waive', id: 'w1', flow: 'settlement', key: KEY, step: 'receive' },
    ...{ reason: 'bank holiday', by: 'Li', time: `${KEY}T09:00:00Z` },
  };
  const payload = new TextEncoder().encode(JSON.stringify(act));
  await stream.outlet.send([{ subject: `${ACT_SUBJECT}.settlement.x`, payload }]);
  await work('09:30');
  const body = await explain('receive');
  expect(body.asStored).toBe(true);
  expect(body.chapters[0].alarms).toEqual([]);
  expect(body.chapters[0].silences).toContainEqual(
    expect.objectContaining({
      alarm: 'stalled',
      reason: { kind: 'waived', by: 'Li', reason: 'bank holiday', at: `${KEY}T09:00:00.000Z` },
    }),
  );
});

test('an explanation says when the journal does not come to what is stored', async () => {
  await aDay();
  const { events } = reader;
  Object.assign(reader, {
    events: async (...asked: Parameters<Reader['events']>) => {
      const page = await events(...asked);
      return { ...page, items: page.items.slice(0, 1) };
    },
  });
  expect((await explain()).asStored).toBe(false);
  const url = `http://127.0.0.1:${address.port}`;
  const { code, err } = await milepost(['explain', 'settlement', KEY, '--url', url]);
  expect([code, err]).toEqual([0, expect.stringContaining('does not come to the stored instance')]);
});

test('one with thousands of relatives is refused at once, with where it can be explained', async () => {
  await report('08:00', { flow: 'leaf', key: 'k/e7', step: 's', event: 'activated' });
  let asked = 0;
  const { events } = reader;
  Object.assign(reader, { events: (...given: Parameters<Reader['events']>) => ++asked && events(...given) });
  for (const path of ['leaf/k%2Fe7/explain', 'leaf/k%2Fe7/replay', 'wide/k/explain']) {
    const { status, body } = await ask(address, `/api/v1/instances/${path}`);
    expect([status, body.detail]).toEqual([
      413,
      expect.stringMatching(/more than 2000 relatives.*from a log/),
    ]);
  }
  expect(asked).toBe(0);
});

test.each([
  [`settlement/${KEY}/explain?step=recieve`, /did you mean receive\?/],
  ['settlement/2026-11-24/explain', /there is no instance/],
  ['settlemnt/x/explain', /there is no flow.*settlement/],
])('%s is refused with what may have been meant', async (path, detail) => {
  await aDay();
  const { status, body } = await ask(address, `/api/v1/instances/${path}`);
  expect([status, body.detail]).toEqual([404, expect.stringMatching(detail)]);
});

test.each([
  [['--events', 'day.ndjson'], /--definitions is missing/],
  [['--definitions', 'flows.yaml'], /--events is missing/],
  [offline(['--url', 'http://127.0.0.1:1']).slice(3), /--url and --events exclude each other/],
  [offline(['recieve']).slice(3), /there is no step "recieve".*did you mean receive/],
])('%j is wrong use, and says the remedy', async (args, words) => {
  await writeFile(join(folder, 'day.ndjson'), '');
  const { code, err, out } = await milepost(['explain', 'settlement', KEY, ...args], { cwd: folder });
  expect([code, err, out]).toEqual([2, expect.stringMatching(words), '']);
});
