/** A relay that takes notices over HTTP, as a process of its own, before an end that answers as it is told to. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Channel, Sending } from '../../engine/index.ts';
import { ask, killMileposts, listAll, type Milepost, startMilepost } from '../servers/milepost.ts';
import { startTestPostgres } from '../servers/postgres.ts';
import { type Endpoint, startEndpoint } from './channels/endpoint.ts';
import { limit, openChannel, RECOVERED, SENDING } from './channels/sending.ts';
import { milepost } from './cli-process.ts';

const SOON = { timeout: 60_000, interval: 100 };
const SECRET = 'a secret of more than sixteen signs';

let folder: string;
let end: Endpoint;
/** how the next requests are answered: a status, or nothing at all; then `always` */
let answers: (number | 'silence')[] = [];
let always: number;
/** the test's own part of the end */
let current = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'milepost-relay-http-'));
  end = await startEndpoint((response) => {
    const how = answers.shift() ?? always;
    if (how !== 'silence') response.writeHead(how).end('{}');
  });
});
afterEach(() => {
  killMileposts();
  end.received.length = 0;
  answers = [];
  always = 200;
});
afterAll(async () => {
  await end?.stop();
  rmSync(folder, { recursive: true, force: true });
});
always = 200;

/** A document of a channel that posts to the end, by an address of its test alone: a relay before may still be heard. */
function hook(name: string, channel: string): string {
  return `channel: ${channel}\ntype: webhook\nlanguage: en\ntimeout: 60s\nsettings: { url: "${end.address}/${name}/${channel}" }\n`;
}

/** Starts a relay that keeps what it takes in the folder of this name; on any port the first time, then on the same. */
function relay(name: string, port: string | number = 0, more: readonly string[] = []): Milepost {
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, hook(name, 'desk'));
  current = name;
  const listen = ['--listen', `127.0.0.1:${port}`, '--folder', join(folder, name)];
  return startMilepost(['relay', path, ...listen, ...more], { env: { MILEPOST_RELAY_SECRET: SECRET } });
}

/** The channel inside that hands over to a relay. */
function inside(url: string, secret = SECRET, settings: Readonly<Record<string, unknown>> = {}): Channel {
  return openChannel('relay', { url, secret: { env: 'RELAY' }, ...settings }, { secrets: { RELAY: secret } });
}

/** One attempt, the second unless it is said otherwise, so that the relay is asked before it is handed anything. */
function send(channel: Channel, sending: Partial<Sending>, base: Sending = SENDING) {
  return channel.send({ ...base, at: NOW, attempt: 2, ...sending }, limit());
}

const NOW = Date.now();
const received = () => end.received.filter(({ url }) => url.startsWith(`/${current}/`));
const keys = () => received().map(({ headers }) => String(headers['idempotency-key']));
const bodies = () => received().map(({ body }) => JSON.parse(body));

test('what was taken before a kill -9 is sent by the next relay, in order, and what came of it is told', async () => {
  always = 503;
  const first = relay('killed');
  const address = await first.serves();
  const channel = inside(address);
  for (const sending of [{ id: 'k-1' }, { id: 'k-2' }])
    expect(await send(channel, sending)).toMatchObject({ kind: 'kept', after: 2000, down: null });
  expect(await send(channel, { id: 'k-3' }, RECOVERED)).toMatchObject({ kind: 'kept' });
  await expect.poll(keys, SOON).toContain('k-1');
  first.signal('SIGKILL');
  await first.ended;
  expect(await send(channel, { id: 'k-1' })).toMatchObject({ kind: 'retry' });
  end.received.length = 0;
  always = 200;
  const second = relay('killed', new URL(address).port);
  await second.serves();
  // what the first relay had on its way may still arrive
  await expect.poll(() => [...new Set(keys())], SOON).toEqual(['k-1', 'k-2', 'k-3']);
  for (const id of ['k-1', 'k-2', 'k-3'])
    await expect
      .poll(() => send(channel, { id }), SOON)
      .toEqual({ kind: 'sent', detail: `sent by the relay ${address}` });
  // only what had been tried may have arrived: the others say nothing of it
  expect(bodies().slice(-2)).toMatchObject([
    { id: 'k-2', uncertain: false },
    { id: 'k-3', uncertain: false },
  ]);
  second.signal('SIGTERM');
  expect(await second.ended).toBe(0);
}, 300_000);

test('one that was being sent when its relay was killed is sent once more, with the same id, and says so', async () => {
  answers = ['silence'];
  const first = relay('midway');
  const address = await first.serves();
  await send(inside(address), { id: 'm-1' });
  await expect.poll(keys, SOON).toEqual(['m-1']);
  first.signal('SIGKILL');
  await first.ended;
  relay('midway', new URL(address).port);
  await expect.poll(keys, SOON).toEqual(['m-1', 'm-1']);
  expect(bodies().map(({ uncertain }) => uncertain)).toEqual([false, true]);
  await expect.poll(async () => (await send(inside(address), { id: 'm-1' })).kind, SOON).toBe('sent');
  expect(keys()).toEqual(['m-1', 'm-1']);
}, 300_000);

test('what is handed over many times is sent once, by restarts too; another notice of its id is refused', async () => {
  const first = relay('twice');
  const address = await first.serves();
  const channel = inside(address);
  const many = await Promise.all(
    [1, 1, 1, 2, 2].map((attempt) => send(channel, { id: 't-1', attempt, uncertain: attempt > 1 })),
  );
  for (const { kind } of many) expect(['kept', 'sent']).toContain(kind);
  await expect.poll(async () => (await send(channel, { id: 't-1' })).kind, SOON).toBe('sent');
  first.signal('SIGTERM');
  expect(await first.ended).toBe(0);
  const second = relay('twice', new URL(address).port);
  await second.serves();
  expect((await send(channel, { id: 't-1', attempt: 1 })).kind).toBe('sent');
  expect(await send(channel, { id: 't-1', attempt: 1, at: NOW + 1 })).toMatchObject({
    kind: 'failed',
    reason: expect.stringContaining('another notice of this id'),
  });
  expect(keys()).toEqual(['t-1']);
  // handed over as one that may have been sent before, which this relay knows better
  await send(channel, { id: 't-2', uncertain: true, at: Date.now() + 1000 });
  await expect.poll(keys, SOON).toEqual(['t-1', 't-2']);
  expect(bodies()[1]).toMatchObject({ uncertain: false });
}, 300_000);

test('what its channel cannot deliver is told: what failed for good, and what waits for a channel that is down', async () => {
  answers = [400];
  always = 503;
  const running = relay('failing');
  const channel = inside(await running.serves());
  await send(channel, { id: 'f-1' });
  await expect
    .poll(() => send(channel, { id: 'f-1' }), SOON)
    .toEqual({ kind: 'failed', reason: 'relay: answered 400: {}' });
  await running.line(/given up \(failed\): answered 400/);
  expect(await send(channel, { id: 'f-2' })).toMatchObject({
    kind: 'kept',
    down: 'relay: answered 400: {}',
  });
}, 300_000);

test('what a relay cannot send over stays with who has it, until there is a document', async () => {
  const running = relay('strange');
  const channel = inside(await running.serves());
  expect(await send(channel, { id: 's-1', channel: 'nobody' })).toEqual({
    kind: 'retry',
    after: null,
    reason: expect.stringContaining('the relay has no document of channel nobody'),
  });
  writeFileSync(
    join(folder, 'strange.yaml'),
    [hook('strange', 'desk'), hook('strange', 'nobody')].join('---\n'),
  );
  running.signal('SIGHUP');
  await running.line(/are in use/);
  expect((await send(channel, { id: 's-1', channel: 'nobody' })).kind).toBe('kept');
  await expect.poll(keys, SOON).toEqual(['s-1']);
}, 300_000);

test('nothing is taken that was not signed with the secret, or is too long; neither stands in the log', async () => {
  const running = relay('guarded');
  const address = await running.serves();
  expect(await send(inside(address, 'another secret of some length'), { id: 'g-1' })).toEqual({
    kind: 'retry',
    after: null,
    reason: 'relay: it was signed with another secret',
  });
  await running.line(/a message was refused: it was signed with another secret/);
  const raw = async (body: string, signature?: string) => {
    const response = await fetch(`${address}/api/v1/relay`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(signature === undefined ? {} : { 'milepost-signature': signature }),
      },
      body,
    });
    return response.status;
  };
  expect(await raw('{}')).toBe(401);
  expect(await raw('{}', `t=1,v1=${'0'.repeat(64)}`)).toBe(401);
  expect(await raw('x'.repeat(9 * 1024 ** 2))).toBe(413);
  const long = 'x'.repeat(9 * 1024 ** 2);
  const words = { en: { subject: 's', text: long }, zh: { subject: 's', text: long } };
  expect(await send(inside(address), { id: 'g-2', words })).toMatchObject({ kind: 'failed' });
  const doctor = async (url: string, secret: string) => {
    const args = ['doctor', '--format', 'json', '--folder', join(folder, 'none'), '--relay', url];
    const { out } = await milepost(args, { env: { MILEPOST_RELAY_SECRET: secret } });
    return JSON.parse(out).checks.find(({ name }: { name: string }) => name === 'relay');
  };
  expect(await doctor(address, SECRET)).toMatchObject({ state: 'ok' });
  expect(await doctor(address, `${SECRET}!`)).toMatchObject({
    state: 'fault',
    text: expect.stringContaining('another secret'),
  });
  expect(await doctor(end.address, SECRET)).toMatchObject({
    state: 'fault',
    text: expect.stringContaining('is no relay'),
  });
  end.received.length = 0;
  expect(keys()).toEqual([]);
  expect(running.said().join('\n')).not.toContain(SECRET);
  expect(readFileSync(join(folder, 'guarded/relay-notices.ndjson'), 'utf8')).not.toContain('g-1');
  expect(statSync(join(folder, 'guarded/relay-notices.ndjson')).mode & 0o077).toBe(0);
}, 300_000);

test('a relay says what keeps it from starting, and where it is safe to be reached', async () => {
  const path = join(folder, 'start.yaml');
  writeFileSync(path, hook('start', 'desk'));
  const start = (args: readonly string[], env: Record<string, string> = {}) =>
    startMilepost(['relay', path, '--listen', '127.0.0.1:0', ...args], { env });
  const secret = join(folder, 'secret');
  writeFileSync(secret, `${SECRET}\n`);
  chmodSync(secret, 0o644);
  const own = ['--folder', join(folder, 'start')];
  const refused: readonly [Milepost, RegExp][] = [
    [start(own), /MILEPOST_RELAY_SECRET or in the file of --secret-file/],
    [start(own, { MILEPOST_RELAY_SECRET: 'short' }), /shorter than 16 characters/],
    [start([...own, '--secret-file', secret]), /can be read by others: chmod 600/],
    [start([...own, '--name', 'dmz']), /--name does not go with --listen/],
  ];
  for (const [one, words] of refused) {
    expect(await one.ended).toBe(2);
    expect(one.said().join('\n')).toMatch(words);
  }
  chmodSync(secret, 0o600);
  const first = start([...own, '--secret-file', secret]);
  const address = await first.serves();
  expect((await ask(address, '/readyz')).body.checks).toMatchObject([{ name: 'folder', ok: true }, {}]);
  const second = start([...own, '--secret-file', secret]);
  expect(await second.ended).toBe(2);
  expect(second.said().join('\n')).toMatch(/is used by process \d+/);
  first.signal('SIGKILL');
  await first.ended;
  // a line that was being written when the machine ended is left out, one in the middle is said
  const journal = join(folder, 'start/relay-notices.ndjson');
  appendFileSync(journal, '{"name":{"id":"torn"');
  const third = start([...own, '--secret-file', secret]);
  await third.serves();
  third.signal('SIGTERM');
  expect(await third.ended).toBe(0);
  appendFileSync(journal, 'damaged\n');
  const fourth = start([...own, '--secret-file', secret]);
  expect(await fourth.ended).toBe(2);
  expect(fourth.said().join('\n')).toMatch(
    /line \d+ of .*relay-notices.ndjson is damaged: move the file away/,
  );
}, 300_000);

test('it is asked by TLS where it has a certificate', async () => {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const newkey = ['-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert];
  execFileSync('openssl', ['req', '-x509', ...newkey, ...subject], { stdio: 'ignore' });
  const running = relay('tls', 0, ['--tls-cert', cert, '--tls-key', key]);
  const address = await running.serves();
  expect(address).toMatch(/^https:/);
  expect((await send(inside(address), { id: 'l-1' })).kind).toBe('retry');
  expect((await send(inside(address, SECRET, { ca: cert }), { id: 'l-1' })).kind).toBe('kept');
  await expect.poll(keys, SOON).toEqual(['l-1']);
}, 300_000);

test('a Milepost tells people through a relay that is down, comes, is killed, and says of each notice what came of it', async () => {
  const postgres = await startTestPostgres();
  try {
    const flows = join(folder, 'inside.yaml');
    const first = relay('whole');
    const url = await first.serves();
    first.signal('SIGKILL');
    await first.ended;
    writeFileSync(
      flows,
      `
flow: report
steps: { write: { on: { committed: { do: { notify: desk, text: "{flow.key} is written" } } } } }
---
channel: desk
type: relay
settings: { url: "${url}", secret: { env: RELAY_SECRET } }
`,
    );
    const up = startMilepost(['up', flows, '--port', '0', '--no-nats', '--folder', join(folder, 'inside')], {
      env: { DATABASE_URL: await postgres.database(), RELAY_SECRET: SECRET },
    });
    const address = await up.serves();
    const report = async (key: string) => {
      const event = { id: key, flow: 'report', key, step: 'write', event: 'committed' };
      const body = JSON.stringify({ ...event, time: new Date().toISOString() });
      expect((await ask(address, '/api/v1/events', body)).status).toBe(202);
    };
    const told = async () =>
      (await listAll(address, '/api/v1/notices?channel=desk&kind=notify'))
        .map(({ words, state, reason }) => `${words.en.text.split(' ')[2]} ${state} ${reason}`)
        .toSorted();
    await report('early');
    await expect.poll(told, SOON).toEqual([expect.stringMatching(/^early owed relay: nobody listens there/)]);
    answers = ['silence'];
    const { port } = new URL(url);
    const second = relay('whole', port);
    await expect.poll(() => received().length, SOON).toBe(1);
    await expect.poll(told, SOON).toEqual([`early owed kept by the relay ${url}`]);
    second.signal('SIGKILL');
    await second.ended;
    answers = [200, 400];
    const third = relay('whole', port);
    await third.serves();
    await expect.poll(told, SOON).toEqual([`early sent sent by the relay ${url}`]);
    expect(bodies().map(({ id, uncertain }) => [id, uncertain])).toEqual([
      [bodies()[0].id, false],
      [bodies()[0].id, true],
    ]);
    await report('late');
    await expect.poll(told, SOON).toContain('late failed relay: answered 400: {}');
    await expect
      .poll(async () => (await ask(address, '/readyz')).body.checks, SOON)
      .toContainEqual({
        name: 'channels',
        ok: false,
        detail: expect.stringContaining('channel desk does not deliver: relay: answered 400'),
      });
    expect((await ask(url, '/metrics')).body).toContain('milepost_relay_waiting');
  } finally {
    killMileposts();
    await postgres.stop();
  }
}, 240_000);
