/**
 * From the start of a process to its serving, after a kill -9 in the middle of traffic: 100,000 live instances, and the
 * journal's tail that was not yet written into rows of instances. The process itself starts in it.
 */
import { againstLimit, type Measurement, median } from './measure.ts';
import { lineMessages, startRig } from './pipeline-rig.ts';

const BENCH = 'recovery';
const LIVE = 100_000;
const SAMPLES = 5;

/** The lines about recovery. */
export async function* measure(): AsyncGenerator<Measurement> {
  const rig = await startRig();
  try {
    await rig.fresh();
    let { milepost } = await rig.up();
    await rig.publish(lineMessages({ instances: LIVE, from: 0, count: LIVE, size: 64 }));
    let sequence = Math.ceil(LIVE / 64);
    await rig.applied(sequence);
    const over: number[] = [];
    const took: number[] = [];
    const tails: number[] = [];
    for (let sample = 0; sample < SAMPLES; sample++) {
      const more = lineMessages({ instances: LIVE, from: 1 + sample, count: LIVE, size: 64 });
      await rig.publish(more);
      sequence += more.length;
      await rig.applied(sequence);
      milepost.signal('SIGKILL');
      await milepost.ended;
      const { tail } = await rig.one('select sum(journal - mark)::int as tail from milepost.positions');
      const begun = performance.now();
      const epoch = Number((await rig.one('select sum(epoch)::int as epoch from milepost.positions')).epoch);
      ({ milepost } = await rig.up());
      // it serves at once; what counts is that the partition is worked on
      await rig.publish(
        lineMessages({ instances: 1, from: 0, count: 1, size: 1, prefix: `probe-${sample}-` }),
      );
      sequence++;
      await rig.applied(sequence);
      if (Number((await rig.one('select sum(epoch)::int as epoch from milepost.positions')).epoch) === epoch)
        throw new Error('nobody took the partition over');
      const seconds = (performance.now() - begun) / 1000;
      took.push(seconds);
      tails.push(Number(tail));
      over.push(seconds / (3 + (7 * Number(tail)) / 1e6));
    }
    yield againstLimit(
      BENCH,
      { measure: 'entries of the tail, median', value: median(tails), unit: 'entries' },
      { atLeast: 0 },
    );
    yield againstLimit(
      BENCH,
      { measure: `start to the first event applied, ${LIVE} live instances`, value: median(took), unit: 's' },
      { atMost: 10 },
    );
    yield againstLimit(
      BENCH,
      { measure: 'the same against 3 s and 7 s a million entries', value: median(over), unit: 'ratio' },
      { atMost: 1 },
    );
  } finally {
    await rig.stop();
  }
}
