/**
 * What a report of one entry costs beside 10, 1,000 or 10,000 others of its step: through a worker on a store and a stream in
 * memory, so that deciding, finding the relatives, the rows of instances and what is told of them are all in it. The
 * instances are expected before, which is not timed; each entry starts and commits, in batches of a thousand messages or in
 * one of its own each, as when they come one by one.
 */
import { memoryStorage, memoryStream } from '../../adapters/storage/index.ts';
import { eventToJson } from '../../checkpoints/index.ts';
import { compileDefinitions } from '../../definitions/index.ts';
import { createWorker, type Worker } from '../../engine/index.ts';
import { START } from './line-flow.ts';
import { againstLimit, type Measurement, medianOfAsync, processorTime } from './measure.ts';

const BENCH = 'core';
const ENTRIES = [10, 1000, 10_000];
/** entries that report, of as many steps as it takes */
const REPORTING = 1000;
const REPORTS = 2 * REPORTING;
const SAMPLES = 5;
/** how much more a report may cost among 10,000 entries than among 10, to count as not growing */
const NO_GROWTH = 2;

/** The lines about entries of `each`. */
export async function* measureEntries(): AsyncGenerator<Measurement> {
  for (const batch of [1000, 1]) {
    const how = batch === 1 ? 'alone in its batch' : `in a batch of ${batch}`;
    const values: number[] = [];
    for (const entries of ENTRIES) {
      const value = await medianOfAsync(SAMPLES, () => reportAmong(entries, batch));
      values.push(value);
      const measure = `a report among ${entries} entries, ${how}`;
      yield againstLimit(BENCH, { measure, value, unit: 'us/event' }, { atMost: batch === 1 ? 1000 : 100 });
    }
    const value = (values.at(-1) ?? Number.NaN) / (values[0] ?? Number.NaN);
    const measure = `a report among 10000 entries over 10, ${how}`;
    yield againstLimit(BENCH, { measure, value, unit: 'ratio' }, { atMost: NO_GROWTH });
  }
}

/** Microseconds of processor time for a report. */
async function reportAmong(entries: number, batch: number): Promise<number> {
  const steps = Math.max(1, REPORTING / entries);
  const clock = { now: START };
  const storage = memoryStorage({ now: () => clock.now });
  const stream = memoryStream(() => clock.now);
  const text = yamlOf(entries);
  const { definitions } = compileDefinitions([{ file: 'each.yaml', text }], 'bench');
  if (definitions === null) throw new Error('The flows of the bench do not compile.');
  const worker = createWorker({
    partition: '0',
    owner: 'bench',
    store: storage.store,
    intake: stream.intake(),
    definitions,
    sources: [{ file: 'each.yaml', text }],
    compile: () => null,
    now: () => clock.now,
    patience: 0,
    batch,
  });
  const parents = Array.from({ length: steps }, (_, number) => `p${number}`);
  await stream.outlet.send(parents.map((key) => message('outer', key, 'begin', 'committed')));
  await workAll(worker, clock);
  const entriesEach = REPORTING / steps;
  const each = Array.from({ length: entriesEach }, (_, entry) => Math.floor((entry * entries) / entriesEach));
  const keys = each.flatMap((entry) => parents.map((parent) => `${parent}/e${entry}`));
  for (const kind of ['activated', 'committed'] as const)
    await stream.outlet.send(keys.map((key) => message('inner', key, 's', kind)));
  clock.now += 1000;
  const begun = processorTime();
  const events = await workAll(worker, clock);
  const took = processorTime() - begun;
  if (events !== REPORTS) throw new Error(`The bench has decided ${events} reports, not ${REPORTS}.`);
  return took / REPORTS;
}

/** A millisecond a turn, so that rows may be written as they would be. */
async function workAll(worker: Worker, clock: { now: number }): Promise<number> {
  let events = 0;
  for (let turn = await worker.turn(); turn.kind === 'worked'; turn = await worker.turn()) {
    events += turn.events;
    clock.now += 1;
  }
  return events + ((await worker.settle())?.events ?? 0);
}

function message(flow: string, key: string, step: string, kind: 'activated' | 'committed') {
  const fields = { state: null, params: [], message: null, source: null };
  const event = { ...fields, id: kind, flow, key, step, kind, time: START };
  return { subject: `milepost.checkpoint.${flow}.${key}`, payload: Buffer.from(eventToJson(event)) };
}

function yamlOf(entries: number): string {
  const each = Array.from({ length: entries }, (_, entry) => `e${entry}`).join(', ');
  return `
flow: outer
steps:
  begin: {}
  all: { flow: inner, each: [${each}] }
connectors: [{ from: begin, to: all }]
---
flow: inner
steps: { s: { timers: { stalled: { after: activated, in: 10m, until: committed } } } }
`;
}
