/** Where across the graph the places of each rank lie, in the order that they have. */
import type { Place } from './rank-order.ts';

const BETWEEN_NODES = 22;
const TURNS = 4;

/** Gives every place its position across the graph: as near to the middle of its neighbours as the others let it. */
export function placeRanks(layers: readonly Place[][]): void {
  for (const layer of layers) {
    let next = 0;
    for (const each of layer) {
      each.across = next + each.size / 2;
      next += each.size + BETWEEN_NODES;
    }
  }
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const layer of layers) settle(layer, (each) => each.before);
    for (const layer of layers.toReversed()) settle(layer, (each) => each.after);
  }
  for (const layer of layers) settle(layer, (each) => [...each.before, ...each.after]);
}

interface Block {
  /** sum over its members of wish minus distance from the block's first, weighted */
  sum: number;
  weight: number;
  count: number;
}

/** The positions of one rank with the least squared distance from what each wishes (pool adjacent violators). */
function settle(layer: readonly Place[], neighboursOf: (each: Place) => readonly Place[]): void {
  const offsets: number[] = [];
  const blocks: Block[] = [];
  let offset = 0;
  layer.forEach((each, index) => {
    const previous = layer[index - 1];
    if (previous !== undefined) offset += (previous.size + each.size) / 2 + gap(previous, each);
    offsets.push(offset);
    const neighbours = neighboursOf(each);
    const wish =
      neighbours.length === 0
        ? each.across
        : neighbours.reduce((sum, one) => sum + one.across, 0) / neighbours.length;
    // what only passes goes straight on rather than a step does
    const weight = neighbours.length === 0 ? 0.2 : each.passes ? 4 : 1;
    blocks.push({ sum: (wish - offset) * weight, weight, count: 1 });
    for (let last = blocks.at(-1), before = blocks.at(-2); last && before; ) {
      if (before.sum / before.weight <= last.sum / last.weight) break;
      before.sum += last.sum;
      before.weight += last.weight;
      before.count += last.count;
      blocks.pop();
      [last, before] = [blocks.at(-1), blocks.at(-2)];
    }
  });
  let at = 0;
  for (const { sum, weight, count } of blocks)
    for (let member = 0; member < count; member += 1, at += 1) {
      const each = layer[at];
      if (each !== undefined) each.across = sum / weight + (offsets[at] ?? 0);
    }
}

function gap(a: Place, b: Place): number {
  return a.passes && b.passes ? 0 : BETWEEN_NODES;
}
