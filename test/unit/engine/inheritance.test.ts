/** Which values a visit begins with. The rest is told by the scenarios of params. */
import { describe, expect, it } from 'vitest';
import type { Value } from '../../../checkpoints/index.ts';
import { createWatch } from '../../../engine/index.ts';
import { at, defined, event } from './watching.ts';

type Params = readonly (readonly [string, Value | null])[];
type Report = readonly [what: string, params?: Params];

/** The values of a step once these reports have come, a minute apart; parameters in the order of the file. */
function valuesOf(yaml: string, step: string, reports: readonly Report[]): readonly (Value | null)[] {
  const definitions = defined(yaml);
  const watch = createWatch({ definitions, clock: at('09:00') });
  for (const [index, [what, params = []]] of reports.entries()) {
    const time = `09:0${index}`;
    const taken = watch.take(event(time, `f/k ${what}`, { params }), at(time));
    if (taken.kind !== 'accepted') throw new Error(`${what} was not accepted`);
  }
  const index = definitions.flows.get('f')?.stepIndex.get(step);
  return watch.instances.get('f/k')?.instance.steps[index ?? -1]?.params ?? [];
}

const TO = 'params: { N: { type: number, default: 7, from: N } }';

describe('a parameter that is copied begins with', () => {
  it.each<
    [says: string, yaml: string, step: string, reports: readonly Report[], values: readonly (Value | null)[]]
  >([
    [
      'the value that the step before has then',
      `flow: f\nsteps: { a: { params: { N: { type: number } } }, b: { ${TO} } }\nconnectors: [{ from: a, to: b }]`,
      'b',
      [['a committed', [['N', 5]]]],
      [5],
    ],
    [
      'its default where that has none',
      `flow: f\nsteps: { a: { params: { N: { type: number } } }, b: { ${TO} } }\nconnectors: [{ from: a, to: b }]`,
      'b',
      [['a committed']],
      [7],
    ],
    [
      'its default where an out-of-order report begins the visit: nothing led there',
      `flow: f\nsteps: { a: { params: { N: { type: number, default: 5 } } }, b: { ${TO} } }\nconnectors: [{ from: a, to: b }]`,
      'b',
      [['a activated'], ['b activated']],
      [7],
    ],
    [
      'its default on a start step',
      `flow: f\nsteps: { a: { params: { N: { type: number } } }, b: { ${TO} } }\nconnectors: [{ from: b, to: a }]`,
      'b',
      [['b activated']],
      [7],
    ],
    [
      'what a derived one comes to',
      `flow: f\nsteps: { a: { params: { M: { type: number }, N: { type: number, value: M * 2 } } }, b: { ${TO} } }\nconnectors: [{ from: a, to: b }]`,
      'b',
      [['a committed', [['M', 4]]]],
      [8],
    ],
    [
      'its default where the derived one cannot be told',
      `flow: f\nsteps: { a: { params: { M: { type: number }, N: { type: number, value: M * 2 } } }, b: { ${TO} } }\nconnectors: [{ from: a, to: b }]`,
      'b',
      [['a committed']],
      [7],
    ],
    [
      'the value from before the gates that lie between',
      `flow: f\nsteps: { a: { params: { N: { type: number } } }, g: { gate: true }, h: { gate: true }, b: { ${TO} } }\nconnectors: [{ from: a, to: g }, { from: g, to: h }, { from: h, to: b }]`,
      'b',
      [['a committed', [['N', 5]]]],
      [5],
    ],
    [
      'the value of the step that arrived last at the join, else of one before it that has one',
      `flow: f\nsteps: { a: { params: { N: { type: number } } }, c: { params: { N: { type: number } } }, b: { ${TO} } }\nconnectors: [{ from: a, to: b }, { from: c, to: b }]`,
      'b',
      [['c committed', [['N', 3]]], ['a committed']],
      [3],
    ],
  ])('%s', (_, yaml, step, reports, values) => {
    expect(valuesOf(yaml, step, reports)).toEqual(values);
  });
});

describe('a parameter that is not copied', () => {
  const YAML = `
flow: f
steps:
  a: { params: { N: { type: number, default: 1 }, T: { type: number, value: N + 1 }, S: { type: string, from: S, default: x } } }
`;
  it('begins with its default, a derived one and one that nobody set with nothing', () => {
    expect(valuesOf(YAML, 'a', [['a activated']])).toEqual([1, null, 'x']);
    expect(valuesOf(YAML.replace(', default: x', ''), 'a', [['a activated']])).toEqual([1, null, null]);
  });

  it('is not set by an event that names a derived one, or one that is not declared', () => {
    expect(
      valuesOf(YAML, 'a', [
        [
          'a activated',
          [
            ['T', 5],
            ['Q', 5],
            ['N', 2],
          ],
        ],
      ]),
    ).toEqual([2, null, 'x']);
  });

  it('shares its values with all others of the step until one changes', () => {
    const first = valuesOf(YAML.replace(', S: { type: string, from: S, default: x }', ''), 'a', [
      ['a activated'],
    ]);
    expect(Object.isFrozen(first)).toBe(true);
  });
});
