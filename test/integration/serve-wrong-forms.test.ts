import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { JetStreamClient } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ask, killMileposts, listAll, type Milepost, readiness, startMilepost } from '../servers/milepost.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';

const SOON = { timeout: 40_000, interval: 200 };
const SUBJECT = 'milepost.checkpoint.report.a';

const folder = mkdtempSync(join(tmpdir(), 'milepost-serve-forms-'));
const flows = join(folder, 'flows.yaml');
let postgres: TestPostgres;
let nats: TestNats;
let milepost: Milepost;
let address: string;
let js: JetStreamClient;

beforeAll(async () => {
  writeFileSync(flows, FLOWS);
  postgres = await startTestPostgres();
  nats = await startTestNats();
}, 180_000);
beforeEach(async () => {
  const nc = await nats.connect();
  await (await nc.jetstreamManager()).streams.delete('MILEPOST').catch(() => undefined);
  js = nc.jetstream();
  const env = { DATABASE_URL: await postgres.database(), NATS_URL: nats.url };
  milepost = startMilepost(['up', flows, '--port', '0', '--folder', 'data'], { env, cwd: folder });
  address = await milepost.serves();
}, 60_000);
afterEach(() => killMileposts());
afterAll(async () => {
  await nats?.stop();
  await postgres?.stop();
  rmSync(folder, { recursive: true });
});

const FLOWS = `
flow: report
states: { open: [closed], closed: [] }
steps:
  write: { params: { ROWS: { type: number, default: 0 }, FINAL: { type: boolean, default: false } } }
  open: { gate: true }
  check: { flow: check }
connectors: [{ from: write, to: open }, { from: open, to: check }]
---
flow: check
steps: { look: {} }
`;

type Fields = Readonly<Record<string, unknown>>;

/** An event that is accepted, whatever its number. */
function good(n: number): Fields {
  const about = { id: `g${n}`, flow: 'report', key: `k${n % 7}`, step: 'write', event: 'params' };
  return { ...about, time: new Date(1_795_000_000_000 + n).toISOString(), params: { ROWS: n } };
}

const REQUIRED = ['id', 'flow', 'key', 'step', 'event', 'time'];
const withField = (name: string, values: readonly unknown[]) =>
  fc.constantFrom(...values).map((value) => (event: Fields) => ({ ...event, [name]: value }));
const asText = (change: fc.Arbitrary<(event: Fields) => Fields>) =>
  change.map((apply) => (event: Fields) => JSON.stringify(apply(event)));
const noText = [5, true, [], {}, '', ['write'], { a: 1 }, 1e308];

/** Ways to make an event into what no Milepost could accept. */
const BREAKING: readonly fc.Arbitrary<(event: Fields) => string | Uint8Array>[] = [
  asText(
    fc
      .constantFrom(...REQUIRED)
      .map(
        (name) => (event) => Object.fromEntries(Object.entries(event).filter(([other]) => other !== name)),
      ),
  ),
  ...REQUIRED.map((name) => asText(withField(name, noText))),
  asText(withField('flow', ['none', 'Report', 'report ', '__proto__', 'constructor', 'toString'])),
  asText(withField('step', ['none', 'Write', 'open', 'check', '__proto__', 'write ', 'hasOwnProperty'])),
  asText(
    withField('event', ['created', 'timer', 'start-timeout', 'deadline', 'withdrawn', 'Committed', 'x']),
  ),
  asText(
    withField('time', [
      'yesterday',
      '2026-13-01T00:00:00Z',
      '2026-02-30T00:00:00Z',
      '2026-11-23T00:00:00',
      '0',
    ]),
  ),
  asText(withField('key', ['a//b', '/a', 'a/', '/', 'k'.repeat(257)])),
  asText(withField('id', ['i'.repeat(129)])),
  asText(withField('state', [5, {}, [], true])),
  asText(withField('message', [5, {}, [], 'm'.repeat(70_000)])),
  asText(withField('params', [5, 'x', [], true, { ROWS: 'many' }, { FINAL: 1 }, { ROWS: [] }, { ROWS: {} }])),
  fc.integer({ min: 65, max: 90 }).map((count) => (event: Fields) => {
    const params = Object.fromEntries(Array.from({ length: count }, (_, index) => [`P${index}`, index]));
    return JSON.stringify({ ...event, params });
  }),
  fc.double({ min: 0.01, max: 0.99, noNaN: true }).map((share) => (event: Fields) => {
    const text = JSON.stringify(event);
    return text.slice(0, Math.max(1, Math.floor(text.length * share)));
  }),
  fc
    .constantFrom('', ' ', 'null', '42', '"event"', '{}', '[]', 'x', '{"a"}', '['.repeat(30_000))
    .map((text) => () => text),
  fc
    .constantFrom('{"a":'.repeat(9_000), `{"id":${'9'.repeat(400)}}`, '{"__proto__":{"id":"1"}}')
    .map((text) => () => text),
  fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) => () => {
    // no line ends, which would make several of it, and no UTF-8 at its beginning
    return Uint8Array.from([0xff, ...bytes.map((byte) => (byte === 10 || byte === 13 ? 0x80 : byte))]);
  }),
  asText(fc.constant((event) => ({ ...event, specversion: '1.0', type: 'milepost.checkpoint.params' }))),
  asText(fc.constant((event) => ({ ...event, specversion: '0.3', source: 's', subject: 'report/a/write' }))),
];

test('rows 29 to 32: a thousand wrong forms are each kept with their reason, and every good event between them is applied', async () => {
  const breaks = fc.sample(fc.oneof(...BREAKING), { numRuns: 1_000, seed: 20_261_123 });
  const wrong = breaks.map((apply, n) => Buffer.from(apply({ ...good(n), id: `w${n}` })));
  const right: string[] = [];
  for (let n = 0; n < wrong.length; n += 50) {
    const chunk: (Uint8Array | string)[] = [];
    for (const [index, bytes] of wrong.slice(n, n + 50).entries()) {
      chunk.push(bytes);
      if (index % 5 !== 0) continue;
      const event = good(n + index);
      right.push(`${event.key} ${event.id}`);
      chunk.push(JSON.stringify(event));
    }
    await Promise.all(chunk.map((payload) => js.publish(SUBJECT, payload)));
  }
  await expect
    .poll(async () => (await listAll(address, '/api/v1/rejected?limit=100')).length, SOON)
    .toBe(wrong.length);
  const rejected = await listAll(address, '/api/v1/rejected?limit=100');
  // a line is kept without the blanks at its end
  const shown = (bytes: Uint8Array) => new TextDecoder().decode(bytes.subarray(0, 2_048)).trimEnd();
  const kept = rejected.map(({ text }) => text.trimEnd());
  expect(kept.toSorted()).toEqual(wrong.map(shown).toSorted());
  expect(rejected.filter(({ reason }) => !/^.{10,}$/s.test(reason))).toEqual([]);
  const instances = await listAll(address, '/api/v1/instances?limit=500');
  const journals = await Promise.all(
    instances.map(async ({ flow, key }) => {
      const events = await listAll(address, `/api/v1/instances/${flow}/${key}/events?limit=500`);
      return events.map(({ id }) => `${key} ${id}`);
    }),
  );
  expect(journals.flat().toSorted()).toEqual(right.toSorted());
  expect(milepost.said('warn')).toEqual([]);
  expect(milepost.said('error')).toEqual([]);
  await expect.poll(async () => (await readiness(address)).status, SOON).toBe(200);
  const metrics = (await ask(address, '/metrics')).body;
  expect(metrics).toMatch(new RegExp(`rejected\\S* ${wrong.length}$`, 'm'));
}, 120_000);

test('an id that comes again with other content is refused, and the first one stands', async () => {
  await js.publish(SUBJECT, JSON.stringify(good(1)));
  await js.publish(SUBJECT, JSON.stringify({ ...good(1), params: { ROWS: 99 } }));
  await js.publish(SUBJECT, JSON.stringify(good(1)));
  await js.publish(SUBJECT, JSON.stringify({ ...good(8) }));
  const ids = async () =>
    (await ask(address, '/api/v1/instances/report/k1/events')).body.items?.map(
      ({ id }: { id: string }) => id,
    );
  await expect.poll(ids, SOON).toEqual(['g1', 'g8']);
  const rejected = await listAll(address, '/api/v1/rejected');
  expect(rejected.map(({ reason }) => reason)).toEqual([
    expect.stringMatching(/g1 before: give each event its own id/),
  ]);
}, 60_000);

test('one line of a batch that is wrong takes nothing from the others, and is applied once it is sent again corrected', async () => {
  const broken = JSON.stringify({ ...good(2), step: 'wrote' });
  await js.publish(SUBJECT, [JSON.stringify(good(9)), broken, JSON.stringify(good(16))].join('\n'));
  await expect.poll(async () => (await listAll(address, '/api/v1/rejected')).length, SOON).toBe(1);
  const [entry] = await listAll(address, '/api/v1/rejected');
  expect(entry).toMatchObject({
    text: broken,
    resentAt: null,
    reason: expect.stringMatching(/did you mean "write"/),
  });
  const resend = `/api/v1/rejected/${encodeURIComponent(entry.id)}/resend`;
  expect((await ask(address, resend, broken)).status).toBe(422);
  expect(await ask(address, resend, JSON.stringify(good(2)))).toMatchObject({
    status: 202,
    body: { accepted: 1 },
  });
  const ids = async () =>
    (await ask(address, '/api/v1/instances/report/k2/events')).body.items?.map(
      ({ id }: { id: string }) => id,
    );
  await expect.poll(ids, SOON).toEqual(['g9', 'g16', 'g2']);
  expect((await ask(address, resend, JSON.stringify(good(2)))).status).toBe(409);
  expect((await listAll(address, '/api/v1/rejected'))[0]?.resentAt).toMatch(/Z$/);
}, 60_000);
