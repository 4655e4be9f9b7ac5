/** Activities that are done more than once: a loop, or as many instances as a diagram says in numbers. */
import { softGate } from '../flow-graph.ts';
import { type Element, kindOf, oneOf, textOf } from './moddle.ts';
import type { Notes } from './notes.ts';
import { connect, putBehind, type Sketch } from './sketch.ts';

const MOST = 100;

/** How many instances there are, where that is a number from 2 to 100; null otherwise. */
export function instancesOf(element: Element): number | null {
  const loop = oneOf(element, 'loopCharacteristics');
  if (loop === null || kindOf(loop) !== 'multiInstanceLoopCharacteristics') return null;
  const text = textOf(oneOf(loop, 'loopCardinality'), 'body').trim();
  return /^\d{1,3}$/.test(text) && Number(text) >= 2 && Number(text) <= MOST ? Number(text) : null;
}

/** Marks the parts of a loop as read, and says what they become. */
export function noteRepetition(element: Element, notes: Notes, instances: number | null): void {
  const loop = oneOf(element, 'loopCharacteristics');
  if (loop === null) return;
  for (const name of ['loopCardinality', 'loopCondition', 'completionCondition']) {
    const part = oneOf(loop, name);
    if (part !== null) notes.handled(part);
  }
  if (instances === null)
    notes.add(
      loop,
      'changed',
      `of ${textOf(element, 'id')}: it may be repeated any number of times; instances are not told apart`,
    );
  else notes.handled(loop);
}

/** Lets a step be repeated until what follows it reports. */
export function repeat(sketch: Sketch, id: string): void {
  const label = sketch.nodes.get(id)?.label ?? '';
  const again = softGate(`${id}.again`, { split: 'event', wish: `after ${label}` });
  const node = sketch.nodes.get(id);
  if (node === undefined) return;
  node.join = 'any';
  putBehind(sketch, again, id);
  connect(sketch, again.id, id);
  // where nothing follows, the flow may end after each time
  if (sketch.edges.filter(({ from }) => from === again.id).length === 1) again.end = true;
}
