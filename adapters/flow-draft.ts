/** A flow that is still being written: what imports and the miner make, before it is text. */

/** Data as it stands in a definition file. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

export type PlainMap = { readonly [key: string]: Plain };

export interface StepDraft {
  readonly name: string;
  readonly keys: PlainMap;
  /** lines above the step */
  readonly comments: readonly string[];
}

export interface ConnectorDraft {
  readonly from: string;
  readonly to: string;
  /** all but `from` and `to` */
  readonly keys: PlainMap;
  readonly comments: readonly string[];
}

export interface FlowDraft {
  readonly name: string;
  /** lines above the flow */
  readonly comments: readonly string[];
  /** all but `flow`, `steps` and `connectors` */
  readonly keys: PlainMap;
  readonly steps: readonly StepDraft[];
  readonly connectors: readonly ConnectorDraft[];
}

/** Whether data is a mapping. */
export function isPlainMap(value: unknown): value is PlainMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A mapping without some of its keys. */
export function without(map: PlainMap, names: readonly string[]): PlainMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !names.includes(key)));
}

/** A flow document as data, as a draft. */
export function draftOfDocument(data: Readonly<Record<string, unknown>>): FlowDraft {
  const map = data as PlainMap; // what YAML gives is nothing else
  const steps = isPlainMap(map.steps) ? map.steps : {};
  const connectors = Array.isArray(map.connectors) ? map.connectors : [map.connectors ?? []].flat();
  return {
    name: String(map.flow),
    comments: [],
    keys: without(map, ['flow', 'steps', 'connectors']),
    steps: Object.entries(steps).map(([name, keys]) => ({
      name,
      keys: isPlainMap(keys) ? keys : {},
      comments: [],
    })),
    connectors: connectors.filter(isPlainMap).map((connector) => ({
      from: String(connector.from),
      to: String(connector.to),
      keys: without(connector, ['from', 'to']),
      comments: [],
    })),
  };
}
