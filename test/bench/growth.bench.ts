/**
 * Whether an event costs more where more instances live, and what they take in memory: processor time of the process of
 * `milepost up` per event, by the system's count, with 1,000, 100,000 and 1,000,000 live instances.
 *
 * 1. `beside N live instances`: a thousand others go through their lives, so that what lives beside them is all that differs.
 * 2. `N live instances in turn`: as spread as can be; each event is of another instance, and each ends in a row of its own.
 * 3. Measured once all that lives has been written, since that is done behind the events.
 *
 * A million takes some minutes and memory, and is left out unless MILEPOST_BENCH_MOST=1000000.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { eventToJson } from '../../checkpoints/index.ts';
import { lineEvent } from './line-flow.ts';
import { againstLimit, type Goal, type Measurement, median } from './measure.ts';
import { lineMessages, processorTimeOf, type Rig, residentOf, startRig } from './pipeline-rig.ts';

const BENCH = 'growth';
const AT_WORK = 1_000;
const LIFE = 30;
/** Whole lives of those at work. */
const EVENTS = 2 * AT_WORK * LIFE;
const SAMPLES = 5;
const SIZE = 64;
/** Memory that is promised, MiB. */
const MEMORY = new Map([
  [100_000, 1024],
  [1_000_000, 6144],
]);

/** The lines about growth. */
export async function* measure(): AsyncGenerator<Measurement> {
  const most = Number(process.env.MILEPOST_BENCH_MOST ?? 100_000);
  const line = (name: string, value: number, unit: string, goal: Goal) =>
    againstLimit(BENCH, { measure: name, value, unit }, goal);
  const rig = await startRig();
  try {
    let least = 0;
    for (const live of [1000, 100_000, 1_000_000].filter((count) => count <= most)) {
      const { beside, inTurn, memory } = await costsWith(rig, live);
      yield line(`an event beside ${live} live instances`, beside, 'us', { atMost: 40 });
      const promised = MEMORY.get(live);
      if (promised === undefined) {
        least = beside;
        continue;
      }
      yield line(`against one beside 1000`, beside / least, 'ratio', { atMost: 1.25 });
      yield line(`an event of ${live} live instances in turn`, inTurn, 'us', { atMost: 40 });
      yield line(`memory with ${live} live instances`, memory, 'MiB', { atMost: promised });
    }
  } finally {
    await rig.stop();
  }
}

/** What an event costs with so many live instances, us, and what they take, MiB. */
async function costsWith(rig: Rig, live: number) {
  await rig.fresh();
  const { milepost } = await rig.up();
  let sequence = 0;
  const feed = async (messages: readonly Uint8Array[]) => {
    await rig.publish(messages);
    sequence += messages.length;
    await rig.applied(sequence);
  };
  const cost = async (messagesOf: (sample: number) => readonly Uint8Array[]) => {
    await hasRested(milepost.pid);
    const samples: number[] = [];
    for (let sample = 0; sample <= SAMPLES; sample++) {
      const messages = messagesOf(sample);
      const before = processorTimeOf(milepost.pid);
      await feed(messages);
      if (sample > 0) samples.push((processorTimeOf(milepost.pid) - before) / EVENTS);
    }
    return median(samples);
  };
  await feed(lineMessages({ instances: live, from: 0, count: live, size: SIZE }));
  const beside = await cost((sample) =>
    messagesWith((number) => {
      const life = 2 * sample + Math.floor(number / (AT_WORK * LIFE));
      return [`work-${number % AT_WORK}-${life}`, Math.floor(number / AT_WORK) % LIFE];
    }),
  );
  const inTurn = await cost((sample) =>
    messagesWith((number) => {
      const turn = sample * EVENTS + number;
      return [`i${turn % live}`, 1 + (Math.floor(turn / live) % (LIFE - 1))];
    }),
  );
  const memory = residentOf(milepost.pid) / 2 ** 20;
  milepost.signal('SIGKILL');
  await milepost.ended;
  return { beside, inTurn, memory };
}

/** The messages of a sample; `of` gives the key and the place in its life for each event. */
function messagesWith(of: (number: number) => readonly [string, number]): readonly Uint8Array[] {
  const encoder = new TextEncoder();
  const begun = Date.now() - 60_000;
  const messages: Uint8Array[] = [];
  for (let from = 0; from < EVENTS; from += SIZE) {
    const lines = Array.from({ length: Math.min(SIZE, EVENTS - from) }, (_, index) => {
      const [key, place] = of(from + index);
      return eventToJson(lineEvent(key, place, begun + place));
    });
    messages.push(encoder.encode(lines.join('\n')));
  }
  return messages;
}

/** Resolves once the process has nothing to do for some seconds. */
async function hasRested(pid: number): Promise<void> {
  for (let calm = 0, before = processorTimeOf(pid); calm < 3; ) {
    await delay(1000);
    const now = processorTimeOf(pid);
    calm = now - before < 150_000 ? calm + 1 : 0;
    before = now;
  }
}
