/** A flow as a graph, alone and with the status of an instance. */
import { describe, expect, it } from 'vitest';
import { createWatch, viewGraph } from '../../../engine/index.ts';
import { at, defined, event } from './watching.ts';

const YAML = `
checkpoint: receive
states: { waiting: [got], got: [] }
---
flow: f
title: { en: Day, zh: 日 }
steps:
  a: { checkpoint: receive, title: First, timers: { slow: { after: activated, in: 10m, until: committed } } }
  g: { gate: true }
  n: { flow: inner, each: [x, y] }
  z: { end: true }
connectors:
  - { from: a, to: g, when: state == 'got' }
  - { from: g, to: n }
  - { from: g, to: z }
  - { from: z, to: a, limit: 2 }
---
flow: inner
steps: { s: {} }
`;

const definitions = defined(YAML);

function flow() {
  const found = definitions.flows.get('f');
  if (found === undefined) throw new Error('the flow is defined');
  return found;
}

const IDLE = {
  status: null,
  state: null,
  visits: 0,
  activatedAt: null,
  endedAt: null,
  alarms: [],
  timers: [],
};

describe('the graph of a flow', () => {
  it('without an instance has no status, and counts nothing', () => {
    expect(viewGraph(flow(), null)).toEqual({
      flow: 'f',
      key: null,
      revision: null,
      nodes: [
        {
          id: 'a',
          title: 'First',
          kind: 'checkpoint',
          checkpoint: 'receive',
          nested: null,
          start: true,
          end: false,
          ...IDLE,
        },
        {
          id: 'g',
          title: null,
          kind: 'gate',
          checkpoint: null,
          nested: null,
          start: false,
          end: false,
          ...IDLE,
        },
        {
          id: 'n',
          title: null,
          kind: 'flow',
          checkpoint: null,
          nested: { flow: 'inner', entries: 2, counts: [], keys: [], children: [] },
          start: false,
          end: true,
          ...IDLE,
        },
        {
          id: 'z',
          title: null,
          kind: 'checkpoint',
          checkpoint: null,
          nested: null,
          start: false,
          end: true,
          ...IDLE,
        },
      ],
      edges: [
        { id: 'a->g#0', from: 'a', to: 'g', when: "state == 'got'", limit: null, taken: 0 },
        { id: 'g->n#1', from: 'g', to: 'n', when: null, limit: null, taken: 0 },
        { id: 'g->z#2', from: 'g', to: 'z', when: null, limit: null, taken: 0 },
        { id: 'z->a#3', from: 'z', to: 'a', when: null, limit: 2, taken: 0 },
      ],
    });
  });

  it('of more than a hundred nested instances has those in trouble first, and counts all of them', () => {
    const each = Array.from({ length: 300 }, (_, entry) => `e${entry}`).join(', ');
    const many = defined(
      `flow: f\nsteps: { n: { flow: inner, each: [${each}] } }\n---\nflow: inner\nsteps: { s: {} }`,
    );
    const watch = createWatch({ definitions: many, clock: at('09:00') });
    for (const [entry, kind] of [
      [7, 'committed'],
      [250, 'exception'],
      [299, 'activated'],
    ] as const)
      watch.take(event('09:00', `inner/k/e${entry} s ${kind}`), at('09:00'));
    const [node] = viewGraph(
      many.flows.get('f') ?? flow(),
      watch.instances.get('f/k')?.instance ?? null,
    ).nodes;
    expect(node?.nested).toMatchObject({
      entries: 300,
      counts: [
        { status: 'running', health: 'running', count: 1 },
        { status: 'committed', health: 'normal', count: 1 },
        { status: 'failed', health: 'critical', count: 1 },
      ],
      children: [
        { key: 'k/e250', status: 'failed' },
        { key: 'k/e299', status: 'running' },
        { key: 'k/e7', status: 'committed' },
      ],
    });
    expect(node?.nested?.keys).toHaveLength(100);
    expect(node?.nested?.keys.slice(0, 5)).toEqual(['k/e250', 'k/e299', 'k/e7', 'k/e0', 'k/e1']);
  });

  it('of an instance has where its steps stand, what is open and counts down there, and what was taken', () => {
    const watch = createWatch({ definitions, clock: at('09:00') });
    const take = (time: string, what: string, fields = {}) =>
      watch.take(event(time, `f/k ${what}`, fields), at(time));
    take('09:00', 'a committed', { state: 'got' });
    watch.take(event('09:01', 'inner/k/y s activated'), at('09:01'));
    take('09:05', 'z committed');
    take('09:20', 'a activated');
    take('09:21', 'z exception', { message: 'no space' });
    const instance = watch.instances.get('f/k')?.instance;
    if (instance === undefined) throw new Error('it was made');
    const { key, revision, nodes, edges } = viewGraph(flow(), instance);
    expect([key, revision]).toEqual(['k', 'r1']);
    const z = instance.alarms.filter(({ step }) => step === 'z');
    expect(nodes).toMatchObject([
      {
        id: 'a',
        status: 'running',
        state: 'waiting',
        visits: 2,
        activatedAt: '2026-11-23T09:05:00.000Z',
        endedAt: null,
        timers: [],
        alarms: [{ name: 'slow', severity: 'warning', text: 'a: timer slow ran out at 2026-11-23 09:15:00' }],
      },
      {
        id: 'g',
        status: 'committed',
        visits: 1,
        activatedAt: '2026-11-23T09:00:00.000Z',
        endedAt: '2026-11-23T09:00:00.000Z',
      },
      {
        id: 'n',
        status: 'running',
        nested: {
          flow: 'inner',
          keys: ['k/x', 'k/y'],
          children: [{ key: 'k/y', status: 'running', health: 'running' }],
        },
        alarms: [],
      },
      {
        id: 'z',
        status: 'failed',
        endedAt: '2026-11-23T09:21:00.000Z',
        alarms: z.map(({ id, name, severity, text }) => ({ id, name, severity, text })),
      },
    ]);
    expect(z.map(({ name }) => name)).toEqual(['out-of-order', 'exception']);
    expect(edges.map(({ id, taken }) => `${id} ${taken}`)).toEqual([
      'a->g#0 1',
      'g->n#1 1',
      'g->z#2 1',
      'z->a#3 1',
    ]);
  });

  it('has the due times of each step with the step', () => {
    const watch = createWatch({ definitions, clock: at('09:00') });
    watch.take(event('09:00', 'f/k a activated'), at('09:00'));
    const { nodes } = viewGraph(flow(), watch.instances.get('f/k')?.instance ?? null);
    expect(nodes.map(({ timers }) => timers)).toEqual([
      [{ name: 'slow', due: '2026-11-23T09:10:00.000Z' }],
      [],
      [],
      [],
    ]);
  });
});
