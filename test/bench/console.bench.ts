/**
 * The console in a real Chromium before a running Milepost with a thousand flows, and what many open consoles cost the server.
 * Pages are loaded with an empty cache. Times by the wall contain whatever else the machine does: the first line is a
 * picture of a few bytes from the same server, and each is followed by the processor time of the page's main thread.
 */
import { get } from 'node:http';
import { loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { LARGE, stageBigDay } from '../browser/big-day.ts';
import { coldLoad, mainThread } from '../browser/page-time.ts';
import { type Stage, send } from '../browser/stage.ts';
import { againstLimit, type Goal, type Measurement, median, SAMPLES } from './measure.ts';
import { processorTimeOf } from './pipeline-rig.ts';

const BENCH = 'console';
const STREAMS = 200;
const CHANGES = 100;
/** After so long, ms, everything that an update concerns is loaded anew. */
const SETTLED = 5000;
const WINDOW = 6000;

/** The lines about the console. */
export async function* measure(): AsyncGenerator<Measurement> {
  const stage = await stageBigDay();
  try {
    const picture = await medianLoad(stage, '/milepost.svg', 'true');
    yield told('load of the machine', { value: loadavg()[0] ?? 0, unit: 'processes' });
    yield told('a picture of a few bytes, by the wall', { value: picture.wall, unit: 'ms' });

    const home = await medianLoad(stage, '/', 'document.querySelectorAll(".ledger-row").length > 10');
    yield line(
      'home with 1,000 flows until it can be used, by the wall',
      { value: home.wall, unit: 'ms' },
      2000,
    );
    yield line('… main thread', { value: home.busy, unit: 'ms' }, 2000);
    yield line('… transferred, answers included', { value: home.bytes / 1024, unit: 'KB' }, 500);

    const path = `/flows/${LARGE.flow}/${LARGE.key}`;
    const flow = await medianLoad(stage, path, 'document.querySelectorAll(".react-flow__node").length > 5');
    yield line(
      'a flow of 300 steps until it is painted, by the wall',
      { value: flow.wall, unit: 'ms' },
      1000,
    );
    yield line('… main thread', { value: flow.busy, unit: 'ms' }, 1000);
    yield line('… transferred, answers included', { value: flow.bytes / 1024, unit: 'KB' }, 500);
    yield line('an update of it, main thread', { value: await updateOf(stage, path), unit: 'ms' }, 50);

    const { share, bytes } = await streamsOf(stage);
    yield line('200 streams at 100 changes a second, of a core', { value: share, unit: 'ratio' }, 0.1);
    yield told('… to each of them', { value: bytes / 1024, unit: 'KB a s' });
    const asked = await askedAtOnce(stage);
    yield told('200 consoles ask for the day at once, processor time of the server', {
      value: asked,
      unit: 'ms',
    });
    yield told('load of the machine', { value: loadavg()[0] ?? 0, unit: 'processes' });
  } finally {
    await stage.close();
  }
}

type Value = { readonly value: number; readonly unit: string };

function line(measure: string, value: Value, atMost: number): Measurement {
  return ofGoal(measure, value, { atMost });
}

/** A value that is told so that the others can be judged. */
function told(measure: string, value: Value): Measurement {
  return ofGoal(measure, value, { atLeast: 0 });
}

function ofGoal(measure: string, { value, unit }: Value, goal: Goal): Measurement {
  return againstLimit(BENCH, { measure, value, unit }, goal);
}

async function medianLoad(stage: Stage, path: string, shown: string) {
  const loads: { wall: number; busy: number; bytes: number }[] = [];
  for (let sample = 0; sample <= SAMPLES; sample += 1) {
    const { page, wall, busy, bytes } = await coldLoad(stage, path, shown);
    await page.context().close();
    if (sample > 0) loads.push({ wall, busy, bytes }); // the first warms up the server
  }
  return {
    wall: median(loads.map(({ wall }) => wall)),
    busy: median(loads.map(({ busy }) => busy)),
    bytes: median(loads.map(({ bytes }) => bytes)),
  };
}

/** What one event costs the main thread of a page that shows its flow, beyond what the page does anyway, ms. */
async function updateOf(stage: Stage, path: string): Promise<number> {
  const { page, session } = await coldLoad(
    stage,
    path,
    'document.querySelectorAll(".react-flow__node").length > 5',
  );
  await page.waitForTimeout(SETTLED);
  const busyDuring = async (act: () => Promise<void>) => {
    const before = await mainThread(session);
    await act();
    await page.waitForTimeout(SETTLED);
    return (await mainThread(session)) - before;
  };
  const costs: number[] = [];
  for (let sample = 0; sample <= SAMPLES; sample += 1) {
    const idle = await busyDuring(async () => undefined);
    const busy = await busyDuring(async () => {
      const event = sample % 2 === 0 ? 'activated' : 'committed';
      const time = new Date().toISOString();
      const step = `s0-${1 + (sample >> 1)}`;
      await send(stage.address, { id: `update-${sample}`, ...LARGE, step, event, time });
    });
    if (sample > 0) costs.push(busy - idle);
  }
  await page.context().close();
  return median(costs);
}

/** What the streams cost the server, as a share of one core, and bytes a second to each. */
async function streamsOf(stage: Stage): Promise<{ readonly share: number; readonly bytes: number }> {
  let received = 0;
  const [shares, rates]: [number[], number[]] = [[], []];
  const changing = keepChanging(stage);
  for (let sample = 0; sample <= SAMPLES; sample += 1) {
    const without = await processorShare(stage.milepost.pid);
    const requests = Array.from({ length: STREAMS }, () =>
      get(`${stage.address}/api/v1/stream`, (response) =>
        response.on('data', (part: Buffer) => {
          received += part.length;
        }),
      ).on('error', () => undefined),
    );
    await delay(1000);
    const before = received;
    const share = await processorShare(stage.milepost.pid);
    rates.push((received - before) / STREAMS / (WINDOW / 1000));
    for (const request of requests) request.destroy();
    await delay(500);
    if (sample > 0) shares.push(share - without);
  }
  await changing.stop();
  return { share: median(shares), bytes: median(rates) };
}

/** What it costs the server, ms, when something has changed and every open console asks for the day. */
async function askedAtOnce({ address, milepost }: Stage): Promise<number> {
  const day = new Date().toISOString().slice(0, 10);
  const costs: number[] = [];
  for (let sample = 0; sample <= SAMPLES; sample += 1) {
    await delay(1000);
    const before = processorTimeOf(milepost.pid);
    const ask = async () => (await fetch(`${address}/api/v1/days/${day}`)).arrayBuffer();
    await Promise.all(Array.from({ length: STREAMS }, ask));
    if (sample > 0) costs.push((processorTimeOf(milepost.pid) - before) / 1000);
  }
  return median(costs);
}

/** Time of the processor in time by the wall. */
async function processorShare(pid: number): Promise<number> {
  const [before, begun] = [processorTimeOf(pid), performance.now()];
  await delay(WINDOW);
  return (processorTimeOf(pid) - before) / 1000 / (performance.now() - begun);
}

/** Sends so many events a second, each of which changes an instance, until it is stopped. */
function keepChanging({ address }: Stage): { stop(): Promise<void> } {
  let going = true;
  const key = new Date().toISOString().slice(0, 10);
  const run = async () => {
    const begun = performance.now();
    for (let sent = 0; going; ) {
      const due = Math.floor(((performance.now() - begun) / 1000) * CHANGES);
      const events = Array.from({ length: Math.min(250, due - sent) }, (_, index) => ({
        id: `change-${sent + index}`,
        flow: `flow-${(sent + index) % 500}`,
        key,
        step: 'report',
        event: 'params',
        time: new Date().toISOString(),
      }));
      if (events.length > 0) await send(address, ...events);
      sent += events.length;
      await delay(100);
    }
  };
  const running = run();
  return {
    async stop() {
      going = false;
      await running;
    },
  };
}
