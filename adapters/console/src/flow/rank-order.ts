/** In which order the places of each rank stand, so that few connectors cross. */

/** Turns of looking at each rank from both sides; more hardly help. */
const TURNS = 6;

/** A step, or the place at which a connector passes a rank. */
export interface Place {
  readonly rank: number;
  readonly along: number;
  readonly size: number;
  readonly passes: boolean;
  readonly before: Place[];
  readonly after: Place[];
  order: number;
  across: number;
}

/** Sorts each rank by the middle of its neighbours, to and fro, and keeps the order with the fewest crossings. */
export function orderRanks(layers: readonly Place[][]): void {
  number(layers);
  let best = layers.map((layer) => [...layer]);
  let least = crossings(layers);
  for (let turn = 0; turn < TURNS && least > 0; turn += 1) {
    const on = turn % 2 === 0;
    for (const layer of on ? layers : layers.toReversed()) {
      const middles = new Map(
        layer.map((each) => [each, middleOf(on ? each.before : each.after, each.order)]),
      );
      layer.sort((a, b) => (middles.get(a) ?? 0) - (middles.get(b) ?? 0));
      layer.forEach((each, index) => {
        each.order = index;
      });
    }
    const count = crossings(layers);
    if (count >= least) continue;
    least = count;
    best = layers.map((layer) => [...layer]);
  }
  layers.forEach((layer, rank) => {
    layer.splice(0, layer.length, ...(best[rank] ?? []));
  });
  number(layers);
}

function number(layers: readonly Place[][]): void {
  for (const layer of layers)
    layer.forEach((each, index) => {
      each.order = index;
    });
}

function middleOf(neighbours: readonly Place[], without: number): number {
  if (neighbours.length === 0) return without;
  return neighbours.reduce((sum, each) => sum + each.order, 0) / neighbours.length;
}

/** How often connectors cross between neighbouring ranks. */
function crossings(layers: readonly Place[][]): number {
  let count = 0;
  for (const layer of layers) {
    const ends = layer.flatMap((each) => each.after.map((next) => next.order).sort((a, b) => a - b));
    count += inversions(ends);
  }
  return count;
}

/** Pairs that stand in the wrong order, by merging (D. E. Knuth, The Art of Computer Programming 3, 5.1.1). */
function inversions(values: readonly number[]): number {
  let list = [...values];
  let found = 0;
  for (let width = 1; width < list.length; width *= 2) {
    const merged: number[] = [];
    for (let at = 0; at < list.length; at += 2 * width) {
      const [left, right] = [list.slice(at, at + width), list.slice(at + width, at + 2 * width)];
      let [i, j] = [0, 0];
      while (i < left.length || j < right.length) {
        const [a, b] = [left[i], right[j]];
        if (b === undefined || (a !== undefined && a <= b)) {
          merged.push(a ?? 0);
          i += 1;
        } else {
          merged.push(b);
          found += left.length - i;
          j += 1;
        }
      }
    }
    list = merged;
  }
  return found;
}
