/**
 * A BPMN 2.0 diagram as flows: each process and each sub-process becomes one, and what cannot be carried is noted by
 * element. The reader of one process is `read-container.ts`.
 *
 * 1. Whatever the text, it ends with flows that the language accepts, or with a problem.
 * 2. No element is left out in silence.
 */
import { type FlowDraft, type PlainMap, without } from '../flow-draft.ts';
import { draftOf } from '../flow-graph.ts';
import { createNames, type Names } from '../step-names.ts';
import { documentsOf, keysOf } from './milepost-keys.ts';
import { createModdle, type Element, idOf, kindOf, labelOf, listOf, oneOf } from './moddle.ts';
import { createNotes, type Note, type Notes } from './notes.ts';
import { readContainer } from './read-container.ts';
import type { Reading } from './reading.ts';

/** The most that is read, in characters. */
export const LARGEST_BPMN = 20 * 1024 * 1024;

export interface ImportedBpmn {
  readonly flows: readonly FlowDraft[];
  /** further documents, as data */
  readonly documents: readonly PlainMap[];
  readonly notes: readonly Note[];
}

/** Reads a diagram. Gives its flows with notes on what they do not carry, or why it cannot be read. */
export async function importBpmn(
  xml: string,
): Promise<
  { readonly ok: true; readonly value: ImportedBpmn } | { readonly ok: false; readonly problem: string }
> {
  if (xml.length > LARGEST_BPMN)
    return {
      ok: false,
      problem: `it has ${xml.length} characters, at most ${LARGEST_BPMN} are read: split it`,
    };
  const root = await parse(xml);
  if (typeof root === 'string') return { ok: false, problem: root };
  const notes = createNotes();
  const processes = listOf(root, 'rootElements').filter(({ $type }) => $type === 'bpmn:Process');
  const flowNames = createNames();
  const pools = poolsOf(root, notes);
  const flowOf = new Map(
    processes.map((process) => [
      process,
      nameOf(process, { notes, flowNames, pool: pools.get(process) ?? '' }),
    ]),
  );
  const reading: Reading = {
    notes,
    flowNames,
    callNames: createNames(),
    graphs: [],
    flowOf,
    processes: new Map(processes.map((process) => [idOf(process), process])),
    nests: createNesting(),
    calls: callsIn(processes),
    lanes: lanesOf(processes, notes),
    annotations: annotationsOf(root, processes, notes),
  };
  for (const process of processes) {
    notes.handled(process);
    const pool = pools.get(process) ?? '';
    const title = pool !== '' && pool !== labelOf(process) ? [`Pool "${pool}".`] : [];
    readContainer(process, { reading, name: flowOf.get(process) ?? '', comments: title, depth: 0 });
  }
  const documents = documentsOf(root, notes);
  const flows = withoutMissing(
    reading.graphs.flatMap((graph) => draftOf(graph) ?? []),
    flowNames,
  );
  if (flows.length === 0)
    return { ok: false, problem: 'there is no process with a step in it: draw one, or name another file' };
  return { ok: true, value: { flows, documents, notes: notes.finish(root) } };
}

/** A step that would nest a flow of this file in which there is nothing is a step like others. */
function withoutMissing(flows: readonly FlowDraft[], known: Names): readonly FlowDraft[] {
  const names = new Set(flows.map(({ name }) => name));
  return flows.map((flow) => ({
    ...flow,
    steps: flow.steps.map((step) =>
      typeof step.keys.flow === 'string' && !names.has(step.keys.flow) && known.has(step.keys.flow)
        ? { ...step, keys: without(step.keys, ['flow', 'key', 'each']) }
        : step,
    ),
  }));
}

async function parse(xml: string): Promise<Element | string> {
  try {
    const { rootElement } = await createModdle().fromXML(xml);
    if (rootElement?.$type === 'bpmn:Definitions') return rootElement;
    return 'its root is no BPMN definitions element: name a BPMN 2.0 file';
  } catch (error) {
    const [reason = ''] = String(error instanceof Error ? error.message : error).split('\n');
    return `it is no BPMN 2.0 XML (${reason.slice(0, 300)}): export it again as BPMN 2.0`;
  }
}

function nameOf(
  process: Element,
  { notes, flowNames, pool }: { notes: Notes; flowNames: Names; pool: string },
): string {
  const { flow } = keysOf(process, notes);
  if (typeof flow === 'string' && /^[a-z][a-z0-9-]{0,63}$/.test(flow) && flowNames.claim(flow)) return flow;
  return flowNames.take(labelOf(process) || pool, idOf(process) || 'flow');
}

/** The names of the pools of processes; pools without a process have nothing to carry. */
function poolsOf(root: Element, notes: Notes): ReadonlyMap<Element, string> {
  const pools = new Map<Element, string>();
  for (const collaboration of listOf(root, 'rootElements')) {
    for (const participant of listOf(collaboration, 'participants')) {
      const process = oneOf(participant, 'processRef');
      if (process === null) continue;
      notes.handled(participant);
      pools.set(process, labelOf(participant));
    }
  }
  return pools;
}

function lanesOf(processes: readonly Element[], notes: Notes): ReadonlyMap<Element, string> {
  const lanes = new Map<Element, string>();
  const enter = (set: Element, path: readonly string[], depth: number) => {
    for (const lane of listOf(set, 'lanes')) {
      const name = labelOf(lane);
      const here = name === '' ? path : [...path, name];
      const members = listOf(lane, 'flowNodeRef');
      if (name === '') notes.handled(lane);
      else notes.add(lane, 'comment', 'who does a step stands above it as a comment');
      for (const member of members) lanes.set(member, here.join(' / '));
      const inner = oneOf(lane, 'childLaneSet');
      if (inner !== null) notes.handled(inner);
      if (inner !== null && depth < 16) enter(inner, here, depth + 1);
    }
  };
  for (const process of processes) for (const set of listOf(process, 'laneSets')) enter(set, [], 0);
  return lanes;
}

/** The texts that are drawn beside elements. */
function annotationsOf(
  root: Element,
  processes: readonly Element[],
  notes: Notes,
): ReadonlyMap<Element, readonly string[]> {
  const found = new Map<Element, string[]>();
  const containers = [...listOf(root, 'rootElements'), ...processes.flatMap(subProcessesOf)];
  for (const artifact of new Set(containers.flatMap((each) => listOf(each, 'artifacts')))) {
    if (kindOf(artifact) !== 'association') continue;
    const ends = [oneOf(artifact, 'sourceRef'), oneOf(artifact, 'targetRef')];
    const note = ends.find((end) => end?.$type === 'bpmn:TextAnnotation') ?? null;
    const about = ends.find((end) => end !== null && end !== note) ?? null;
    if (note === null || about === null) continue;
    notes.handled(artifact);
    notes.add(note, 'comment', 'its text stands above the step as a comment');
    found.set(about, [...(found.get(about) ?? []), String(note.get('text') ?? '')]);
  }
  return found;
}

function subProcessesOf(container: Element): readonly Element[] {
  const found: Element[] = [];
  const pending = [container];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const inner = listOf(next, 'flowElements').filter((each) => Array.isArray(each.get('flowElements')));
    found.push(...inner);
    pending.push(...inner);
  }
  return found;
}

function callsIn(processes: readonly Element[]): ReadonlyMap<string, number> {
  const calls = new Map<string, number>();
  for (const container of [...processes, ...processes.flatMap(subProcessesOf)]) {
    for (const element of listOf(container, 'flowElements')) {
      if (kindOf(element) !== 'callActivity') continue;
      const called = String(element.get('calledElement') ?? '').replace(/^.*:/, '');
      calls.set(called, (calls.get(called) ?? 0) + 1);
    }
  }
  return calls;
}

/** Remembers which flow nests which; false, and nothing remembered, where that would go round in a circle. */
function createNesting(): Reading['nests'] {
  const nested = new Map<string, Set<string>>();
  const leads = (from: string, to: string): boolean => {
    const seen = new Set<string>();
    const pending = [from];
    for (let flow = pending.pop(); flow !== undefined; flow = pending.pop()) {
      if (flow === to) return true;
      if (seen.size === seen.add(flow).size) continue;
      pending.push(...(nested.get(flow) ?? []));
    }
    return false;
  };
  return (flow, inner) => {
    if (leads(inner, flow)) return false;
    nested.set(flow, (nested.get(flow) ?? new Set()).add(inner));
    return true;
  };
}
