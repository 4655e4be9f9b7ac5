/** One flow node of a diagram as a node of the graph: a step, a nested flow, or a gate. */
import type { PlainMap } from '../flow-draft.ts';
import { without } from '../flow-draft.ts';
import { type GraphNode, softGate } from '../flow-graph.ts';
import { keysOf } from './milepost-keys.ts';
import { type Element, flagOf, idOf, kindOf, labelOf, listOf, oneOf, textOf } from './moddle.ts';
import type { Notes } from './notes.ts';

const STEP_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

const GATEWAYS: Readonly<Record<string, Pick<GraphNode, 'split' | 'join'>>> = {
  exclusiveGateway: { split: 'event', join: 'any' },
  eventBasedGateway: { split: 'event', join: 'any' },
  parallelGateway: { split: 'all', join: 'all' },
  inclusiveGateway: { split: 'all', join: 'all' },
  complexGateway: { split: 'all', join: 'all' },
};

/** A node as it is drawn; `null` for what is no flow node. Activities that nest are given their flow by the caller. */
export function readNode(element: Element, notes: Notes, comments: readonly string[]): GraphNode | null {
  const kind = kindOf(element);
  const gateway = GATEWAYS[kind];
  const own = keysOf(element, notes);
  if (gateway === undefined && !/(?:Event|[tT]ask|Activity|[sS]ubProcess|transaction)$/.test(kind))
    return null;
  notes.handled(element);
  if (typeof own.step === 'string' && STEP_NAME.test(own.step)) return ownNode(element, own, comments);
  if (gateway !== undefined) return readGateway(element, { gateway, own, comments });
  if (kind === 'startEvent' && own.implied === true) return { ...softGate(idOf(element)), implied: true };
  if (kind.endsWith('Event')) return readEvent(element, notes, comments);
  const about = ['task', 'subProcess', 'callActivity'].includes(kind) ? [] : [`${spaced(kind)}.`];
  return step(element, [...about, ...comments]);
}

function step(element: Element, comments: readonly string[]): GraphNode {
  return {
    id: idOf(element),
    label: labelOf(element),
    keys: {},
    gate: false,
    soft: false,
    split: 'all',
    join: 'any',
    end: false,
    comments,
  };
}

/** A node that Milepost wrote: its keys say all but where it stands. */
function ownNode(element: Element, own: PlainMap, comments: readonly string[]): GraphNode {
  const gate = own.gate === true;
  const gateway = GATEWAYS[kindOf(element)];
  const keys = without(own, ['step', 'gate', 'split', 'join', 'end']);
  const name = String(own.step);
  const label = labelOf(element);
  // a title that stands only as the name of the element
  const titled =
    keys.title === undefined && label !== '' && label !== name ? { title: label, ...keys } : keys;
  return {
    id: idOf(element),
    label: name,
    name,
    keys: titled,
    gate,
    soft: false,
    split: splitOf(own.split) ?? 'all',
    join: gateway?.join ?? 'any',
    end: own.end === true,
    comments,
  };
}

function splitOf(value: unknown): GraphNode['split'] | null {
  return value === 'all' || value === 'first' || value === 'event' ? value : null;
}

function readGateway(
  element: Element,
  {
    gateway,
    own,
    comments,
  }: { gateway: Pick<GraphNode, 'split' | 'join'>; own: PlainMap; comments: readonly string[] },
): GraphNode {
  const label = labelOf(element);
  const asks = label === '' ? [] : [`Gateway "${label}".`];
  const split = splitOf(own.split);
  const sound = split !== null && (split === 'all') === (gateway.split === 'all') ? split : gateway.split;
  const named = label === '' ? {} : { wish: label };
  const gate = softGate(idOf(element), {
    ...named,
    ...gateway,
    split: sound,
    comments: [...asks, ...comments],
  });
  gate.end = own.end === true;
  return gate;
}

const PASSING = new Set(['timerEventDefinition', 'compensateEventDefinition', 'linkEventDefinition']);

function readEvent(element: Element, notes: Notes, comments: readonly string[]): GraphNode {
  const kind = kindOf(element);
  const definitions = listOf(element, 'eventDefinitions');
  const [definition] = definitions;
  for (const each of definitions) {
    notes.handled(each);
    for (const name of ['timeDuration', 'timeCycle', 'timeDate', 'condition']) {
      const part = oneOf(each, name);
      if (part !== null) notes.handled(part);
    }
  }
  const what = definition === undefined ? '' : kindOf(definition).replace(/EventDefinition$/, '');
  const label = labelOf(element);
  const named = label === '' ? '' : ` "${label}"`;
  const says =
    named === '' && what === '' ? [] : [`${spaced(kind)}${named}${what === '' ? '' : `, ${what}`}.`];
  const gate = () =>
    softGate(idOf(element), { wish: label || spaced(kind), comments: [...says, ...comments] });
  if (kind === 'startEvent') {
    if (what === 'timer')
      notes.add(element, 'changed', `its time ${timeOf(definition)} is kept as a comment: write start`);
    else if (what !== '') notes.add(element, 'comment', 'what starts the process stands as a comment');
    return gate();
  }
  if (kind === 'endEvent') {
    if (what === 'terminate')
      notes.add(element, 'changed', 'it ends its own way only: no event ends an instance as a whole');
    else if (what !== '') notes.add(element, 'comment', `that it ends by ${what} stands as a comment`);
    return gate();
  }
  if (kind === 'boundaryEvent')
    return softGate(idOf(element), { wish: label || spaced(kind), comments: says });
  if (definitions.length === 0) return { ...step(element, comments), gate: true };
  if (definitions.length === 1 && definition !== undefined && PASSING.has(kindOf(definition))) {
    const text = what === 'timer' ? `it is not waited for (${timeOf(definition)})` : 'nothing reports it';
    if (what !== 'link') notes.add(element, 'changed', `${text}: a flow passes it at once`);
    return gate();
  }
  return step(element, [`${spaced(kind)}, ${what}.`, ...comments]);
}

function timeOf(definition: Element | undefined): string {
  const times = ['timeDuration', 'timeCycle', 'timeDate'].map((name) =>
    textOf(oneOf(definition ?? null, name), 'body'),
  );
  return times.find((time) => time !== '')?.trim() ?? 'without a time';
}

function spaced(kind: string): string {
  const words = kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Whether an activity is there only to undo another. */
export function isCompensation(element: Element): boolean {
  return flagOf(element, 'isForCompensation');
}
