import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createActor, createMachine } from 'xstate';
import { exportMermaid, exportXstate } from '../../../adapters/charts/index.ts';
import { draftOfDocument, type FlowDraft } from '../../../adapters/flow-draft.ts';
import { plainDocuments } from '../../../definitions/index.ts';

const folder = new URL('../../../definitions/examples/', import.meta.url);
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.yaml'),
);

function draftsOf(text: string): readonly FlowDraft[] {
  const documents = plainDocuments([{ file: 'x.yaml', text }]);
  return documents.filter(({ kind }) => kind === 'flow').map(({ data }) => draftOfDocument(data));
}

const examples = files.flatMap((file) => draftsOf(readFileSync(new URL(file, folder), 'utf8')));

describe('a statechart', () => {
  test.each(examples.map((flow) => [flow.name, flow] as const))(
    'of %s is a machine that xstate takes',
    (_, flow) => {
      const machine = createMachine(JSON.parse(JSON.stringify(exportXstate(flow))));
      expect(Object.keys(machine.states)).toEqual(flow.steps.map(({ name }) => name));
    },
  );

  test('moves as the flow does: a commit activates what follows, and the other way of a choice is withdrawn', () => {
    const [flow] = draftsOf(`flow: f
steps: { a: { split: event }, b: {}, g: { gate: true }, c: { states: { open: [shut], shut: [] } } }
connectors: [{ from: a, to: b }, { from: a, to: c }, { from: c, to: g }, { from: g, to: b }]`);
    if (flow === undefined) throw new Error('no flow');
    const actor = createActor(createMachine(JSON.parse(JSON.stringify(exportXstate(flow)))));
    actor.start();
    expect(actor.getSnapshot().value).toEqual({ a: 'active', b: 'idle', g: 'idle', c: 'idle' });
    actor.send({ type: 'a.committed' });
    expect(actor.getSnapshot().value).toMatchObject({ b: 'active', c: 'active' });
    actor.send({ type: 'c.activated' });
    expect(actor.getSnapshot().value).toMatchObject({ b: 'withdrawn', c: { running: 'open' } });
    actor.send({ type: 'c.state.shut' });
    actor.send({ type: 'c.committed' });
    expect(actor.getSnapshot().value).toMatchObject({ b: 'active', c: 'committed' });
  });
});

describe('a Mermaid chart', () => {
  test('shows steps, gates, nested flows, conditions, the beginning and the end', () => {
    const drafts = draftsOf(`flow: f
title: 'The "f" <b>; #1'
steps: { a: { title: { en: Go } }, g: { gate: true }, n: { flow: inner, each: [x, y] } }
connectors: [{ from: a, to: g, when: "state == 'a|b'", limit: 2 }, { from: g, to: n }]
---
flow: inner
steps: { i: {} }`);
    expect(exportMermaid(drafts.slice(0, 1))).toBe(`flowchart LR
  f0start((" "))
  f0s0["Go"]
  f0s1{"g"}
  f0s2[["n ×2"]]
  f0end(((" ")))
  f0start --> f0s0
  f0s0 -->|"state == 'a#124;b', at most 2 times"| f0s1
  f0s1 --> f0s2
  f0s2 --> f0end
`);
    expect(exportMermaid(drafts)).toContain('subgraph f0["The #34;f#34; #60;b#62;#59; #35;1"]');
  });

  test.each(examples.map((flow) => [flow.name, flow] as const))(
    'of %s has a node for each step',
    (_, flow) => {
      const nodes = exportMermaid([flow]).match(/^ {2}f0s\d+[[{]/gm);
      expect(nodes).toHaveLength(flow.steps.length);
    },
  );
});
