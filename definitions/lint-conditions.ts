/** Conditions that say less than they seem to: never true, always true, shadowed by others, about states there are none of. */
import type { Value } from '../checkpoints/index.ts';
import { comparedTexts, conditionTree, type Verdict, verdictsOf } from './condition-cases.ts';
import type { Expression } from './expression.ts';
import type { Node } from './expression-tree.ts';
import { type Findings, unknownName } from './findings.ts';
import type { Action, Connector, Flow, Rule, Step, Triggers } from './flow.ts';
import { DEFAULT_ALARMS } from './link-alarms.ts';
import type { Place } from './place.ts';

const STEP_STATUSES = ['idle', 'active', 'running', 'committed', 'failed', 'withdrawn'];

/** Looks at every condition of a flow. */
export function lintConditions(flow: Flow, findings: Findings): void {
  for (const connector of flow.connectors) {
    const fromTo = `'${nameOf(flow, connector.from)}' to '${nameOf(flow, connector.to)}'`;
    if (connector.when !== null)
      lintCondition(flow, connector.from, connector.when, findings, {
        never: ['MP101', `the connector from ${fromTo} can never be taken`],
      });
    lintRules(flow, connector.from, connector.on, findings);
  }
  for (const step of flow.steps) {
    if (step.split === 'first') lintShadowed(flow, step, findings);
    lintRules(flow, step.index, step.on, findings);
  }
  lintRules(flow, -1, flow.on, findings);
}

function lintRules(flow: Flow, own: number, on: Triggers, findings: Findings): void {
  for (const [event, rules] of on) {
    for (const { when } of rules)
      if (when !== null)
        lintCondition(flow, own, when, findings, {
          never: ['MP102', `this rule for ${event} can never do anything`],
        });
    lintTwice(flow, own, rules, findings);
    lintSilenced(event, rules, findings);
  }
}

function lintCondition(
  flow: Flow,
  own: number,
  condition: Expression,
  findings: Findings,
  { never }: { readonly never: readonly [code: string, what: string] },
): void {
  const node = conditionTree(condition.source);
  if (node === null) return;
  const { at, source } = condition;
  let strange = false;
  for (const { path, text, at: offset } of comparedTexts(node)) {
    const states = statesOf(flow, own, path);
    if (states === null || states.includes(text)) continue;
    strange = true;
    findings.warning(placeIn(condition, offset), 'MP103', unknownName('state of this table', text, states));
  }
  const verdicts = casesOf(flow, own, [node])?.map(([verdict = null]) => verdict);
  if (strange || verdicts === undefined) return;
  if (verdicts.every((verdict) => verdict === false))
    findings.warning(at, never[0], `${never[1]}: '${source}' is never true; correct it or remove it`);
  if (verdicts.every((verdict) => verdict === true))
    findings.warning(at, 'MP105', `'${source}' is always true: leave it out, or correct it`);
}

/** Of a step whose first true connector is followed, those that always come too late. */
function lintShadowed(flow: Flow, step: Step, findings: Findings): void {
  const connectors = step.outgoing.flatMap((index) => flow.connectors[index] ?? []);
  connectors.forEach((connector, index) => {
    const before = connectors.slice(0, index);
    if (before.length === 0 || !isShadowed(flow, step, connector, before)) return;
    const first = before.find(({ when }) => when === null) ?? before[0];
    const message = `'${step.name}' follows the first true connector, and one to '${nameOf(flow, first?.to ?? -1)}' above always is where this one is: put this one first, or correct its condition`;
    findings.warning(connector.at, 'MP104', message);
  });
}

function isShadowed(flow: Flow, step: Step, connector: Connector, before: readonly Connector[]): boolean {
  if (before.some(({ when }) => when === null)) return true;
  const sources = [...before, connector].flatMap(({ when }) => when ?? []);
  const nodes = sources.map(({ source }) => conditionTree(source));
  const trees = nodes.filter((node) => node !== null);
  if (trees.length < nodes.length) return false;
  const cases = casesOf(flow, step.index, trees);
  if (cases === null) return false;
  const own = (verdicts: readonly Verdict[]) =>
    connector.when === null ? true : (verdicts[before.length] ?? null);
  const reached = cases.filter((verdicts) => own(verdicts) !== false);
  return (
    reached.length > 0 &&
    reached.every((verdicts) => verdicts.slice(0, before.length).some((verdict) => verdict === true))
  );
}

/** Two rules for one event that raise the same alarm, and can both be true. */
function lintTwice(flow: Flow, own: number, rules: readonly Rule[], findings: Findings): void {
  rules.forEach((rule, index) => {
    for (const name of alarmsOf(rule.actions)) {
      const other = rules
        .slice(0, index)
        .find((before) => alarmsOf(before.actions).includes(name) && areBoth(flow, own, before, rule));
      if (other === undefined) continue;
      const message = `the rule in line ${other.at.line} raises '${name}' at the same event, and both can be true, so that it is raised twice: let the conditions exclude each other, or name the alarms differently`;
      findings.warning(rule.at, 'MP106', message);
    }
  });
}

function areBoth(flow: Flow, own: number, a: Rule, b: Rule): boolean {
  if (a.when?.source === b.when?.source) return true;
  const nodes = [a, b].map(({ when }) => (when === null ? null : conditionTree(when.source)));
  const trees = nodes.filter((node) => node !== null);
  const cases = casesOf(flow, own, trees);
  return cases?.some((verdicts) => verdicts.every((verdict) => verdict === true)) ?? false;
}

/** Rules for an event with a default alarm, none of which raises any. */
function lintSilenced(event: string, rules: readonly Rule[], findings: Findings): void {
  const [first] = rules;
  if (first === undefined || !(event.startsWith('timer.') || DEFAULT_ALARMS.includes(event))) return;
  const actions = rules.flatMap((rule) => rule.actions);
  if (actions.some(({ kind }) => kind === 'alarm' || kind === 'call')) return;
  const name = event.startsWith('timer.') ? event.slice('timer.'.length) : event;
  const message = `rules for ${event} replace its default alarm, and none of these raises one: add { alarm: ${name} }`;
  findings.warning(first.at, 'MP107', message);
}

function alarmsOf(actions: readonly Action[]): readonly string[] {
  return actions.flatMap((action) => (action.kind === 'alarm' ? [action.name] : []));
}

function casesOf(flow: Flow, own: number, nodes: readonly Node[]) {
  return verdictsOf({
    nodes,
    domainOf: (path) => domainOf(flow, own, path),
    leastOf: (path) => (path.at(-1) === 'visits' ? (path.length === 1 ? 1 : 0) : null),
  });
}

function domainOf(flow: Flow, own: number, path: readonly string[]): readonly Value[] | null {
  const states = statesOf(flow, own, path);
  if (states !== null) return states;
  if (path.at(-1) === 'status' && (path.length === 3 || (path.length === 1 && own >= 0)))
    return STEP_STATUSES;
  const step = path.length === 1 ? flow.steps[own] : stepOf(flow, path);
  const param = step?.params[step.paramIndex.get(path.at(-1) ?? '') ?? -1];
  return param?.type === 'boolean' ? [true, false] : null;
}

/** The states that a name can have; null where it is no state, or there is no table. */
function statesOf(flow: Flow, own: number, path: readonly string[]): readonly string[] | null {
  const [first = '', , third] = path;
  if (path.length === 1 && first === 'state')
    return (own < 0 ? flow : flow.steps[own])?.states?.states ?? null;
  if (first === 'flow' && path[1] === 'state') return flow.states?.states ?? null;
  if (first === 'steps' && third === 'state') return stepOf(flow, path)?.states?.states ?? null;
  return null;
}

function stepOf(flow: Flow, [first, word]: readonly string[]): Step | undefined {
  if (first !== 'steps') return undefined;
  return flow.steps.find(({ name }) => name.replaceAll('-', '_') === word);
}

function nameOf(flow: Flow, step: number): string {
  return flow.steps[step]?.name ?? '';
}

function placeIn({ source, at }: Expression, offset: number): Place {
  return source.includes('\n') ? at : { ...at, column: at.column + offset };
}
