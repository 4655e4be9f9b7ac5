/**
 * From the publishing of an event to the alarm that it raises being received on NATS, at a steady rate, all guarantees on.
 * Each rate runs until at least 1,000 alarms came. Publisher and receiver are this process, so its own delays are in it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { eventToJson } from '../../checkpoints/index.ts';
import { lineEvent } from './line-flow.ts';
import { againstLimit, type Measurement } from './measure.ts';
import { percentile, type Rig, startRig } from './pipeline-rig.ts';

const BENCH = 'latency';
const ALARMS = 1200;

/** The lines about latency. */
export async function* measure(): AsyncGenerator<Measurement> {
  const rig = await startRig();
  try {
    await rig.fresh();
    await rig.up();
    await atRate(rig, { rate: 1000, seconds: 3, run: 'warm' });
    for (const [rate, p50, p99] of [
      [1000, 5, 25],
      [5000, 10, 40],
      [20_000, null, 100],
    ] as const) {
      const seconds = Math.max(6, Math.ceil((ALARMS * 30) / rate));
      const times = await atRate(rig, { rate, seconds, run: `r${rate}` });
      if (times.length < 1000) throw new Error(`only ${times.length} alarms came`);
      const name = `publish to alarm received, ${rate} events a second`;
      if (p50 !== null) {
        yield againstLimit(
          BENCH,
          { measure: `${name}, median`, value: percentile(times, 0.5), unit: 'ms' },
          { atMost: p50 },
        );
      }
      yield againstLimit(
        BENCH,
        { measure: `${name}, 99th percentile`, value: percentile(times, 0.99), unit: 'ms' },
        { atMost: p99 },
      );
    }
  } finally {
    await rig.stop();
  }
}

/** Publishes so many events a second; every 30th of a run raises an alarm. Gives the latency of each alarm, ms. */
export async function atRate(
  rig: Rig,
  { rate, seconds, run }: { rate: number; seconds: number; run: string },
): Promise<readonly number[]> {
  const sent = new Map<string, number>();
  const times: number[] = [];
  const every = Math.max(1, Math.floor((rate * seconds) / ALARMS));
  const subscription = rig.nc.subscribe('milepost.alarm.>', {
    callback: (_error, message) => {
      const { key, count }: { key: string; count: number } = message.json();
      const at = sent.get(key);
      if (at !== undefined && count === 1) {
        times.push(performance.now() - at);
        sent.delete(key);
      }
    },
  });
  await rig.nc.flush();
  const encoder = new TextEncoder();
  const begun = performance.now();
  let number = 0;
  while (number < rate * seconds) {
    const due = Math.min(rate * seconds, Math.floor(((performance.now() - begun) / 1000) * rate));
    for (; number < due; number++) {
      const alarms = number % every === 0;
      const key = `${run}-${alarms ? `a${number}` : number % 500}`;
      const place = alarms ? 0 : Math.floor(number / 500) % 30;
      const event = lineEvent(key, place, Date.now());
      // a commit with a negative count is what the rule on it waits for
      const raising = { ...event, kind: 'committed' as const, params: [['COUNT', -1] as const] };
      const text = eventToJson(alarms ? raising : { ...event, id: `${event.id}-${number}` });
      if (alarms) sent.set(key, performance.now());
      rig.nc.publish('milepost.checkpoint.line.bench', encoder.encode(text));
    }
    await delay(1);
  }
  for (let waited = 0; sent.size > 0 && waited < 200; waited++) await delay(50);
  subscription.unsubscribe();
  return times;
}
