/**
 * What may stand at the cursor: keys and fixed values by the schemas, and names that the definitions themselves give, steps,
 * parameters, states, types, flows, calendars, channels, views, groups, alarms.
 */
import { FUNCTION_NAMES } from '../../definitions/index.ts';
import type { CursorPlace } from './path-at.ts';
import { keysAt, valuesAt } from './schema-at.ts';
import { checkpointNamed, flowNamed, type Known, namesOf } from './workspace.ts';

export interface Suggestion {
  readonly label: string;
  readonly kind: 'key' | 'value' | 'step' | 'parameter' | 'state' | 'document' | 'alarm' | 'function';
  readonly about: string;
  readonly insert: string;
}

const KINDS = ['flow', 'checkpoint', 'calendar', 'view', 'policy', 'channel', 'collector', 'test'];

/** What may be written at the place; the editor picks by what is written already. */
export function suggestionsAt(place: CursorPlace, known: Known): readonly Suggestion[] {
  const kind = place.document?.kind ?? '';
  if (place.document === null || (place.path.length === 0 && !KINDS.includes(kind))) {
    return KINDS.map((name) => suggestion(name, 'key', `a ${name}`, `${name}: `));
  }
  if (place.writes === 'value') return valueSuggestions(place, known);
  const events = place.path.at(-1) === 'on' ? eventKeys(place, known) : [];
  return [
    ...keysAt(kind, place.path).map(({ name, about }) => suggestion(name, 'key', about, `${name}: `)),
    ...events,
  ];
}

function valueSuggestions(place: CursorPlace, known: Known): readonly Suggestion[] {
  const key = place.path.at(-1) ?? '';
  const fixed = valuesAt(place.document?.kind ?? '', place.path);
  return [
    ...fixed.map((value) => suggestion(value, 'value', '')),
    ...namesFor(key, place, known),
    ...(isExpression(place.path) ? inExpression(place, known) : []),
  ];
}

/** Names of the definitions that the key refers to. */
function namesFor(key: string, place: CursorPlace, known: Known): readonly Suggestion[] {
  const documents = (kind: 'flow' | 'checkpoint' | 'calendar' | 'channel' | 'view') =>
    namesOf(known, kind).map((name) => suggestion(name, 'document', `a ${kind}`));
  const { path } = place;
  if (place.document?.kind === 'view') {
    if (key === 'view' && path.length > 1) return documents('view');
    if (key === 'group') return groups(known);
    if (path[0] === 'links' && (key === 'from' || key === 'to'))
      return nodesOf(place, known).map(({ name }) => suggestion(name, 'value', 'a node'));
    if (key === 'step') return steps(place, known);
  }
  if (key === 'checkpoint' && path.length > 1) return documents('checkpoint');
  if (key === 'calendar' && path.length === 1) return documents('calendar');
  if (key === 'notify' || key === 'channel') return documents('channel');
  if (key === 'flow' && (path.length > 1 || place.document?.kind === 'test')) return documents('flow');
  if (key === 'after' && path.includes('start')) return documents('flow');
  if (path[0] === 'connectors' && (key === 'from' || key === 'to')) return steps(place, known);
  if (place.document?.kind === 'test' && (key === 'step' || path.at(-2) === 'steps'))
    return steps(place, known);
  if (key === 'clear' || key === 'alarm') return alarms(known);
  if (key === 'set' || (key === 'from' && path.includes('params'))) return parameters(place, known);
  return [];
}

function steps(place: CursorPlace, known: Known): readonly Suggestion[] {
  return stepsOf(place, known).map(({ name, checkpoint }) =>
    suggestion(name, 'step', checkpoint === null ? 'a step' : `a step of type ${checkpoint.value}`),
  );
}

function groups(known: Known): readonly Suggestion[] {
  const names = known.documents.flatMap((one) => (one.kind === 'flow' ? (one.group ?? []) : []));
  return [...new Set(names)].map((name) => suggestion(name, 'value', 'a group of flows'));
}

/** The nodes of the view that is written. */
function nodesOf({ document }: CursorPlace, known: Known) {
  if (document?.kind !== 'view') return [];
  return known.documents.flatMap((one) =>
    one.kind === 'view' && one.name === document.name ? one.nodes : [],
  );
}

/** The steps of the flow that is written, that a node of a view shows, or that a test is about. */
function stepsOf(place: CursorPlace, known: Known) {
  const { document } = place;
  if (document?.kind === 'flow') return flowNamed(known, document.name)?.steps ?? [];
  const shown = nodesOf(place, known).find(({ name }) => name === place.path[1])?.shows;
  if (shown?.kind === 'flow') return flowNamed(known, shown.flow.value)?.steps ?? [];
  return known.documents.flatMap((one) => (one.kind === 'flow' ? one.steps : []));
}

function parameters(place: CursorPlace, known: Known): readonly Suggestion[] {
  const own =
    place.document?.kind === 'checkpoint' ? checkpointNamed(known, place.document.name)?.params : null;
  const found = own ?? stepsOf(place, known).flatMap((step) => paramsOf(step, known));
  const names = new Map(found.map((param) => [param.name, param]));
  return [...names.values()].map(({ name, type, unit }) =>
    suggestion(name, 'parameter', unit === null ? type : `${type}, ${unit}`),
  );
}

function paramsOf(
  step: ReturnType<typeof stepsOf>[number],
  known: Known,
): ReturnType<typeof stepsOf>[number]['params'] {
  return [...step.params, ...(checkpointNamed(known, step.checkpoint?.value ?? null)?.params ?? [])];
}

function alarms(known: Known): readonly Suggestion[] {
  const names = known.documents.flatMap((one) => {
    if (one.kind !== 'flow' && one.kind !== 'checkpoint') return [];
    const tables = one.kind === 'flow' ? [one.on, ...one.steps.map(({ on }) => on)] : [one.on];
    return tables
      .flat()
      .flatMap(({ rules }) => rules)
      .flatMap(({ actions }) => actions)
      .flatMap((action) => (action.kind === 'alarm' ? [action.name] : []));
  });
  return [...new Set(names)].map((name) => suggestion(name, 'alarm', 'an alarm'));
}

/** `timer.NAME` of the step that the table belongs to; the fixed events are keys of the schema. */
function eventKeys(place: CursorPlace, known: Known): readonly Suggestion[] {
  const stepName = place.path[0] === 'steps' ? place.path[1] : null;
  const step = stepsOf(place, known).find(({ name }) => name === stepName);
  const own = step?.timers ?? [];
  const type =
    place.document?.kind === 'checkpoint' ? place.document.name : (step?.checkpoint?.value ?? null);
  const timers = [...own, ...(checkpointNamed(known, type)?.timers ?? [])];
  return timers.map(({ name }) => suggestion(`timer.${name}`, 'key', 'the timer ran out', `timer.${name}: `));
}

/** `to` is an expression where it belongs to `set`, and a step on a connector. */
function isExpression(path: readonly string[]): boolean {
  const key = path.at(-1) ?? '';
  return key === 'to' ? path.includes('on') : key === 'when' || key === 'value';
}

/** What an expression may name: parameters, states of the step, and the fixed names. */
function inExpression(place: CursorPlace, known: Known): readonly Suggestion[] {
  const fixed = ['state', 'status', 'visits', 'event.time', 'event.state', 'flow.key', 'flow.tradingDay'];
  const states = /(?:state\s*(?:==|!=)\s*|in\s*\[)'?[^']*$/.test(place.word) ? statesOf(place, known) : [];
  return [
    ...states,
    ...parameters(place, known),
    ...fixed.map((name) => suggestion(name, 'value', '')),
    ...FUNCTION_NAMES.map((name) => suggestion(name, 'function', 'a function', `${name}(`)),
  ];
}

function statesOf(place: CursorPlace, known: Known): readonly Suggestion[] {
  const own =
    place.document?.kind === 'checkpoint' ? checkpointNamed(known, place.document.name)?.states : null;
  const found =
    own ??
    stepsOf(place, known).flatMap((step) => [
      ...step.states,
      ...(checkpointNamed(known, step.checkpoint?.value ?? null)?.states ?? []),
    ]);
  return [...new Set(found.map(({ name }) => name))].map((name) =>
    suggestion(name, 'state', 'a state', `'${name}'`),
  );
}

function suggestion(label: string, kind: Suggestion['kind'], about: string, insert = label): Suggestion {
  return { label, kind, about, insert };
}
