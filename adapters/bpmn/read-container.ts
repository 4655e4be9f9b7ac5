/**
 * A process or sub-process as the graph of a flow. Gateways become gates that are folded later, activities steps; what
 * they nest becomes flows of their own.
 */
import { isPlainMap, type Plain, type PlainMap, without } from '../flow-draft.ts';
import { type GraphEdge, type GraphNode, softGate } from '../flow-graph.ts';
import { slug } from '../step-names.ts';
import { attachBoundary, isBoundary } from './boundary.ts';
import { keysOf } from './milepost-keys.ts';
import { type Element, flagOf, idOf, kindOf, labelOf, listOf, NAMESPACE, oneOf, textOf } from './moddle.ts';
import { openChoice } from './open-choice.ts';
import { openSkips } from './open-skips.ts';
import { isCompensation, readNode } from './read-node.ts';
import type { Reading } from './reading.ts';
import { instancesOf, noteRepetition, repeat } from './repetition.ts';
import { connect, outOf, put, putBehind, type Sketch } from './sketch.ts';
import { cutGateCircles, dropNode, dropUnreachable, sortByReach } from './tidy.ts';

const DEEPEST = 32;

interface Within {
  readonly reading: Reading;
  /** the name of the flow */
  readonly name: string;
  readonly comments: readonly string[];
  readonly depth: number;
}

/** Reads a container into `reading.graphs`, and what is nested in it after it. False where there is nothing in it. */
export function readContainer(container: Element, within: Within): boolean {
  const { reading, name } = within;
  const { notes } = reading;
  const elements = listOf(container, 'flowElements');
  const sketch: Sketch = { nodes: new Map(), edges: [] };
  const inner: (() => void)[] = [];
  const repeated: string[] = [];
  for (const element of elements) {
    if (idOf(element) === '' || sketch.nodes.has(idOf(element)) || isOutside(element, reading)) continue;
    const routes = /(?:Gateway|startEvent|endEvent|boundaryEvent)$/.test(kindOf(element));
    const node = readNode(
      element,
      notes,
      remarksOn(element, routes ? { ...reading, lanes: new Map() } : reading),
    );
    if (node === null) continue;
    const nested = nestedOf(element, node, within);
    if (nested.read !== null) inner.push(nested.read);
    if (nested.repeated) repeated.push(node.id);
    put(sketch, { ...node, keys: { ...node.keys, ...nested.keys } });
  }
  if (sketch.nodes.size === 0) return false;
  const byElement = new Map(elements.map((element) => [idOf(element), element]));
  readEdges(sketch, elements, reading);
  connectLinks(sketch, elements);
  for (const id of repeated) repeat(sketch, id);
  const boundary = Map.groupBy(elements.filter(isBoundary), (event) => idOf(oneOf(event, 'attachedToRef')));
  for (const [id, events] of boundary) {
    const node = sketch.nodes.get(id);
    if (node === undefined || node.gate) {
      for (const event of events) {
        notes.add(event, 'dropped', 'it is on no activity that is carried');
        dropNode(sketch, idOf(event));
      }
      continue;
    }
    const timers = attachBoundary(sketch, { id, events, notes });
    if (Object.keys(timers).length === 0) continue;
    const own: Plain = node.keys.timers ?? {};
    sketch.nodes.set(id, {
      ...node,
      keys: { ...node.keys, timers: isPlainMap(own) ? { ...own, ...timers } : timers },
    });
  }
  openChoices(sketch, byElement, reading);
  if (keysOf(container, notes).flow === undefined) openSkips(sketch);
  const at = (node: GraphNode) => byElement.get(node.id);
  for (const node of dropUnreachable(sketch)) {
    const element = at(node);
    if (element !== undefined) notes.add(element, 'dropped', 'no path from a start leads to it');
  }
  for (const node of cutGateCircles(sketch)) {
    const element = at(node);
    if (element !== undefined) notes.add(element, 'changed', 'a circle in which nothing is done is cut here');
  }
  const own = keysOf(container, notes);
  if (own.flow === undefined) sortByReach(sketch);
  const title = labelOf(container);
  const keys = without(own, ['flow']);
  reading.graphs.push({
    name,
    keys:
      title === '' || title === name || keys.title !== undefined
        ? keys
        : { title: title.slice(0, 200), ...keys },
    comments: [...within.comments, ...docsOf(container)],
    nodes: [...sketch.nodes.values()],
    edges: sketch.edges,
  });
  for (const read of inner) read();
  return true;
}

/** What no sequence flow leads to by its nature. */
function isOutside(element: Element, { notes }: Reading): boolean {
  if (isCompensation(element)) {
    notes.add(element, 'dropped', 'it undoes another activity, and nothing leads to it');
    return true;
  }
  if (flagOf(element, 'triggeredByEvent')) {
    notes.add(
      element,
      'dropped',
      'an event starts it at any time, and nothing leads to it: write a flow of its own',
    );
    return true;
  }
  return false;
}

function remarksOn(element: Element, { lanes, annotations }: Reading): readonly string[] {
  const lane = lanes.get(element) ?? '';
  return [
    ...(lane === '' ? [] : [`Lane "${lane}".`]),
    ...(annotations.get(element) ?? []),
    ...docsOf(element),
  ];
}

function docsOf(element: Element): readonly string[] {
  return listOf(element, 'documentation')
    .map((each) => textOf(each, 'text'))
    .filter((text) => text.trim() !== '');
}

interface NestedNode {
  readonly keys: PlainMap;
  readonly read: (() => void) | null;
  readonly repeated: boolean;
}

/** What an activity nests: a process that it calls, its own content, or itself as many times as it says. */
function nestedOf(element: Element, node: GraphNode, within: Within): NestedNode {
  const { reading, name } = within;
  const { notes } = reading;
  const kind = kindOf(element);
  const instances = instancesOf(element);
  const looping = oneOf(element, 'loopCharacteristics') !== null;
  const isOwn = node.name !== undefined;
  noteRepetition(element, notes, isOwn ? 1 : instances);
  if (isOwn && typeof node.keys.flow === 'string') return ownNested(element, node, within);
  const each: PlainMap =
    instances === null ? {} : { each: Array.from({ length: instances }, (_, index) => String(index + 1)) };
  const repeated = looping && instances === null && !isOwn;
  if (kind === 'callActivity') {
    const called = textOf(element, 'calledElement').replace(/^.*:/, '');
    const process = reading.processes.get(called);
    const flow = process === undefined ? undefined : reading.flowOf.get(process);
    if (flow === undefined || !reading.nests(name, flow)) {
      const text =
        flow === undefined
          ? `what it calls (${called || 'nothing'}) is not in this file`
          : 'it calls what it is in';
      notes.add(element, 'changed', `${text}: it is a step without a flow`);
      return { keys: {}, read: null, repeated: repeated || instances !== null };
    }
    const shared = (reading.calls.get(called) ?? 0) > 1;
    const part = shared ? reading.callNames.take(`${name}-${slug(node.label) ?? 'call'}`, node.id) : '';
    const key: PlainMap = shared ? { key: `{key}/${part}${instances === null ? '' : '/{each}'}` } : {};
    return { keys: { flow, ...key, ...each }, read: null, repeated };
  }
  const hasContent = listOf(element, 'flowElements').some(({ $type }) => !/Data|SequenceFlow/.test($type));
  if (!hasContent && instances === null) return { keys: {}, read: null, repeated };
  const flow = reading.flowNames.take(`${name}-${slug(node.label) ?? slug(node.id) ?? 'part'}`, 'part');
  if (!hasContent) {
    reading.nests(name, flow);
    const only = { ...node, comments: [] };
    const graph = {
      name: flow,
      keys: {},
      comments: [`What each instance of ${node.label || node.id} does.`],
      nodes: [only],
      edges: [],
    };
    return { keys: { flow, ...each }, read: () => void reading.graphs.push(graph), repeated };
  }
  if (within.depth >= DEEPEST) {
    notes.add(element, 'changed', `it lies more than ${DEEPEST} deep: it is a step without a flow`);
    return { keys: {}, read: null, repeated };
  }
  if (kind === 'adHocSubProcess')
    notes.add(element, 'changed', 'what it holds is expected from the start, in any order, all of it');
  if (kind === 'transaction') notes.add(element, 'changed', 'nothing of it is undone');
  reading.nests(name, flow);
  const comments = [`Inside ${node.label || node.id} of ${name}.`];
  const read = () => readContainer(element, { reading, name: flow, comments, depth: within.depth + 1 });
  return { keys: { flow, ...each }, read: isEmpty(element) ? null : read, repeated };
}

function isEmpty(element: Element): boolean {
  return listOf(element, 'flowElements').length === 0;
}

/** What Milepost wrote calls a process of the same file, or a flow that stands elsewhere. */
function ownNested(element: Element, node: GraphNode, { reading, name }: Within): NestedNode {
  const called = reading.processes.get(textOf(element, 'calledElement').replace(/^.*:/, ''));
  const flow = (called === undefined ? undefined : reading.flowOf.get(called)) ?? String(node.keys.flow);
  reading.nests(name, flow);
  return { keys: { flow }, read: null, repeated: false };
}

function readEdges(sketch: Sketch, elements: readonly Element[], { notes }: Reading): void {
  for (const element of elements) {
    if (kindOf(element) !== 'sequenceFlow') continue;
    const from = idOf(oneOf(element, 'sourceRef'));
    const to = idOf(oneOf(element, 'targetRef'));
    if (!sketch.nodes.has(from) || !sketch.nodes.has(to)) {
      notes.add(element, 'dropped', 'one of its ends is not in the flow');
      continue;
    }
    const target = oneOf(element, 'targetRef');
    if (target !== null && ['startEvent', 'boundaryEvent'].includes(kindOf(target))) {
      notes.add(element, 'dropped', 'no way leads to an event that begins one');
      continue;
    }
    notes.handled(element);
    sketch.edges.push({ from, to, ...conditionOf(element, sketch.nodes.get(from), notes) });
  }
}

function conditionOf(
  element: Element,
  source: GraphNode | undefined,
  notes: Notes,
): Pick<GraphEdge, 'keys' | 'comments'> {
  const expression = oneOf(element, 'conditionExpression');
  const keys = keysOf(element, notes);
  const label = labelOf(element);
  const name = label === '' || keys.when !== undefined ? [] : [`"${label}"`];
  if (expression === null) return { keys, comments: name };
  notes.handled(expression);
  const body = textOf(expression, 'body').trim();
  if (textOf(expression, 'language') === NAMESPACE) return { keys: { when: body, ...keys }, comments: [] };
  notes.add(
    element,
    'comment',
    `its condition stands as a comment: a flow reads conditions over params of ${source?.label || 'the step before'}`,
  );
  return { keys, comments: [...name, `Condition: ${body || '(not said)'}`] };
}

type Notes = Reading['notes'];

/** A link leads from where it is thrown to where it is caught. */
function connectLinks(sketch: Sketch, elements: readonly Element[]): void {
  const linkOf = (element: Element) => {
    const definition = listOf(element, 'eventDefinitions').find(
      ({ $type }) => $type === 'bpmn:LinkEventDefinition',
    );
    return definition === undefined ? null : labelOf(definition) || labelOf(element);
  };
  const catching = elements.filter((each) => kindOf(each) === 'intermediateCatchEvent');
  for (const thrown of elements.filter((each) => kindOf(each) === 'intermediateThrowEvent')) {
    const link = linkOf(thrown);
    const target = link === null ? undefined : catching.find((each) => linkOf(each) === link);
    if (target !== undefined && sketch.nodes.has(idOf(thrown))) connect(sketch, idOf(thrown), idOf(target));
  }
}

/** Inclusive and complex gateways, and activities with conditions on their ways, that Milepost cannot evaluate. */
function openChoices(sketch: Sketch, byElement: ReadonlyMap<string, Element>, { notes }: Reading): void {
  for (const [id, element] of byElement) {
    const node = sketch.nodes.get(id);
    if (node === undefined || node.name !== undefined || keysOf(element, notes).split !== undefined) continue;
    const ways = outOf(sketch, id);
    if (ways.length < 2 || ways.some(({ keys }) => keys.when !== undefined)) {
      decideByConditions(node, ways);
      continue;
    }
    const kind = kindOf(element);
    const conditional = ways.some(({ comments }) => comments.some((each) => each.startsWith('Condition: ')));
    if (kind === 'inclusiveGateway' || kind === 'complexGateway') {
      notes.add(
        element,
        'changed',
        'any of its ways may come, and the merge waits for none: write when, and join them',
      );
      openChoice(sketch, id);
    } else if (!node.gate && conditional) {
      notes.add(element, 'changed', 'any of the ways behind it may come, and their merge waits for none');
      const gate = softGate(`${id}.ways`, { wish: `after ${node.label}` });
      putBehind(sketch, gate, id);
      openChoice(sketch, gate.id);
    }
  }
}

/** An exclusive gateway of which all ways but one say when they are taken is decided by that. */
function decideByConditions(node: GraphNode, ways: readonly GraphEdge[]): void {
  const open = ways.filter(({ keys }) => keys.when === undefined);
  if (node.soft && node.split === 'event' && ways.length > 1 && open.length <= 1) node.split = 'first';
}
