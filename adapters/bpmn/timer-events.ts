/** Timers that run from the activation of a step, as timer events on its boundary. */
import { parseSpan } from '../../definitions/index.ts';
import { isPlainMap, type Plain, without } from '../flow-draft.ts';
import type { Canvas } from './canvas.ts';
import type { Element } from './moddle.ts';

/** Draws the timers of a step on its boundary. */
export function drawTimers(
  canvas: Canvas,
  {
    element,
    step,
    timers,
  }: { readonly element: Element; readonly step: string; readonly timers: Plain | undefined },
): void {
  if (!isPlainMap(timers)) return;
  for (const [name, timer] of Object.entries(timers)) {
    const duration = isPlainMap(timer) ? isoOf(timer.in) : null;
    if (duration === null || !isPlainMap(timer)) continue;
    const { moddle } = canvas;
    const timeDuration = moddle.create('bpmn:FormalExpression', { body: duration });
    canvas.add(
      'bpmn:BoundaryEvent',
      `${step}.timer.${name}`,
      {
        name,
        attachedToRef: element,
        cancelActivity: false,
        eventDefinitions: [moddle.create('bpmn:TimerEventDefinition', { timeDuration })],
      },
      { timer: name, ...without(timer, ['after']) },
    );
  }
}

/** Whether all timers of a step can be drawn; where one cannot, all stay together among its keys. */
export function canDrawTimers(timers: Plain | undefined): boolean {
  return (
    isPlainMap(timers) &&
    Object.values(timers).every(
      (timer) => isPlainMap(timer) && timer.after === 'activated' && isoOf(timer.in) !== null,
    )
  );
}

/** A duration in ISO 8601; null where it is none of whole seconds. */
function isoOf(text: Plain | undefined): string | null {
  const span = typeof text === 'string' ? parseSpan(text) : null;
  if (span === null || !span.ok || span.value.ms % 1000 !== 0) return null;
  const { days, ms } = span.value;
  const seconds = ms / 1000;
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const time = `${h > 0 ? `${h}H` : ''}${m > 0 ? `${m}M` : ''}${s > 0 ? `${s}S` : ''}`;
  if (days === 0 && time === '') return null;
  return `P${days > 0 ? `${days}D` : ''}${time === '' ? '' : `T${time}`}`;
}
