/**
 * Whether an event costs more where more instances live, and what an instance costs in memory: processor time of the
 * worker's process per event, taken from the system's count, with 1,000, 100,000 and (with --expose: MILEPOST_BENCH_MOST)
 * 1,000,000 live instances.
 */
import { againstLimit, type Measurement, median } from './measure.ts';
import { lineMessages, processorTimeOf, residentOf, startRig } from './pipeline-rig.ts';

const BENCH = 'growth';
const EVENTS = 60_000;

/** The lines about growth; 1,000,000 instances take minutes and 4 GB, and are left out unless MILEPOST_BENCH_MOST=1000000. */
export async function* measure(): AsyncGenerator<Measurement> {
  const most = Number(process.env.MILEPOST_BENCH_MOST ?? 100_000);
  const rig = await startRig();
  try {
    const costs: number[] = [];
    for (const live of [1000, 100_000, 1_000_000].filter((count) => count <= most)) {
      await rig.fresh();
      const { milepost } = await rig.up();
      let sequence = 0;
      const feed = async (messages: readonly Uint8Array[]) => {
        await rig.publish(messages);
        sequence += messages.length;
        await rig.applied(sequence);
      };
      await feed(lineMessages({ instances: live, from: 0, count: live, size: 64 }));
      const samples: number[] = [];
      for (let sample = 0; sample < 6; sample++) {
        const before = processorTimeOf(milepost.pid);
        const instances = Math.min(live, EVENTS / 5);
        const perInstance = EVENTS / instances;
        const messages = lineMessages({
          instances,
          from: 1 + ((sample * perInstance) % 25),
          count: EVENTS,
          size: 64,
          prefix: live > instances && sample > 0 ? 'i' : 'i',
        });
        await feed(messages);
        if (sample > 0) samples.push((processorTimeOf(milepost.pid) - before) / EVENTS);
      }
      const cost = median(samples);
      costs.push(cost);
      const measure = `an event with ${live} live instances`;
      yield againstLimit(BENCH, { measure, value: cost, unit: 'us' }, { atMost: 40 });
      if (live >= 100_000) {
        const memory = {
          measure: `memory with ${live} live instances`,
          value: residentOf(milepost.pid) / 2 ** 20,
          unit: 'MiB',
        };
        yield againstLimit(BENCH, memory, { atMost: live === 100_000 ? 1024 : 6144 });
      }
      milepost.signal('SIGKILL');
      await milepost.ended;
    }
    const [least = 1, ...others] = costs;
    const growth = {
      measure: 'an event with the most live instances against 1,000',
      value: Math.max(...others) / least,
      unit: 'ratio',
    };
    yield againstLimit(BENCH, growth, { atMost: 1.25 });
  } finally {
    await rig.stop();
  }
}
