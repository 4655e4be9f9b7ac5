/** Connectors at work: their expressions, counts, limits and rules. What happens here belongs to the source step. */
import type { Connector } from '../definitions/index.ts';
import type { AlarmValues } from './alarm-facts.ts';
import { countTaken, type Draft, deviate, stepOf } from './draft.ts';
import { happen, holds } from './rules.ts';

/** The definition of a connector by index. */
export function connectorOf(draft: Draft, index: number): Connector {
  const connector = draft.flow.connectors[index];
  if (connector === undefined)
    throw new Error(`broken rule: flow ${draft.flow.name} has no connector ${index}`);
  return connector;
}

/** Evaluates a connector's expression, with its rules on `evaluated` and `refused`. */
export function connectorHolds(draft: Draft, index: number): boolean {
  const connector = connectorOf(draft, index);
  const when = connector.when;
  const held =
    when === null || holds(draft, { expression: when, step: connector.from, cause: `connector/${index}` });
  if (connector.on.size > 0) {
    const occurrence = {
      step: connector.from,
      stepless: true,
      triggers: connector.on,
      alarm: null,
      due: null,
    };
    happen(draft, { ...occurrence, event: 'evaluated' });
    if (!held) happen(draft, { ...occurrence, event: 'refused' });
  }
  return held;
}

/** Counts a connector as taken, with its limit and its rules on `taken`. */
export function passConnector(draft: Draft, index: number): void {
  const connector = connectorOf(draft, index);
  const count = countTaken(draft, index);
  draft.tell?.({ kind: 'taken', connector: index, count });
  if (connector.limit !== null && count > connector.limit)
    loopLimit(draft, connector, count, connector.limit);
  if (connector.on.size > 0) {
    happen(draft, {
      event: 'taken',
      step: connector.from,
      stepless: true,
      triggers: connector.on,
      alarm: null,
      due: null,
    });
  }
}

function loopLimit(draft: Draft, { from, to, at }: Connector, count: number, limit: number): void {
  const source = stepOf(draft.flow, from);
  const target = stepOf(draft.flow, to);
  const detail = `${source.name} to ${target.name} taken ${count} times, limit ${limit}`;
  const facts: AlarmValues = [
    ['from', source.name],
    ['to', target.name],
    ['taken', count],
    ['limit', limit],
  ];
  deviate(draft, 'loop-limit', source.name, detail);
  happen(draft, {
    event: 'loop-limit',
    step: from,
    stepless: false,
    triggers: source.on,
    alarm: { name: 'loop-limit', severity: 'warning', detail, place: at, facts },
    due: null,
  });
}
