/**
 * Where the steps of a large graph lie: ranks from left to right, in about a hundredth of the time that the best places take
 * to find (K. Sugiyama, S. Tagawa, M. Toda, 1981).
 *
 * 1. Every connector leads to a later rank; those that close a circle are turned for the reckoning.
 * 2. A connector that passes ranks has a place of its own in each of them, so that it does not cross steps.
 * 3. The same graph gives the same places.
 *
 * `along` is the direction in which the graph runs, `across` the other; the caller knows which of them is x.
 */
import { rankNodes } from './rank-nodes.ts';
import { orderRanks, type Place } from './rank-order.ts';
import { placeRanks } from './rank-places.ts';

export interface QuickNode {
  readonly id: string;
  readonly along: number;
  readonly across: number;
}

export interface QuickEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** length of its words along the graph; 0 without any */
  readonly label: number;
}

export interface Spot {
  readonly along: number;
  readonly across: number;
}

export interface QuickLayout {
  readonly along: number;
  readonly across: number;
  /** the middle of each node */
  readonly spots: ReadonlyMap<string, Spot>;
  readonly lines: ReadonlyMap<string, { readonly points: readonly Spot[]; readonly label: Spot | null }>;
}

const MARGIN = 8;
const BETWEEN_RANKS = 92;
const BETWEEN_LINES = 12;

/** Lays out a graph without connectors from a step to itself. */
export function layOutQuickly(nodes: readonly QuickNode[], edges: readonly QuickEdge[]): QuickLayout {
  const ranks = rankNodes(nodes, edges);
  const steps = new Map<string, Place>(
    nodes.map((node) => [node.id, newPlace(ranks.get(node.id) ?? 0, node.across, node.along)]),
  );
  const layers: Place[][] = [];
  for (const place of steps.values()) layerOf(layers, place.rank).push(place);
  const ways = new Map(edges.map((edge) => [edge.id, wayOf(edge, steps, layers)]));
  orderRanks(layers);
  placeRanks(layers);
  return measured({ layers, steps, ways, edges });
}

function newPlace(rank: number, size: number, along: number | null): Place {
  return {
    rank,
    size,
    along: along ?? 0,
    passes: along === null,
    before: [],
    after: [],
    order: 0,
    across: 0,
  };
}

function layerOf(layers: Place[][], rank: number): Place[] {
  while (layers.length <= rank) layers.push([]);
  return layers[rank] ?? [];
}

/** The places that a connector goes through, in the order of ranks, its ends among them. */
function wayOf(
  { from, to }: QuickEdge,
  steps: ReadonlyMap<string, Place>,
  layers: Place[][],
): readonly Place[] {
  const [a, b] = [steps.get(from), steps.get(to)];
  if (a === undefined || b === undefined) return [];
  const [first, last] = a.rank <= b.rank ? [a, b] : [b, a];
  const way = [first];
  for (let rank = first.rank + 1; rank < last.rank; rank += 1) {
    const passing = newPlace(rank, BETWEEN_LINES, null);
    layerOf(layers, rank).push(passing);
    way.push(passing);
  }
  way.push(last);
  way.slice(1).forEach((next, index) => {
    way[index]?.after.push(next);
    next.before.push(way[index] ?? next);
  });
  return way;
}

interface Placed {
  readonly layers: readonly Place[][];
  readonly steps: ReadonlyMap<string, Place>;
  readonly ways: ReadonlyMap<string, readonly Place[]>;
  readonly edges: readonly QuickEdge[];
}

/** Ranks get their positions along the graph, and connectors their points. */
function measured({ layers, steps, ways, edges }: Placed): QuickLayout {
  const widths = layers.map((layer) => Math.max(0, ...layer.map(({ along }) => along)));
  const gaps = layers.map(() => BETWEEN_RANKS);
  for (const { id, label } of edges) {
    const rank = ways.get(id)?.[0]?.rank ?? 0;
    if (label > 0) gaps[rank] = Math.max(gaps[rank] ?? 0, label + BETWEEN_RANKS / 2);
  }
  const starts: number[] = [];
  let next = MARGIN;
  widths.forEach((width, rank) => {
    starts.push(next);
    next += width + (rank + 1 < widths.length ? (gaps[rank] ?? 0) : 0);
  });
  const all = layers.flat();
  const top = all.reduce(
    (least, each) => Math.min(least, each.across - each.size / 2),
    Number.POSITIVE_INFINITY,
  );
  const bottom = all.reduce(
    (most, each) => Math.max(most, each.across + each.size / 2),
    Number.NEGATIVE_INFINITY,
  );
  const middle = ({ rank }: Place) => (starts[rank] ?? 0) + (widths[rank] ?? 0) / 2;
  const down = ({ across }: Place) => across - top + MARGIN;
  const lines = new Map(
    edges.map(({ id, from, label }) => {
      const way = ways.get(id) ?? [];
      const points = way.flatMap((here, index) => {
        const half = here.passes ? (widths[here.rank] ?? 0) / 2 : here.along / 2;
        const [enters, leaves] = [middle(here) - half, middle(here) + half];
        const bend = 0.4 * BETWEEN_RANKS;
        const spots: Spot[] = [];
        if (index > 0)
          spots.push({ along: enters - bend, across: down(here) }, { along: enters, across: down(here) });
        if (index + 1 < way.length)
          spots.push({ along: leaves, across: down(here) }, { along: leaves + bend, across: down(here) });
        return spots;
      });
      const [a, b] = way;
      const at =
        label === 0 || a === undefined || b === undefined
          ? null
          : {
              along: middle(a) + (widths[a.rank] ?? 0) / 2 + (gaps[a.rank] ?? 0) / 2,
              across: (down(a) + down(b)) / 2,
            };
      const turned = way[0] !== steps.get(from);
      return [id, { points: turned ? points.toReversed() : points, label: at }] as const;
    }),
  );
  return {
    along: next + MARGIN,
    across: all.length === 0 ? 2 * MARGIN : bottom - top + 2 * MARGIN,
    spots: new Map([...steps].map(([id, each]) => [id, { along: middle(each), across: down(each) }])),
    lines,
  };
}
