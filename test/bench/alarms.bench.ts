/**
 * Many alarms at once, told over HTTP: 10,000 that one cause explains, and 1,000 that have nothing to do with each other. A
 * whole Milepost with nats-server and PostgreSQL; the end that is called, the asker of the API and the sender of events are
 * this process, so its own delays are in the times. What else runs on the machine is in them too.
 *
 * 1. All 10,000 are timers of one moment, each of an instance of its own; their events come from one source, which fails.
 * 2. From raised to called is from the publishing of the event that raises the alarm, without the wait of its route.
 */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { againstLimit, type Goal, type Measurement } from './measure.ts';
import { percentile, type Rig, startRig } from './pipeline-rig.ts';

const BENCH = 'alarms';
const CONSEQUENCES = 10_000;
const SINGLE = 1_000;
const RATE = 100;
const WAIT = 1_000;
const STORM_WAIT = 10_000;

/** The lines about alarms. */
export async function* measure(): AsyncGenerator<Measurement> {
  const rig = await startRig();
  const end = await startEnd();
  try {
    yield* storm(rig, end);
    yield* single(rig, end);
  } finally {
    await rig.stop();
    end.stop();
  }
}

async function* storm(rig: Rig, end: End): AsyncGenerator<Measurement> {
  await rig.fresh();
  // the next whole minute that leaves time to prepare
  const due = Math.ceil((Date.now() + 60_000) / 60_000) * 60_000;
  await writeFile(join(rig.folder, 'storm.yaml'), stormYaml(due, end.address));
  const { address, milepost } = await rig.up(join(rig.folder, 'storm.yaml'));
  for (let from = 0; from < CONSEQUENCES; from += 500) {
    const keys = Array.from({ length: 500 }, (_, index) => `o${from + index}`);
    await Promise.all(
      keys.map((key) => send(rig, { flow: 'order', key, step: 'route', event: 'activated' })),
    );
  }
  await reached(rig, CONSEQUENCES, "select count(*)::int as n from milepost.instances where flow = 'order'");
  await delay(due - Date.now() - 2_000);
  await send(rig, { flow: 'feed', key: 'main', step: 'beat', event: 'exception' });
  const asker = ask(address, due + 30_000).catch((error: unknown) => {
    throw new Error(`the API does not answer: ${milepost.said().slice(-5).join('; ')}`, { cause: error });
  });
  asker.catch(() => undefined); // awaited below
  await delay(due - Date.now());
  const begun = performance.now();
  await reached(rig, CONSEQUENCES, "select count(*)::int as n from milepost.alarms where flow = 'order'");
  const raised = performance.now() - begun;
  await reached(
    rig,
    CONSEQUENCES,
    "select count(*)::int as n from milepost.handlings where flow = 'order' and outcome = 'folded'",
  );
  const folded = performance.now() - begun;
  const waits = await asker;
  const line = (measure: string, value: number, unit: string, goal: Goal) =>
    againstLimit(BENCH, { measure: `${CONSEQUENCES} alarms of one cause, ${measure}`, value, unit }, goal);
  yield line('all of them in the record after', raised, 'ms', { atMost: 60_000 });
  yield line('each known as a consequence after', folded, 'ms', { atMost: 60_000 });
  yield line('messages to people in the minute', end.calls.length, 'messages', { atMost: 3 });
  const [first] = end.calls;
  yield line('the first message names the cause', Number(first?.alarm === 'exception'), 'of 1', {
    atLeast: 1,
  });
  yield line('bytes of the largest message', Math.max(...end.calls.map(({ bytes }) => bytes)), 'bytes', {
    atMost: 1_000_000,
  });
  yield line('GET /api/v1/alarms meanwhile, 99th percentile', percentile(waits, 0.99), 'ms', { atMost: 500 });
}

async function* single(rig: Rig, end: End): AsyncGenerator<Measurement> {
  await rig.fresh();
  end.calls.length = 0;
  await writeFile(join(rig.folder, 'single.yaml'), singleYaml(end.address));
  await rig.up(join(rig.folder, 'single.yaml'));
  const sent = new Map<string, number>();
  const publish = async (prefix: string, count: number) => {
    const begun = performance.now();
    for (let number = 0; number < count; number++) {
      await delay(Math.max(0, begun + (number * 1000) / RATE - performance.now()));
      const key = `${prefix}${number}`;
      sent.set(key, performance.now());
      void send(rig, { flow: 'report', key, step: 'write', event: 'exception' });
    }
    const all = () => end.calls.filter((call) => call.key.startsWith(prefix));
    for (let waited = 0; all().length < count && waited < 60_000; waited += 50) await delay(50);
    if (all().length !== count) throw new Error(`${all().length} of ${count} alarms were told`);
    return all().map((call) => call.at - (sent.get(call.key) ?? 0) - WAIT);
  };
  await publish('warm-', 200);
  const times = await publish('a-', SINGLE);
  for (const [name, share] of [
    ['median', 0.5],
    ['99th percentile', 0.99],
  ] as const) {
    const measure = `raised to channel called, ${RATE} a second, without the wait of ${WAIT / 1000} s, ${name}`;
    yield againstLimit(BENCH, { measure, value: percentile(times, share), unit: 'ms' }, { atMost: 100 });
  }
}

function stormYaml(due: number, address: string): string {
  return `
flow: feed
steps: { beat: {} }
---
flow: order
source: feed
steps: { route: { timers: { late: { at: "${new Date(due).toISOString().slice(11, 16)}" } } }, confirm: {} }
connectors: { from: route, to: confirm }
---
${channelYaml(address, STORM_WAIT, '')}`;
}

function singleYaml(address: string): string {
  return `
flow: report
steps: { write: {} }
---
${channelYaml(address, WAIT, 'storm: { over: 100000, within: 1m, calm: 1m }')}`;
}

function channelYaml(address: string, wait: number, storm: string): string {
  return `channel: hook
type: webhook
language: en
settings: { url: "${address}" }
---
policy: operations
wait: ${wait / 1000}s
${storm}
routes: { levels: [{ over: hook }] }
`;
}

interface End {
  readonly address: string;
  readonly calls: {
    readonly at: number;
    readonly key: string;
    readonly alarm: string;
    readonly bytes: number;
  }[];
  stop(): void;
}

/** What channels call: it notes when, and of which alarm first. */
async function startEnd(): Promise<End> {
  const calls: { at: number; key: string; alarm: string; bytes: number }[] = [];
  const server = createServer((request, response) => {
    const at = performance.now();
    const parts: Buffer[] = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      response.end('{}');
      const body = Buffer.concat(parts);
      const [first] = JSON.parse(body.toString()).alarms;
      calls.push({ at, key: String(first?.key), alarm: String(first?.name), bytes: body.length });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server has an address and a port
  return {
    address: `http://127.0.0.1:${port}/`,
    calls,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function send(
  rig: Rig,
  event: { readonly flow: string; readonly key: string; readonly step: string; readonly event: string },
): Promise<void> {
  const body = { id: `${event.key}-${event.step}-${event.event}`, ...event, time: new Date().toISOString() };
  await rig.nc.jetstream().publish(`milepost.checkpoint.${event.flow}.${event.key}`, JSON.stringify(body));
}

/** Resolves once a count is reached. */
async function reached(rig: Rig, wanted: number, query: string): Promise<void> {
  for (let waited = 0; waited < 120_000; waited += 100) {
    if (Number((await rig.one(query)).n) >= wanted) return;
    await delay(100);
  }
  throw new Error(`not reached: ${wanted} of ${query}`);
}

/** Asks for the open alarms again and again until then, as a console does; gives how long each answer took, ms. */
async function ask(address: string, until: number): Promise<readonly number[]> {
  const waits: number[] = [];
  while (Date.now() < until) {
    const begun = performance.now();
    const answer = await fetch(new URL('/api/v1/alarms?open=true&limit=100', address));
    if (!answer.ok) throw new Error(`the API answers ${answer.status}`);
    await answer.text();
    waits.push(performance.now() - begun);
    await delay(50);
  }
  return waits;
}
