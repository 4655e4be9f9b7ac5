import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exportBpmn, importBpmn } from '../../../adapters/bpmn/index.ts';
import { createModdle } from '../../../adapters/bpmn/moddle.ts';
import { activitiesOf } from '../../../adapters/discover/process-tree.ts';
import { graphOfTree, stepNames } from '../../../adapters/discover/tree-flow.ts';
import { draftOfDocument, type FlowDraft, type PlainMap } from '../../../adapters/flow-draft.ts';
import { draftOf } from '../../../adapters/flow-graph.ts';
import { plainDocuments } from '../../../definitions/index.ts';
import { createReplay } from '../../../engine/index.ts';
import { trees } from '../discover/random-trees.ts';
import { definitionsOf, flows, logs } from './random-flows.ts';

async function thereAndBack(drafts: readonly FlowDraft[], documents: readonly PlainMap[] = []) {
  const xml = await exportBpmn(drafts, documents);
  const { warnings } = await createModdle().fromXML(xml);
  expect(warnings).toEqual([]);
  const back = await importBpmn(xml);
  if (!back.ok) throw new Error(back.problem);
  expect(back.value.notes.filter(({ type }) => type !== 'bpmnDiagram')).toEqual([]);
  return back.value;
}

function reportOf(drafts: readonly FlowDraft[], log: readonly string[]): string {
  const definitions = definitionsOf(drafts);
  if (definitions === null) throw new Error('it does not compile');
  const replay = createReplay(definitions, { from: null, until: Date.parse('2026-11-23T12:00:00Z') });
  for (const line of log) replay.line(line);
  // an alarm says where in its file the rule stands
  return JSON.stringify(replay.finish()).replace(/flow\.yaml:\d+(:\d+)?/g, 'flow.yaml');
}

/** Drafts with their keys in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}

test('a random flow that is drawn and read back is the same flow', async () => {
  await fc.assert(
    fc.asyncProperty(flows, logs, async (drafts, log) => {
      const { flows: back } = await thereAndBack(drafts);
      expect(sorted(back)).toEqual(sorted(drafts));
      expect(reportOf(back, log)).toEqual(reportOf(drafts, log));
    }),
    { numRuns: Number(process.env.RUNS ?? 60), seed: 11 },
  );
});

test('so is one with choices, loops and parallel parts within each other', async () => {
  await fc.assert(
    fc.asyncProperty(trees, async (tree) => {
      const flow = { name: 'found', keys: {}, comments: [], names: stepNames(activitiesOf(tree)) };
      const draft = draftOf(graphOfTree(tree, flow, () => ({ keys: {}, comments: [] })));
      if (draft === null) return;
      const { flows: back } = await thereAndBack([draft]);
      expect(sorted(back)).toEqual(sorted([draft]));
    }),
    { numRuns: Number(process.env.RUNS ?? 60), seed: 12 },
  );
});

describe('the examples that ship', () => {
  const folder = new URL('../../../definitions/examples/', import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.yaml'),
  );
  test.each(files)('%s is the same when it is drawn and read back', async (file) => {
    const documents = plainDocuments([{ file, text: readFileSync(new URL(file, folder), 'utf8') }]);
    const drafts = documents.filter(({ kind }) => kind === 'flow').map(({ data }) => draftOfDocument(data));
    if (drafts.length === 0) return expect(documents.length).toBeGreaterThan(0);
    const others = documents.filter(({ kind }) => kind !== 'flow').map(({ data }) => data as PlainMap);
    const back = await thereAndBack(drafts, others);
    expect(sorted(back.flows)).toEqual(sorted(drafts));
    expect(back.documents).toEqual(others);
  });
});
