import type { Title } from '../../definitions/index.ts';
import type { Server } from './server.ts';

/** What tables need to know of a flow. */
export interface FlowEntry {
  readonly name: string;
  readonly title: Title | null;
  readonly zone: string;
  /** its trading day now */
  readonly today: { readonly day: string };
}

/** The flows that a server has defined, by name. */
export async function flowList(server: Server): Promise<ReadonlyMap<string, FlowEntry>> {
  // the schema FlowPage of the API, which `read` has found to have its list
  const { items } = (await server.read('/api/v1/flows', {}, ['items'])) as {
    readonly items: readonly FlowEntry[];
  };
  return new Map(items.map((flow) => [flow.name, flow]));
}
