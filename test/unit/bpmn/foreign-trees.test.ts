import fc from 'fast-check';
import { expect, test } from 'vitest';
import { importBpmn } from '../../../adapters/bpmn/index.ts';
import { canBeEmpty, type ProcessTree } from '../../../adapters/discover/process-tree.ts';
import { writeYaml } from '../../../adapters/flow-yaml.ts';
import { compileDefinitions, formatFinding } from '../../../definitions/index.ts';
import { createReplay } from '../../../engine/index.ts';
import { randomFrom, runOf, trees } from '../discover/random-trees.ts';

/** A tree as another tool would draw it: tasks, exclusive and parallel gateways, nothing of Milepost's. */
function diagramOf(tree: ProcessTree): string {
  const elements: string[] = ['<startEvent id="start"/>', '<endEvent id="end"/>'];
  let count = 0;
  const gateway = (kind: string) => {
    elements.push(`<${kind}Gateway id="g${++count}"/>`);
    return `g${count}`;
  };
  const line = (from: string, to: string) => {
    elements.push(`<sequenceFlow id="f${++count}" sourceRef="${from}" targetRef="${to}"/>`);
  };
  const draw = (part: ProcessTree, from: string): string => {
    switch (part.kind) {
      case 'silent':
        return from;
      case 'activity':
        elements.push(`<task id="${part.name}" name="${part.name}"/>`);
        line(from, part.name);
        return part.name;
      case 'sequence':
        return part.children.reduce((at, child) => draw(child, at), from);
      case 'loop': {
        const [first, ...others] = part.children;
        const [entry, exit] = [gateway('exclusive'), gateway('exclusive')];
        line(from, entry);
        line(first === undefined ? entry : draw(first, entry), exit);
        for (const other of others) line(draw(other, exit), entry);
        return exit;
      }
      case 'choice':
      case 'parallel': {
        const kind = part.kind === 'choice' ? 'exclusive' : 'parallel';
        const [split, merge] = [gateway(kind), gateway(kind)];
        line(from, split);
        for (const child of part.children) line(draw(child, split), merge);
        return merge;
      }
    }
  };
  line(draw(tree, 'start'), 'end');
  return `<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t"><process id="p" name="drawn">${elements.join('')}</process></definitions>`;
}

function has(tree: ProcessTree, kind: ProcessTree['kind']): boolean {
  return tree.kind === kind || ('children' in tree && tree.children.some((child) => has(child, kind)));
}

/** What adapters/bpmn/README.md says cannot be told apart by the events alone. */
function isApart(tree: ProcessTree): boolean {
  if (!('children' in tree)) return true;
  const [first, ...others] = tree.children;
  if (
    tree.kind === 'loop' &&
    (has(tree, 'parallel') || (first !== undefined && canBeEmpty(first) && others.some(canBeEmpty)))
  )
    return false;
  if (tree.kind === 'parallel' && has(tree, 'loop')) return false;
  if (tree.kind === 'choice' && tree.children.some((child) => has(child, 'parallel') && canBeEmpty(child)))
    return false;
  return tree.children.every(isApart);
}

test('every run of a diagram that another tool has drawn goes through its flow and ends it', async () => {
  await fc.assert(
    fc.asyncProperty(trees.filter(isApart), fc.integer(), async (tree, seed) => {
      const read = await importBpmn(diagramOf(tree));
      if (!read.ok) return;
      const text = writeYaml([], read.value.flows);
      const { definitions, findings } = compileDefinitions([{ file: 'x.yaml', text }], 'r');
      expect(findings.map(formatFinding), text).toEqual([]);
      if (definitions === null) return;
      const random = randomFrom(seed);
      for (let n = 0; n < 10; n++) {
        const run = runOf(tree, random);
        if (run.length === 0) continue;
        const replay = createReplay(definitions, { from: null, until: null });
        run.forEach((step, index) => {
          const time = new Date(1e12 + index * 1000).toISOString();
          replay.line(
            JSON.stringify({ id: String(index), flow: 'drawn', key: 'k', step, event: 'committed', time }),
          );
        });
        const { instances, alarms } = replay.finish();
        const told = `${JSON.stringify(tree)}\n${text}\n${run.join(' ')}`;
        expect([alarms.map(({ name, step }) => `${name} ${step}`), instances[0]?.status], told).toEqual([
          [],
          'committed',
        ]);
      }
    }),
    { numRuns: Number(process.env.RUNS ?? 100), seed: 71 },
  );
});
