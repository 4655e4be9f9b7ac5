/** What a live instance of ten steps holds in memory, its place on the agenda and in the index included. */
import { createWatch } from '../../engine/index.ts';
import { bpmnProcess, startProcess } from './bpmn-peer.ts';
import { EVENTS_PER_STEP, lineDefinitions, lineEvent, START } from './line-flow.ts';
import {
  againstLimit,
  againstPeer,
  bytesEach,
  heldBytes,
  type Measurement,
  median,
  SAMPLES,
} from './measure.ts';
import { parallelMachine, peerEvents, startActor } from './xstate-peer.ts';

const BENCH = 'core';
const STEPS = 10;
const EVENTS = STEPS * EVENTS_PER_STEP;
const INSTANCES = 9_000;
const LIMIT = 1536;
const ACTORS = 300;
const ENGINES = 20;

/**
 * The lines about memory: of instances that have just begun, and of as many at each stage of their lives, which gives the
 * mean over a life. They are stored (ids that were seen are dropped), as in a worker after its commit.
 */
export async function* measureMemory(): AsyncGenerator<Measurement> {
  const unit = 'bytes';
  const started = samples(() => bytesEach(INSTANCES, () => liveInstances(1)));
  const first = { measure: 'a live instance of 10 steps, first step active', value: started, unit };
  yield againstLimit(BENCH, first, { atMost: LIMIT });
  const value = samples(() => bytesEach(INSTANCES, () => liveInstances(EVENTS)));
  const measured = { measure: 'a live instance of 10 steps, mean over a life', value, unit };
  yield againstLimit(BENCH, measured, { atMost: LIMIT });
  const actor = samples(() => bytesEach(ACTORS, liveActors));
  yield againstPeer(BENCH, measured, { name: 'xstate, parallel machine', value: actor });
  yield againstPeer(BENCH, measured, { name: 'bpmn-engine, first task', value: await bytesOfAnEngine() });
}

function samples(sample: () => number): number {
  return median(Array.from({ length: SAMPLES }, sample));
}

/** Instances with one event, two, three … up to `stages`, and again from one. */
function liveInstances(stages: number) {
  const watch = createWatch({ definitions: lineDefinitions(STEPS), clock: START });
  for (let number = 0; number < INSTANCES; number++) {
    const stage = number % stages;
    for (let place = 0; place <= stage - (stage === EVENTS - 1 ? 1 : 0); place++)
      watch.take(lineEvent(`order-${number}`, place, START), START);
    if (number % 100 === 99) watch.forget(watch.harvest());
  }
  watch.forget(watch.harvest());
  if (watch.instances.size !== INSTANCES)
    throw new Error(`There are ${watch.instances.size} instances, not ${INSTANCES}.`);
  return watch;
}

function liveActors() {
  const machine = parallelMachine(STEPS);
  const events = peerEvents(STEPS);
  return Array.from({ length: ACTORS }, (_, number) => {
    const actor = startActor(machine);
    for (const event of events.slice(0, number % EVENTS)) actor.send(event);
    return actor;
  });
}

async function bytesOfAnEngine(): Promise<number> {
  const values: number[] = [];
  const source = bpmnProcess(STEPS);
  for (let sample = 0; sample < SAMPLES; sample++) {
    const before = heldBytes();
    const engines: Awaited<ReturnType<typeof startProcess>>[] = [];
    while (engines.length < ENGINES) engines.push(await startProcess(source));
    values.push((heldBytes() - before) / ENGINES);
    for (const engine of engines) engine.stop();
  }
  return median(values);
}
