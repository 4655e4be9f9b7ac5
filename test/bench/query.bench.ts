/** How long a read of one instance and of the day's ledger takes over HTTP while the same process works off a backlog. */
import { againstLimit, type Measurement } from './measure.ts';
import { lineMessages, percentile, startRig } from './pipeline-rig.ts';

const BENCH = 'query';
const INSTANCES = 10_000;
const EVENTS = 300_000;

/** The lines about reads. */
export async function* measure(): AsyncGenerator<Measurement> {
  const rig = await startRig();
  try {
    await rig.fresh();
    const { address } = await rig.up();
    const day = new Date().toISOString().slice(0, 10);
    await rig.publish(lineMessages({ instances: INSTANCES, from: 0, count: INSTANCES, size: 64 }));
    await rig.applied(Math.ceil(INSTANCES / 64));
    const last = Math.ceil(INSTANCES / 64) + EVENTS;
    await rig.publish(lineMessages({ instances: INSTANCES, from: 1, count: EVENTS, size: 1 }));
    let busy = true;
    const over = rig.applied(last).then(() => {
      busy = false;
    });
    const times: { instance: number[]; ledger: number[] } = { instance: [], ledger: [] };
    for (let turn = 0; busy && turn < 2000; turn++) {
      for (const [what, path] of [
        ['instance', `/api/v1/instances/line/i${turn % INSTANCES}`],
        ['ledger', `/api/v1/days/${day}`],
      ] as const) {
        const begun = performance.now();
        const answer = await fetch(`${address}${path}`);
        await answer.arrayBuffer();
        if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
        times[what].push(performance.now() - begun);
      }
    }
    await over;
    for (const [what, values] of Object.entries(times)) {
      const measure = `a read of ${what === 'ledger' ? "the day's ledger" : 'one instance'} under full load, 99th percentile of ${values.length}`;
      yield againstLimit(BENCH, { measure, value: percentile(values, 0.99), unit: 'ms' }, { atMost: 20 });
    }
  } finally {
    await rig.stop();
  }
}
