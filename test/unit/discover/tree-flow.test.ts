import fc from 'fast-check';
import { expect, test } from 'vitest';
import { activitiesOf, type ProcessTree } from '../../../adapters/discover/process-tree.ts';
import { graphOfTree, stepNames } from '../../../adapters/discover/tree-flow.ts';
import { draftOf } from '../../../adapters/flow-graph.ts';
import { writeYaml } from '../../../adapters/flow-yaml.ts';
import { compileDefinitions, type Definitions, formatFinding } from '../../../definitions/index.ts';
import { createReplay } from '../../../engine/index.ts';
import { randomFrom, runOf, trees } from './random-trees.ts';

function yamlOf(tree: ProcessTree): string {
  const flow = { name: 'found', keys: {}, comments: [], names: stepNames(activitiesOf(tree)) };
  const draft = draftOf(graphOfTree(tree, flow, () => ({ keys: {}, comments: [] })));
  return draft === null ? '' : writeYaml([], [draft]);
}

function compiled(text: string): Definitions {
  const { definitions, findings } = compileDefinitions([{ file: 'found.yaml', text }], 'r');
  if (definitions === null || findings.length > 0)
    throw new Error(`${findings.map(formatFinding).join('\n')}\n${text}`);
  return definitions;
}

function outcomeOf(definitions: Definitions, run: readonly string[]) {
  const replay = createReplay(definitions, { from: null, until: null });
  const line = (id: number, more: object) =>
    replay.line(
      JSON.stringify({
        id: String(id),
        flow: 'found',
        key: 'k',
        time: new Date(1e12 + id * 1000).toISOString(),
        ...more,
      }),
    );
  line(0, { event: 'activated' });
  run.forEach((step, index) => {
    line(index + 1, { step, event: 'committed' });
  });
  const { instances, rejected, alarms } = replay.finish();
  const [instance] = instances;
  return {
    status: instance?.status,
    deviated: instance?.deviated,
    rejected: rejected.length,
    alarms: alarms.map(({ name, step }) => `${name} ${step}`),
  };
}

test('every run of a random tree goes through its flow and ends it', () => {
  fc.assert(
    fc.property(trees, fc.integer(), (tree, seed) => {
      const text = yamlOf(tree);
      const definitions = compiled(text);
      const random = randomFrom(seed);
      for (let n = 0; n < 12; n++) {
        const run = runOf(tree, random);
        const told = `${JSON.stringify(tree)}\n${text}\n${run.join(' ')}`;
        const empty = run.length === 0;
        expect(outcomeOf(definitions, run), told).toEqual({
          status: empty ? expect.any(String) : 'committed',
          deviated: false,
          rejected: 0,
          alarms: [],
        });
      }
    }),
    { numRuns: Number(process.env.RUNS ?? 150), seed: 7 },
  );
});
