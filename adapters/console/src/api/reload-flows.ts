import type { QueryClient } from '@tanstack/react-query';
import type { FlowPage } from './answers.ts';
import { ask, segment } from './ask.ts';
import { readFlows } from './reads.ts';

/** Of more flows the whole list is loaded. */
const FEW = 8;

/** Loads what has changed of the list of all flows: a few of them each by itself, since the list may be long. */
export async function reloadFlows(client: QueryClient, names: readonly string[]): Promise<void> {
  const { queryKey } = readFlows();
  const known = client.getQueryData(queryKey);
  const pages = known === undefined || names.length > FEW ? null : await loadEach(names);
  if (pages === null || pages.some(({ revision }) => revision !== known?.revision)) {
    await client.invalidateQueries({ queryKey });
    return;
  }
  const found = new Map(pages.flatMap(({ items }) => items).map((flow) => [flow.name, flow]));
  client.setQueryData(
    queryKey,
    (list) => list && { ...list, items: list.items.map((flow) => found.get(flow.name) ?? flow) },
  );
}

/** Null where one of them cannot be loaded. */
async function loadEach(names: readonly string[]): Promise<readonly FlowPage[] | null> {
  try {
    return await Promise.all(names.map((name) => ask<FlowPage>(`/api/v1/flows?flow=${segment(name)}`)));
  } catch {
    return null;
  }
}
