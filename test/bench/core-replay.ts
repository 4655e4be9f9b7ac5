/** A log of a million events through `replay`, from text to report: events a second, and what memory grows with. */
import { eventToJson } from '../../checkpoints/index.ts';
import { createReplay, type Replay } from '../../engine/index.ts';
import { EVENTS_PER_STEP, lineDefinitions, lineEvent, START } from './line-flow.ts';
import {
  againstLimit,
  heldBytes,
  type Measurement,
  median,
  microseconds,
  processorTime,
  SAMPLES,
} from './measure.ts';

const BENCH = 'core';
const STEPS = 10;
const EVENTS = 1_000_000;
const LIFE = STEPS * EVENTS_PER_STEP;
/** instances that run at the same time */
const ABREAST = 500;
/** lines made ahead, outside of what is timed */
const CHUNK = 10_000;
const RUNS = 5;
const KEPT = 2_000;

/** The lines about replay. Making the text of the log is not timed; reading, checking and deciding it is. */
export function* measureReplay(): Generator<Measurement> {
  const seconds = median(Array.from({ length: RUNS }, replayMillion));
  const measure = 'replay, 1,000,000 events';
  yield againstLimit(BENCH, { measure, value: EVENTS / seconds, unit: 'events/s' }, { atLeast: 100_000 });
  const grown = median(Array.from({ length: SAMPLES }, bytesAnEvent));
  const unit = 'bytes';
  yield againstLimit(
    BENCH,
    { measure: 'replay, held for an event more', value: grown, unit },
    { atMost: 48 },
  );
}

function replayMillion(): number {
  const replay = createReplay(lineDefinitions(STEPS), { from: null, until: null });
  let took = 0;
  for (let first = 0; first < EVENTS; first += CHUNK) {
    const lines = Array.from({ length: CHUNK }, (_, offset) => logLine(first + offset));
    took += microseconds(() => {
      for (const text of lines) replay.line(text);
    });
  }
  const begun = processorTime();
  const { rejected, alarms } = replay.finish();
  took += processorTime() - begun;
  if (rejected.length > 0 || alarms.length > 0 || replay.counts.repeats > 0)
    throw new Error(`The log of the bench has faults: ${rejected[0]?.reason ?? alarms[0]?.text}`);
  return took / 1e6;
}

/** Groups of instances side by side, each instance with its next event in turn. */
function logLine(number: number): string {
  const group = Math.floor(number / (ABREAST * LIFE));
  const inGroup = number % (ABREAST * LIFE);
  const key = `order-${group * ABREAST + (inGroup % ABREAST)}`;
  return eventToJson(lineEvent(key, Math.floor(inGroup / ABREAST), START + number));
}

/** What memory grows by for each further event of the same instances: their ids must be known again. */
function bytesAnEvent(): number {
  const replay = createReplay(lineDefinitions(STEPS), { from: null, until: null });
  feed(replay, 0, 100_000);
  const before = heldBytes();
  feed(replay, 100_000, 400_000);
  const after = heldBytes();
  if (replay.watch.instances.size !== KEPT || replay.counts.repeats > 0)
    throw new Error('The log of the bench has other instances than it should have.');
  return (after - before) / 400_000;
}

function feed(replay: Replay, first: number, count: number): void {
  for (let number = first; number < first + count; number++) {
    const event = lineEvent(`order-${number % KEPT}`, number < KEPT ? 0 : 1, START + number);
    replay.line(eventToJson({ ...event, id: `event-${number}` }));
  }
}
