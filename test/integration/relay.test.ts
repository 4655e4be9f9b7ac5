/** A relay as a process of its own, between a real NATS server and an end that answers as it is told to. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JetStreamManager, NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ensureNoticeStream, noticeOutlet, waitingNotices } from '../../adapters/nats/index.ts';
import type { Sending } from '../../engine/index.ts';
import { ask, killMileposts, type Milepost, startMilepost } from '../servers/milepost.ts';
import { startTestNats, type TestNats } from '../servers/nats.ts';
import { startTestPostgres } from '../servers/postgres.ts';
import { type Endpoint, startEndpoint } from './channels/endpoint.ts';
import { limit, openChannel, RECOVERED, SENDING } from './channels/sending.ts';

const SOON = { timeout: 60_000, interval: 100 };

let folder: string;
let server: TestNats;
let nc: NatsConnection;
let jsm: JetStreamManager;
let end: Endpoint;
/** how the next requests are answered: a status, or nothing at all; then always 200 */
let answers: (number | 'silence')[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'milepost-relay-'));
  server = await startTestNats();
  nc = await server.connect();
  jsm = await nc.jetstreamManager();
  await ensureNoticeStream(jsm);
  end = await startEndpoint((response) => {
    const how = answers.shift() ?? 200;
    if (how !== 'silence') response.writeHead(how).end('{}');
  });
}, 180_000);
afterEach(() => {
  killMileposts();
  end.received.length = 0;
  answers = [];
});
afterAll(async () => {
  await end?.stop();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A document of a channel that posts to the end. */
function hook(channel: string): string {
  return `channel: ${channel}\ntype: webhook\nlanguage: en\ntimeout: 60s\nsettings: { url: "${end.address}/${channel}" }\n`;
}

/** Starts the relay of a name with these documents. */
function relay(name: string, documents: readonly string[]): Milepost {
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, documents.join('---\n'));
  return startMilepost(['relay', path, '--name', name, '--port', '0'], { env: { NATS_URL: server.url } });
}

/** Sends over the channel that stands inside. */
async function hand(name: string, sending: Partial<Sending>, base: Sending = SENDING): Promise<void> {
  const channel = openChannel('relay', { relay: name }, { hand: noticeOutlet(nc) });
  const whole = { ...base, at: Date.now(), ...sending };
  // tried again as the dispatcher inside does, with the same id
  await expect
    .poll(() => channel.send(whole, limit()), SOON)
    .toEqual({ kind: 'sent', detail: `kept for the relay ${name}` });
}

function keys(): readonly string[] {
  return end.received.map(({ headers }) => String(headers['idempotency-key']));
}

const waiting = async (name: string) => Object.fromEntries(await waitingNotices(jsm, name));

test('what was handed over while the relay was away is sent once, in order, and so is what comes after NATS was killed', async () => {
  await hand('away', { id: 'n-1' });
  await hand('away', { id: 'n-2', thread: 'other' });
  await hand('away', { id: 'n-3' }, RECOVERED);
  await hand('away', { id: 'n-1' });
  expect(await waiting('away')).toEqual({ desk: 3 });
  const running = relay('away', [hook('desk')]);
  await expect.poll(keys, SOON).toEqual(['n-1', 'n-2', 'n-3']);
  await expect.poll(() => waiting('away'), SOON).toEqual({});
  expect(JSON.parse(end.received[0]?.body ?? '')).toMatchObject({
    id: 'n-1',
    uncertain: false,
    subject: SENDING.words.en.subject,
    link: SENDING.link,
    alarms: [{ name: 'stalled', text: '导入 has not moved for 45 min' }],
  });
  await server.kill9();
  await running.line(/is lost/);
  await server.restart();
  await hand('away', { id: 'n-4' });
  await expect.poll(keys, SOON).toEqual(['n-1', 'n-2', 'n-3', 'n-4']);
  running.signal('SIGTERM');
  expect(await running.ended).toBe(0);
}, 120_000);

test('what the receiver does not take is tried again, and what follows in its thread waits', async () => {
  answers = [503, 503];
  await hand('retry', { id: 'r-1' });
  await hand('retry', { id: 'r-2' }, RECOVERED);
  relay('retry', [hook('desk')]);
  await expect.poll(keys, SOON).toEqual(['r-1', 'r-1', 'r-1', 'r-2']);
  expect(end.received.map(({ body }) => JSON.parse(body).uncertain)).toEqual([false, false, false, false]);
}, 120_000);

test('a relay killed between the sending and its confirmation sends once more with the same id, and says so', async () => {
  answers = ['silence'];
  await hand('killed', { id: 'k-1' });
  const first = relay('killed', [hook('desk')]);
  await expect.poll(keys, SOON).toEqual(['k-1']);
  first.signal('SIGKILL');
  await first.ended;
  // of the same thread: it must not overtake what the dead relay had
  await hand('killed', { id: 'k-2' }, RECOVERED);
  relay('killed', [hook('desk')]);
  await expect.poll(() => waiting('killed'), SOON).toEqual({});
  expect(keys()).toEqual(['k-1', 'k-1', 'k-2']);
  const bodies = end.received.map(({ body }) => JSON.parse(body));
  expect(bodies.map(({ uncertain }) => uncertain)).toEqual([false, true, false]);
  expect(bodies[1].subject).toContain('sent again');
}, 120_000);

test('what is for a channel without a document is kept and said, and sent once there is one', async () => {
  await hand('strange', { id: 's-1', channel: 'nobody' });
  const running = relay('strange', [hook('desk')]);
  await running.line(/1 notices wait for channel nobody/);
  expect(await waiting('strange')).toEqual({ nobody: 1 });
  await running.serves();
  writeFileSync(join(folder, 'strange.yaml'), [hook('desk'), hook('nobody')].join('---\n'));
  running.signal('SIGHUP');
  await expect.poll(keys, SOON).toEqual(['s-1']);
  await expect.poll(() => waiting('strange'), SOON).toEqual({});
}, 120_000);

test('a second relay of a name does not start while the first runs, and does once that is gone', async () => {
  const first = relay('twin', [hook('desk')]);
  await first.serves();
  const second = relay('twin', [hook('desk')]);
  expect(await second.ended).not.toBe(0);
  expect(second.said('error').join('\n')).toMatch(
    /a relay called twin runs already \(.*process \d+\).*--name/,
  );
  first.signal('SIGKILL');
  await first.ended;
  const third = relay('twin', [hook('desk')]);
  await third.serves();
}, 120_000);

test('a message that is no notice is given up by its place, and those behind it are sent', async () => {
  await noticeOutlet(nc)({ relay: 'broken', channel: 'desk', id: 'b-1', body: '{"version":1,"notice":{}}' });
  await hand('broken', { id: 'b-2' });
  const running = relay('broken', [hook('desk')]);
  await running.line(/given up \(failed\): message \d+ is no notice: id is missing or wrong/);
  await expect.poll(keys, SOON).toEqual(['b-2']);
}, 120_000);

test('a Milepost tells people through a relay, and says what the relay could not send', async () => {
  const postgres = await startTestPostgres();
  try {
    const flows = join(folder, 'inside.yaml');
    writeFileSync(
      flows,
      `
flow: report
steps: { write: { on: { committed: { do: { notify: desk, text: "{flow.key} is written" } } } } }
---
channel: desk
type: relay
settings: { relay: whole }
`,
    );
    const inside = startMilepost(['up', flows, '--port', '0', '--folder', join(folder, 'inside')], {
      env: { NATS_URL: server.url, DATABASE_URL: await postgres.database() },
    });
    const address = await inside.serves();
    relay('whole', [hook('desk')]);
    answers = [200, 400];
    const report = (key: string) =>
      JSON.stringify({
        id: key,
        flow: 'report',
        key,
        step: 'write',
        event: 'committed',
        time: new Date().toISOString(),
      });
    expect((await ask(address, '/api/v1/events', report('first'))).status).toBe(202);
    await expect.poll(() => end.received.length, SOON).toBe(1);
    expect(JSON.parse(end.received[0]?.body ?? '').text).toContain('first is written');
    expect((await ask(address, '/api/v1/events', report('second'))).status).toBe(202);
    await inside.line(/relay whole, channel desk: notice .* failed/);
  } finally {
    killMileposts();
    await postgres.stop();
  }
}, 180_000);
