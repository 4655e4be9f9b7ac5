import { type QueryClient, useQueries, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { GraphView, Playback } from '../api/answers.ts';
import { readGraph, readPlayback } from '../api/reads.ts';
import { buildModel, type ModelGraph, type Wanted } from './graph-model.ts';
import { graphAfter } from './replay.ts';

/**
 * The model of a graph; what is opened in it is loaded, to any depth: each level tells what the next one needs. In a
 * replay what is nested is shown as it was at that time, `past`.
 */
export function useModel(
  graph: GraphView | undefined,
  open: ReadonlySet<string>,
  past: string | null,
): ModelGraph | null {
  const client = useQueryClient();
  const wanted = graph === undefined ? NONE : wantedIn(client, graph, open);
  const live = useQueries({
    queries: wanted.map(({ flow, key }) => readGraph(flow, key)),
    combine: dataOf,
  });
  const played = useQueries({
    queries: wanted.map(({ flow, key }) => ({
      ...readPlayback(flow, key),
      enabled: past !== null,
      retry: false,
    })),
    combine: dataOf,
  });
  const found = useMemo(
    () => (past === null ? live : live.map((view, index) => graphAt(view, played[index], past))),
    [live, played, past],
  );
  const ids = wanted.map(({ id }) => id).join('\n');
  return useMemo(() => {
    if (graph === undefined) return null;
    const names = ids.split('\n');
    const graphs = new Map(
      found.flatMap((view, index) => (view === undefined ? [] : [[names[index] ?? '', view] as const])),
    );
    return buildModel(graph, open, graphs).model;
  }, [graph, open, ids, found]);
}

/** The same function each time, so that the list is the same as long as what is in it is. */
function dataOf<T>(results: readonly { readonly data: T | undefined }[]): readonly (T | undefined)[] {
  return results.map(({ data }) => data);
}

/** A nested graph as it was at a time: before its instance was heard of, as its flow is defined. */
function graphAt(
  view: GraphView | undefined,
  played: Playback | undefined,
  past: string,
): GraphView | undefined {
  if (played === undefined) return view;
  return graphAfter(played, played.frames.filter(({ at }) => at <= past).length);
}

const NONE: readonly Wanted[] = [];

/** The nested instances that are needed, as far as those above them are loaded. */
function wantedIn(client: QueryClient, graph: GraphView, open: ReadonlySet<string>): readonly Wanted[] {
  const graphs = new Map<string, GraphView>();
  for (;;) {
    const { wanted } = buildModel(graph, open, graphs);
    const more = wanted.filter(({ id }) => !graphs.has(id));
    for (const { id, flow, key } of more) {
      const view = client.getQueryData(readGraph(flow, key).queryKey);
      if (view !== undefined) graphs.set(id, view);
    }
    if (more.every(({ id }) => !graphs.has(id))) return wanted;
  }
}
