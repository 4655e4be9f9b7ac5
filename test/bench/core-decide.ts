/** `decide` alone: facts through one warm instance after the other, beside xstate and bpmn-engine in the same process. */
import { decide, type Fact, type Instance, newInstance } from '../../engine/index.ts';
import { bpmnProcess, runProcess } from './bpmn-peer.ts';
import { lineDefinitions, lineEvents, lineFlow, START } from './line-flow.ts';
import {
  againstLimit,
  againstPeer,
  type Measurement,
  medianOf,
  medianOfAsync,
  microseconds,
  SAMPLES,
} from './measure.ts';
import { hasCommitted, parallelMachine, peerEvents, startActor } from './xstate-peer.ts';

const BENCH = 'core';
const STEPS = [10, 40];
/** instances a sample */
const PASSES = 400;
const ACTORS = 10;
/** how much more an event may cost with four times the steps, to count as not growing */
const NO_GROWTH = 1.25;

/** The lines about `decide`. */
export async function* measureDecide(): AsyncGenerator<Measurement> {
  const values: number[] = [];
  for (const steps of STEPS) {
    const value = decideAnEvent(steps);
    values.push(value);
    const measured = { measure: `decide, ${steps} steps`, value, unit: 'us/event' };
    yield againstLimit(BENCH, measured, { atMost: 3 });
    yield againstPeer(BENCH, measured, { name: 'xstate, parallel machine', value: xstateAnEvent(steps) });
  }
  const growth = (values[1] ?? Number.NaN) / (values[0] ?? Number.NaN);
  const measured = {
    measure: 'decide, an event with 40 steps over one with 10',
    value: growth,
    unit: 'ratio',
  };
  yield againstLimit(BENCH, measured, { atMost: NO_GROWTH });
  for (const steps of STEPS) {
    const measure = `decide, an instance of ${steps} steps from start to end`;
    const value = decideAnInstance(steps);
    const source = bpmnProcess(steps);
    const peer = await medianOfAsync(SAMPLES, () => runProcess(source));
    yield againstPeer(BENCH, { measure, value, unit: 'us' }, { name: 'bpmn-engine', value: peer });
  }
}

/** Microseconds for an event of an instance that is there already. */
function decideAnEvent(steps: number): number {
  const { flow, facts, born } = subject(steps);
  return medianOf(SAMPLES * 3, () => {
    let last = born;
    const took = microseconds(() => {
      for (let pass = 0; pass < PASSES; pass++) {
        last = born;
        for (const fact of facts) last = decide(flow, last, fact).instance;
      }
    });
    mustBeCommitted(last);
    return took / (PASSES * facts.length);
  });
}

/** Microseconds for a whole life: made, expected, and all its events. */
function decideAnInstance(steps: number): number {
  const { flow, facts } = subject(steps);
  return medianOf(SAMPLES, () => {
    let last: Instance | null = null;
    const took = microseconds(() => {
      for (let pass = 0; pass < PASSES; pass++) {
        last = expected(steps, flow);
        for (const fact of facts) last = decide(flow, last, fact).instance;
      }
    });
    mustBeCommitted(last);
    return took / PASSES;
  });
}

function subject(steps: number) {
  const flow = lineFlow(lineDefinitions(steps));
  const facts = lineEvents('k', steps).map((event): Fact => ({ kind: 'event', event }));
  return { flow, facts, born: expected(steps, flow) };
}

function expected(steps: number, flow: ReturnType<typeof lineFlow>): Instance {
  if (flow.steps.length !== steps) throw new Error(`The bench has ${flow.steps.length} steps, not ${steps}.`);
  const birth = { key: 'k', revision: 'bench', tradingDay: '2026-11-23', parent: null, time: START };
  const fact: Fact = {
    kind: 'expect',
    time: START,
    tradingDay: birth.tradingDay,
    parent: null,
    startDue: null,
    again: false,
  };
  return decide(flow, newInstance(flow, birth), fact).instance;
}

/** A bench that went wrong measures nothing. */
function mustBeCommitted(instance: Instance | null): void {
  if (instance?.status !== 'committed' || instance.alarms.length > 0 || instance.deviations.length > 0)
    throw new Error(`The instance of the bench is ${instance?.status}, not committed as it should be.`);
}

function xstateAnEvent(steps: number): number {
  const machine = parallelMachine(steps);
  const events = peerEvents(steps);
  return medianOf(SAMPLES, () => {
    const actors = Array.from({ length: ACTORS }, () => startActor(machine));
    const took = microseconds(() => {
      for (const actor of actors) for (const event of events) actor.send(event);
    });
    if (!actors.every((actor) => hasCommitted(actor, steps)))
      throw new Error('The last region of the parallel machine has not committed.');
    return took / (ACTORS * events.length);
  });
}
