/**
 * Events on the boundary of an activity. A timer becomes a timer of the step. The way out of an interrupting one is
 * offered beside the activity; that of another may be taken, and nothing waits for it.
 */
import { formatSpan, parseSpan } from '../../definitions/index.ts';
import { type Plain, type PlainMap, without } from '../flow-draft.ts';
import { softGate } from '../flow-graph.ts';
import { slug } from '../step-names.ts';
import { keysOf } from './milepost-keys.ts';
import { type Element, flagOf, idOf, kindOf, labelOf, listOf, oneOf, textOf } from './moddle.ts';
import type { Notes } from './notes.ts';
import { connect, outOf, put, putBefore, type Sketch } from './sketch.ts';
import { dropNode } from './tidy.ts';

/** Attaches events to the activity `id`, and gives the timers that they mean, by name. */
export function attachBoundary(
  sketch: Sketch,
  { id, events, notes }: { readonly id: string; readonly events: readonly Element[]; readonly notes: Notes },
): PlainMap {
  const timers: Record<string, Plain> = {};
  const ways: { readonly gate: string; readonly interrupts: boolean }[] = [];
  for (const event of events) {
    notes.handled(event);
    const timer = timerOf(event, notes);
    if (timer !== null) timers[uniqueIn(timers, timer.name)] = timer.keys;
    const gate = `${idOf(event)}`;
    if (!sketch.nodes.has(gate)) continue;
    if (outOf(sketch, gate).length === 0) {
      dropNode(sketch, gate);
      if (timer === null) notes.add(event, 'dropped', 'nothing follows it');
      continue;
    }
    const interrupts = flagOf(event, 'cancelActivity');
    ways.push({ gate, interrupts });
    const text = interrupts
      ? 'its way is offered beside the activity: once that has reported, what follows the event is out of order'
      : 'its way may be taken at any time once the activity is due, and nothing waits for it';
    notes.add(event, 'changed', text);
  }
  const label = sketch.nodes.get(id)?.label ?? '';
  const instead = ways.filter(({ interrupts }) => interrupts);
  let entry = id;
  if (instead.length > 0) {
    const offer = softGate(`${id}.or`, { split: 'event', wish: `${label} or not` });
    putBefore(sketch, offer, id);
    for (const { gate } of instead) connect(sketch, offer.id, gate);
    entry = offer.id;
  }
  const beside = ways.filter(({ interrupts }) => !interrupts);
  if (beside.length > 0) {
    const both = softGate(`${id}.and`, { wish: `before ${label}` });
    putBefore(sketch, both, entry);
    for (const { gate } of beside) {
      const wish = `beside ${label}`;
      const may = put(sketch, softGate(`${gate}.may`, { split: 'event', end: true, wish }));
      connect(sketch, both.id, may);
      connect(sketch, may, gate);
    }
  }
  return timers;
}

/** The timer that a boundary event means; null where it means none, which is noted where it has a time. */
function timerOf(event: Element, notes: Notes): { readonly name: string; readonly keys: PlainMap } | null {
  const definition = listOf(event, 'eventDefinitions').find(
    ({ $type }) => $type === 'bpmn:TimerEventDefinition',
  );
  for (const each of listOf(event, 'eventDefinitions')) notes.handled(each);
  if (definition === undefined) return null;
  const own = keysOf(event, notes);
  for (const time of ['timeDuration', 'timeCycle', 'timeDate']) {
    const expression = oneOf(definition, time);
    if (expression !== null) notes.handled(expression);
  }
  const name = typeof own.timer === 'string' ? own.timer : (slug(labelOf(event)) ?? 'too-long');
  const text = textOf(oneOf(definition, 'timeDuration'), 'body').trim();
  const cycle = textOf(oneOf(definition, 'timeCycle'), 'body').trim();
  const span = parseSpan(text || cycle.replace(/^R\d*\//, ''));
  if (!span.ok) {
    notes.add(
      event,
      'dropped',
      `its time "${text || cycle || textOf(oneOf(definition, 'timeDate'), 'body')}" is no duration that can be read: write a timer`,
    );
    return null;
  }
  const written = formatSpan(span.value);
  if (cycle !== '') notes.add(event, 'changed', `it rings once, after ${written}, and not again`);
  if (own.timer === undefined) return { name, keys: { after: 'activated', in: written, until: 'committed' } };
  // as it was written, unless it has been changed since
  const before = typeof own.in === 'string' ? parseSpan(own.in) : null;
  const same = before?.ok === true && formatSpan(before.value) === written;
  const rest = without(own, ['timer', 'in']);
  return { name, keys: { after: 'activated', in: same ? (own.in ?? written) : written, ...rest } };
}

function uniqueIn(map: Readonly<Record<string, Plain>>, wish: string): string {
  let name = wish;
  for (let n = 2; Object.hasOwn(map, name); n++) name = `${wish.slice(0, 58)}-${n}`;
  return name;
}

export function isBoundary(element: Element): boolean {
  return kindOf(element) === 'boundaryEvent';
}
