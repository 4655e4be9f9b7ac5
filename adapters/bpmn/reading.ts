/** What the readers of one file share. */
import type { FlowGraph } from '../flow-graph.ts';
import type { Names } from '../step-names.ts';
import type { Element } from './moddle.ts';
import type { Notes } from './notes.ts';

export interface Reading {
  readonly notes: Notes;
  readonly flowNames: Names;
  /** what tells the calls of one process apart */
  readonly callNames: Names;
  readonly graphs: FlowGraph[];
  /** the flow that a process becomes */
  readonly flowOf: ReadonlyMap<Element, string>;
  readonly processes: ReadonlyMap<string, Element>;
  /** which flow nests which, and where: `nests` says whether one may */
  readonly nests: (flow: string, nested: string) => boolean;
  /** how often a process is called */
  readonly calls: ReadonlyMap<string, number>;
  readonly lanes: ReadonlyMap<Element, string>;
  readonly annotations: ReadonlyMap<Element, readonly string[]>;
}
