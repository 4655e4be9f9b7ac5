/**
 * How late a timer's alarm is received on NATS, with a million timers pending in the same worker: 100,000 instances with
 * ten timers each that are not due, and a thousand that come due one after another.
 */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { againstLimit, type Measurement } from './measure.ts';
import { percentile, startRig } from './pipeline-rig.ts';

const BENCH = 'timers';
const INSTANCES = 100_000;
const DUE = 1000;

/** The lines about timers. */
export async function* measure(): AsyncGenerator<Measurement> {
  const rig = await startRig();
  try {
    await rig.fresh();
    const pending = Array.from(
      { length: 10 },
      (_, n) => `t${n}: { after: activated, in: ${n + 2}h, until: committed }`,
    );
    await writeFile(
      join(rig.folder, 'line.yaml'),
      `flow: many\nsteps: { a: { timers: { ${pending.join(', ')} } } }\n---\nflow: soon\nsteps: { a: { timers: { due: { after: activated, in: 20s } } } }\n`,
    );
    await rig.up();
    const encoder = new TextEncoder();
    const event = (flow: string, key: string, time: number) =>
      JSON.stringify({
        id: '1',
        flow,
        key,
        step: 'a',
        event: 'activated',
        time: new Date(time).toISOString(),
      });
    const messages: Uint8Array[] = [];
    for (let at = 0; at < INSTANCES; at += 64) {
      const lines = Array.from({ length: Math.min(64, INSTANCES - at) }, (_, n) =>
        event('many', `m${at + n}`, Date.now()),
      );
      messages.push(encoder.encode(lines.join('\n')));
    }
    await rig.publish(messages);
    await rig.applied(messages.length);
    const late: number[] = [];
    rig.nc.subscribe('milepost.alarm.>', {
      callback: (_error, message) => {
        const { flow, raisedAt }: { flow: string; raisedAt: string } = message.json();
        if (flow === 'soon') late.push(Date.now() - Date.parse(raisedAt));
      },
    });
    // stamped 10 ms apart, so that they come due one after another
    const begun = Date.now();
    for (let at = 0; at < DUE; at++) {
      rig.nc.publish(
        'milepost.checkpoint.soon.bench',
        encoder.encode(event('soon', `s${at}`, begun + at * 10 - 12_000)),
      );
      if (at % 100 === 99) await delay(5);
    }
    for (let waited = 0; late.length < DUE && waited < 600; waited++) await delay(100);
    if (late.length < DUE) throw new Error(`only ${late.length} of ${DUE} alarms came`);
    for (const [name, share, goal] of [
      ['median', 0.5, 10],
      ['99th percentile', 0.99, 20],
    ] as const) {
      const measure = `due time to alarm received, 1,000,000 timers pending, ${name}`;
      yield againstLimit(BENCH, { measure, value: percentile(late, share), unit: 'ms' }, { atMost: goal });
    }
  } finally {
    await rig.stop();
  }
}
