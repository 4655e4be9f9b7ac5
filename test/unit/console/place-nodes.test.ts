import { describe, expect, test } from 'vitest';
import type { ViewInfo, ViewNodeItem } from '../../../adapters/console/src/api/view-answers.ts';
import { layOut } from '../../../adapters/console/src/flow/layout.ts';
import { placeMany } from '../../../adapters/console/src/flow/place-many.ts';
import { looseGraph, placeNodes } from '../../../adapters/console/src/views/place-nodes.ts';

const COUNTS = {
  ...{ critical: 0, warning: 0, unknown: 0, waiting: 0, running: 0, done: 0, idle: 0, excused: 0 },
};

function nodeAt(id: string, x: number | null = null, y: number | null = null, label = false): ViewNodeItem {
  const shows = { flow: 'f', step: null, checkpoint: null, group: null, view: null };
  return {
    id,
    title: id,
    kind: label ? 'label' : 'flow',
    ...shows,
    x,
    y,
    status: null,
    counts: COUNTS,
    parts: [],
  };
}

function viewOf(
  nodes: readonly ViewNodeItem[],
  links: readonly (readonly [string, string])[] = [],
): ViewInfo {
  const about = { name: 'v', title: null, status: null, counts: COUNTS, worst: null, day: '', asOf: '' };
  const drawn = links.map(([from, to]) => ({ from, to, label: null }));
  return { ...about, parents: [], nodes, links: drawn, notes: [] };
}

function placed(view: ViewInfo) {
  const labels = view.links.map(() => '');
  return placeNodes(view, layOut(looseGraph(view, labels), 1.5, placeMany));
}

describe('the drawing of a view', () => {
  test('leaves what has a place where it is, and lays the rest out below, nothing upon another', () => {
    const nodes = [nodeAt('a', 0, 0), nodeAt('b', 400, 300, true), nodeAt('c'), nodeAt('d'), nodeAt('e')];
    const { boxes } = placed(
      viewOf(nodes, [
        ['c', 'd'],
        ['c', 'e'],
      ]),
    );
    expect(boxes.get('a')).toMatchObject({ x: 0, y: 0 });
    expect(boxes.get('b')).toMatchObject({ x: 400, y: 300 });
    const all = nodes.map(({ id }) => boxes.get(id) ?? { x: 0, y: 0, width: 0, height: 0 });
    for (const [index, one] of all.entries())
      for (const other of all.slice(index + 1)) {
        const beside = one.x + one.width <= other.x || other.x + other.width <= one.x;
        const above = one.y + one.height <= other.y || other.y + other.height <= one.y;
        expect(beside || above).toBe(true);
      }
    for (const id of ['c', 'd', 'e']) expect(boxes.get(id)?.y).toBeGreaterThan(346);
  });

  test('draws links from border to border, to what is laid out and to what is not, and none to nothing', () => {
    const nodes = [nodeAt('a', 0, 0), nodeAt('b', 600, 0), nodeAt('c')];
    const { lines } = placed(
      viewOf(nodes, [
        ['a', 'b'],
        ['b', 'a'],
        ['a', 'c'],
        ['c', 'gone'],
      ]),
    );
    expect(lines[0]?.points).toEqual([
      { x: 248, y: 46 },
      { x: 600, y: 46 },
    ]);
    expect(lines[0]?.label).toEqual({ x: 424, y: 46 });
    expect(lines[1]?.points).toEqual(lines[0]?.points.toReversed());
    expect(lines[2]?.points).toHaveLength(2);
    expect(lines[3]).toBeNull();
  });

  test('reaches around all of it, its notes too', () => {
    const note = { text: 'n', x: 0, y: 900 };
    const { bounds } = placed({ ...viewOf([nodeAt('a', 100, 50)]), notes: [note] });
    expect(bounds).toEqual({ x: 0, y: 50, width: 348, height: 910 });
  });

  test('of two nodes in one place is a drawing all the same', () => {
    const { lines, boxes } = placed(viewOf([nodeAt('a', 5, 5), nodeAt('b', 5, 5)], [['a', 'b']]));
    expect(boxes.size).toBe(2);
    expect(lines[0]?.points.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
  });
});
