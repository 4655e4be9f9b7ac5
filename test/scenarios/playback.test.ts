import { describe, expect, test } from 'vitest';
import {
  createReplay,
  type Frame,
  type GraphView,
  listenTo,
  playBack,
  viewGraph,
} from '../../engine/index.ts';
import { Clock, compile } from './timeline.ts';

const YAML = `
flow: transfer
steps:
  receive:
    states: { waiting: [broken, received], broken: [waiting], received: [] }
    params: { PIN: { type: number } }
    timers: { stalled: { after: activated, in: 10m } }
  check: {}
  repair: {}
connectors:
  - { from: receive, to: check, when: PIN >= 10 }
  - { from: receive, to: repair, when: PIN < 10 }
`;

/** Plays back one instance of the flow. */
function played(events: readonly object[], until: string) {
  const clock = new Clock('Z');
  const definitions = compile(YAML);
  const listener = listenTo({ flow: 'transfer', key: 'k' });
  const replay = createReplay(definitions, { from: null, until: clock.read(until), trace: listener.trace });
  events.forEach((event, index) => {
    replay.line(JSON.stringify({ id: `e${index}`, flow: 'transfer', key: 'k', ...event }));
  });
  replay.finish();
  const flow = definitions.flows.get('transfer');
  const last = listener.heard.at(-1)?.after;
  if (flow === undefined || last === undefined) throw new Error('the events of this test make an instance');
  const playback = playBack(listener.heard);
  if (playback === null) throw new Error('what was heard can be played back');
  return { ...playback, end: viewGraph(flow, last) };
}

/** The graph after the first so many frames. */
function graphAt(begin: GraphView, frames: readonly Frame[]): GraphView {
  const nodes = new Map(begin.nodes.map((node) => [node.id, node]));
  const edges = new Map(begin.edges.map((edge) => [edge.id, edge]));
  for (const frame of frames) {
    for (const node of frame.nodes) nodes.set(node.id, node);
    for (const edge of frame.edges) edges.set(edge.id, edge);
  }
  return { ...begin, nodes: [...nodes.values()], edges: [...edges.values()] };
}

const at = (time: string) => `2026-11-23T${time}:00Z`;
const EVENTS = [
  { step: 'receive', event: 'activated', time: at('09:00') },
  { step: 'receive', event: 'committed', time: at('09:20'), params: { PIN: 3 } },
  { step: 'repair', event: 'committed', time: at('09:30') },
];

describe('an instance played back', () => {
  test('comes to its graph when every frame is applied, and each frame holds only what changed', () => {
    const { begin, frames, end } = played(EVENTS, '10:00');
    expect(begin.nodes.every(({ status }) => status === 'idle')).toBe(true);
    expect(graphAt(begin, frames).nodes).toEqual(end.nodes);
    expect(graphAt(begin, frames).edges).toEqual(end.edges);
    expect(
      frames.map(({ at: time, nodes }) => [
        time.slice(11, 16),
        nodes.map(({ id, status }) => `${id} ${status}`),
      ]),
    ).toEqual([
      ['09:00', []],
      ['09:00', ['receive running']],
      ['09:10', ['receive running']],
      ['09:20', ['receive committed', 'repair active']],
      ['09:30', ['repair committed']],
    ]);
  });

  test('tells at each connector what its expression came to, with the values that went into it', () => {
    const { frames } = played(EVENTS, '10:00');
    expect(frames[3]?.evaluations).toEqual([
      { edge: 'receive->check#0', expression: 'PIN >= 10', values: { PIN: 3 }, value: false, error: null },
      { edge: 'receive->repair#1', expression: 'PIN < 10', values: { PIN: 3 }, value: true, error: null },
    ]);
    expect(frames[3]?.edges.map(({ id, taken }) => [id, taken])).toEqual([['receive->repair#1', 1]]);
  });

  test('tells an expression that failed with the reason', () => {
    const [first, second] = EVENTS;
    const { frames } = played([first ?? {}, { ...second, params: {} }], '10:00');
    const [evaluation] = frames[3]?.evaluations ?? [];
    expect(evaluation).toMatchObject({ value: null, error: expect.stringContaining('PIN') });
    expect(frames.at(-1)).toMatchObject({ status: 'failed', health: 'critical' });
  });

  test('of which nothing was heard cannot be', () => {
    expect(playBack([])).toBeNull();
  });
});
