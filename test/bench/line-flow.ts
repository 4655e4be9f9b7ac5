/**
 * The flow that the core is measured with: steps in a line, each with a parameter, a timer that its commit stops and a
 * rule on its commit; every connector has a guard on that parameter. An instance gets three events a step.
 */
import type { CheckpointEvent } from '../../checkpoints/index.ts';
import { compileDefinitions, type Definitions, type Flow } from '../../definitions/index.ts';

export const EVENTS_PER_STEP = 3;
export const START = Date.UTC(2026, 10, 23, 8);

/** Definitions with one flow, `line`, of that many steps. */
export function lineDefinitions(steps: number): Definitions {
  const { definitions, findings } = compileDefinitions(
    [{ file: 'line.yaml', text: lineYaml(steps) }],
    'bench',
  );
  if (definitions === null) throw new Error(findings.map(({ message }) => message).join('\n'));
  return definitions;
}

/** The flow `line` itself. */
export function lineFlow(definitions: Definitions): Flow {
  const flow = definitions.flows.get('line');
  if (flow === undefined) throw new Error('The bench has no flow called line.');
  return flow;
}

/** The source of the flow. */
export function lineYaml(steps: number): string {
  const names = Array.from({ length: steps }, (_, index) => `s${index + 1}`);
  const stepLines = names.map(
    (name) =>
      `  ${name}:\n` +
      '    params: { COUNT: { type: number, default: 0 } }\n' +
      '    timers: { stalled: { after: activated, in: 10m, until: committed } }\n' +
      '    on: { committed: { when: COUNT < 0, do: { alarm: negative } } }\n',
  );
  const connectorLines = names
    .slice(1)
    .map((name, index) => `  - { from: ${names[index]}, to: ${name}, when: COUNT >= 0 }\n`);
  return `flow: line\nsteps:\n${stepLines.join('')}connectors:\n${connectorLines.join('')}`;
}

/** The event of that place in the life of an instance, `place` counting from 0. */
export function lineEvent(key: string, place: number, time: number): CheckpointEvent {
  const step = Math.floor(place / EVENTS_PER_STEP);
  const turn = place % EVENTS_PER_STEP;
  return {
    id: `${key}-${place}`,
    flow: 'line',
    key,
    step: `s${step + 1}`,
    kind: turn === 0 ? 'activated' : turn === 1 ? 'params' : 'committed',
    time,
    state: null,
    params: turn === 1 ? [['COUNT', step]] : [],
    message: null,
    source: null,
  };
}

/** All events of an instance of so many steps, a second apart. */
export function lineEvents(key: string, steps: number): readonly CheckpointEvent[] {
  return Array.from({ length: steps * EVENTS_PER_STEP }, (_, place) =>
    lineEvent(key, place, START + place * 1000),
  );
}
