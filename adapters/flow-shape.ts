/** The shape of a flow that is drawn: what leads where, by the names of its steps. */
import type { ConnectorDraft, FlowDraft, Plain, StepDraft } from './flow-draft.ts';

export interface ShapedStep {
  readonly step: StepDraft;
  readonly kind: 'checkpoint' | 'flow' | 'gate';
  readonly split: 'all' | 'first' | 'event';
  readonly join: 'all' | 'any';
  readonly end: boolean;
  readonly isStart: boolean;
  readonly into: readonly ConnectorDraft[];
  readonly outOf: readonly ConnectorDraft[];
}

/** The steps of a flow with what they are connected to, in the order of the file. */
export function shapeOf({ steps, connectors }: FlowDraft): readonly ShapedStep[] {
  const into = Map.groupBy(connectors, ({ to }) => to);
  const outOf = Map.groupBy(connectors, ({ from }) => from);
  const alone = steps.filter(({ name }) => (into.get(name) ?? []).every(({ from }) => from === name));
  const starts = new Set(alone.length > 0 ? alone : steps.slice(0, 1));
  return steps.map((step) => {
    const { gate, flow, split, join, end } = step.keys;
    return {
      step,
      kind: gate === true ? 'gate' : flow === undefined ? 'checkpoint' : 'flow',
      split: split === 'first' || split === 'event' ? split : 'all',
      join: join === 'any' ? 'any' : 'all',
      end: end === true,
      isStart: starts.has(step),
      into: into.get(step.name) ?? [],
      outOf: outOf.get(step.name) ?? [],
    };
  });
}

/** A title as one text; null where there is none. */
export function titleText(title: Plain | undefined): string | null {
  if (typeof title === 'string') return title;
  if (typeof title !== 'object' || title === null || Array.isArray(title)) return null;
  const { en, zh } = title as { readonly en?: Plain; readonly zh?: Plain }; // a mapping, since it is no list
  return typeof en === 'string' ? en : typeof zh === 'string' ? zh : null;
}
