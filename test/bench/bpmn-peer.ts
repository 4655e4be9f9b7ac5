/**
 * The flow of the bench for bpmn-engine: user tasks in a line, each with a boundary timer that its end stops, and between
 * two of them an exclusive gateway with a condition on a variable and a default flow to an end of its own. A task is
 * signalled as soon as it waits: one event a step, where the engine takes three.
 *
 * Not counted: parsing the XML, which is done before. Counted on both sides: making the instance and starting it.
 */
import { EventEmitter } from 'node:events';
import { Engine } from 'bpmn-engine';
import { processorTime } from './measure.ts';

/** The process with that many steps, as BPMN 2.0 XML. */
export function bpmnProcess(steps: number): string {
  const parts: string[] = [
    '<startEvent id="start" /><sequenceFlow id="f0" sourceRef="start" targetRef="s1" />',
  ];
  for (let step = 1; step <= steps; step++) {
    const next = step === steps ? 'end' : `s${step + 1}`;
    parts.push(
      `<userTask id="s${step}" />`,
      `<boundaryEvent id="t${step}" attachedToRef="s${step}" cancelActivity="false">` +
        '<timerEventDefinition><timeDuration xsi:type="tFormalExpression">PT10M</timeDuration></timerEventDefinition>' +
        '</boundaryEvent>',
      `<sequenceFlow id="a${step}" sourceRef="s${step}" targetRef="g${step}" />`,
      `<exclusiveGateway id="g${step}" default="d${step}" />`,
      `<sequenceFlow id="f${step}" sourceRef="g${step}" targetRef="${next}">` +
        `<conditionExpression xsi:type="tFormalExpression">\${environment.variables.holds}</conditionExpression>` +
        '</sequenceFlow>',
      `<sequenceFlow id="d${step}" sourceRef="g${step}" targetRef="stop${step}" /><endEvent id="stop${step}" />`,
    );
  }
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"' +
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="http://bpmn.io/schema/bpmn">' +
    `<process id="line" isExecutable="true">${parts.join('')}<endEvent id="end" /></process></definitions>`
  );
}

interface Waiting {
  readonly id: string;
  signal(): void;
}

interface Flowing {
  readonly id: string;
}

/** Runs an instance from its start to its end; gives the microseconds of processor time that it took. */
export async function runProcess(source: string): Promise<number> {
  const engine = new Engine({ name: 'line', source, variables: { holds: true } });
  await engine.getDefinitions();
  const listener = new EventEmitter();
  let last = '';
  listener.on('activity.wait', (task: Waiting) => task.signal());
  listener.on('activity.end', (activity: Flowing) => {
    last = activity.id;
  });
  const begun = processorTime();
  const ended = engine.waitFor('end');
  await engine.execute({ listener });
  await ended;
  const took = processorTime() - begun;
  if (last !== 'end' && last !== 'line') throw new Error(`The process ended at ${last}, not at its end.`);
  return took;
}

/** An instance that waits in its first task. */
export async function startProcess(source: string): Promise<Engine> {
  const engine = new Engine({ name: 'line', source, variables: { holds: true } });
  await engine.execute();
  return engine;
}
