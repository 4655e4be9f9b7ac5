/**
 * One flow document -> one compiled flow: steps put together, graph computed, names resolved, rules compiled.
 *
 * 1. What is wrong becomes findings, and linking goes on without it; a flow with errors is never used.
 * 2. Steps and connectors keep the order of the file; a connector with an unknown end is left out.
 */
import { createStateTable, type StateTable } from '../checkpoints/index.ts';
import { type Calendar, DEFAULT_CALENDAR } from './calendar.ts';
import type {
  CalendarDocument,
  CheckpointBody,
  CheckpointDocument,
  FlowDocument,
  StateDocument,
  StepDocument,
} from './document.ts';
import { createScopeOf } from './extension-scope.ts';
import { bindExtensions, type Extensions } from './extensions.ts';
import { type Findings, unknownName } from './findings.ts';
import type { Connector, Flow, Step } from './flow.ts';
import { createAlarmNames } from './link-alarms.ts';
import { checkFrom } from './link-from.ts';
import { type Graph, linkGraph, type StepGraph } from './link-graph.ts';
import { linkKeyTemplate } from './link-key.ts';
import { createNames, type NamedParam, type NamesOf } from './link-names.ts';
import type { Nesting } from './link-nesting.ts';
import { compileDerived, declareParams, finishParams } from './link-params.ts';
import { linkCondition, linkTriggers, type OwnTimer, type RuleContext } from './link-rules.ts';
import { checkStates, mergeStep } from './link-steps.ts';
import {
  checkTimersStart,
  linkAbandon,
  linkDeadline,
  linkDisorder,
  linkStart,
  linkTimers,
  type MomentOf,
  momentsIn,
} from './link-timing.ts';

/** What all flows of a set of definitions are linked with. */
export interface LinkContext {
  readonly types: ReadonlyMap<string, CheckpointDocument>;
  readonly calendars: ReadonlyMap<string, CalendarDocument>;
  /** those of `calendars` that are sound */
  readonly compiled: ReadonlyMap<string, Calendar>;
  readonly nesting: Nesting;
  readonly extensions: Extensions;
  readonly channels: ReadonlySet<string>;
  readonly findings: Findings;
}

/** A step with its type put in, and its parameters as names see them. */
interface Part {
  readonly document: StepDocument;
  readonly body: CheckpointBody;
  readonly params: ReadonlyMap<string, NamedParam>;
  /** true where its type is not known */
  readonly open: boolean;
}

/** Links one flow; `open`: it stands for a checkpoint type by itself, whose other steps are not known. */
export function linkFlow(document: FlowDocument, context: LinkContext, open = false): Flow {
  const { findings } = context;
  const calendar = findCalendar(document, context);
  const parts = document.steps.map((step) => linkPart(step, context));
  const stepIndex = new Map(document.steps.map((step, index) => [step.name, index]));
  const edges = findEdges(document, stepIndex, findings);
  const graph = linkGraph(document.steps, edges);
  checkGraph(document, graph, edges.length === document.connectors.length, findings);
  const copying = parts.map(({ document: { name, gate }, body, open }) => ({
    name,
    gate,
    open,
    params: body.params,
  }));
  checkFrom(copying, edges, graph.startSteps, findings);

  const scopeOf = createScopeOf({
    name: document.name,
    steps: parts.map((part) => ({ name: part.document.name, params: part.params })),
  });
  const bound = bindExtensions(context.extensions, scopeOf);
  const names = createNames({
    name: document.name,
    calendar: calendar.calendar,
    open,
    steps: parts.map((part) => ({ name: part.document.name, params: part.params, open: part.open })),
  });
  compileDerived(
    parts.map((part) => ({ documents: part.body.params, params: part.params })),
    { names, functions: bound.functions, findings },
  );
  const rules: RuleContext = {
    ...context,
    ...bound,
    alarms: createAlarmNames(parts.flatMap((part) => part.body.timers.map((timer) => timer.name))),
  };
  const owner = { params: new Map<string, NamedParam>(), timers: new Map<string, OwnTimer>(), open: false };
  const flow: Flow = {
    name: document.name,
    title: document.title,
    group: document.group,
    calendar: calendar.calendar,
    key: linkKeyTemplate(document, findings),
    start: linkStart(document.start, calendar.momentOf),
    deadline: linkDeadline(document.deadline, calendar.momentOf),
    disorder: linkDisorder(document),
    abandon: linkAbandon(document),
    states: linkStates(document.states, findings),
    statesAt: document.states[0]?.at ?? null,
    split: document.split,
    steps: parts.map((part, index) => linkStep(part, index, { graph, names, rules, context, calendar })),
    stepIndex,
    byEventName: findEventNames(document.steps),
    connectors: edges.map((edge, index) => linkConnector(edge, index, { parts, names, rules })),
    startSteps: graph.startSteps,
    on: linkTriggers(document.on, { ...owner, id: '', names: names(-1) }, rules),
    parents: context.nesting.parents.get(document.name) ?? [],
    followers: context.nesting.followers.get(document.name) ?? [],
    at: document.at,
  };
  if (open) return flow;
  rules.alarms.check(findings);
  for (const { document: step, body } of parts) {
    const leaving = document.connectors.filter((connector) => connector.from.value === step.name);
    const triggers = [...body.on, ...leaving.flatMap((connector) => connector.on)];
    checkTimersStart(body.timers, triggers, findings);
  }
  return flow;
}

interface FoundCalendar {
  readonly calendar: Calendar;
  readonly momentOf: MomentOf;
}

/** An unknown or unsound calendar is reported and replaced by the default, so that linking can go on. */
function findCalendar(document: FlowDocument, context: LinkContext): FoundCalendar {
  const { calendars, compiled, findings } = context;
  const name = document.calendar;
  if (name === null) return { calendar: DEFAULT_CALENDAR, momentOf: momentsIn(null, findings) };
  const found = calendars.get(name.value);
  if (found === undefined) {
    findings.error(name.at, 'unknown-calendar', unknownName('calendar', name.value, calendars.keys()));
    return { calendar: DEFAULT_CALENDAR, momentOf: ({ value }) => value };
  }
  return {
    calendar: compiled.get(name.value) ?? DEFAULT_CALENDAR,
    momentOf: momentsIn(found, findings),
  };
}

function linkPart(step: StepDocument, context: LinkContext): Part {
  const body = mergeStep(step, context.types, context.findings);
  const open = step.checkpoint !== null && !context.types.has(step.checkpoint.value);
  return { document: step, body, params: declareParams(body.params, context.findings), open };
}

interface FlowEdge {
  readonly from: number;
  readonly to: number;
  readonly document: FlowDocument['connectors'][number];
  /** `<from>-><to>#<n>`, n counting from 1 the connectors between these two */
  readonly id: string;
}

function findEdges(
  document: FlowDocument,
  stepIndex: ReadonlyMap<string, number>,
  findings: Findings,
): readonly FlowEdge[] {
  const counts = new Map<string, number>();
  return document.connectors.flatMap((connector) => {
    const [from, to] = [connector.from, connector.to].map((end) => {
      const index = stepIndex.get(end.value);
      if (index === undefined)
        findings.error(end.at, 'unknown-step', unknownName('step', end.value, stepIndex.keys()));
      return index;
    });
    if (from === undefined || to === undefined) return [];
    const ends = `${connector.from.value}->${connector.to.value}`;
    const n = (counts.get(ends) ?? 0) + 1;
    counts.set(ends, n);
    return [{ from, to, document: connector, id: `${ends}#${n}` }];
  });
}

function checkGraph(document: FlowDocument, graph: Graph, whole: boolean, findings: Findings): void {
  if (document.steps.length === 0)
    findings.error(document.at, 'no-steps', `flow '${document.name}' has no steps; give it at least one`);
  for (const step of graph.gateLoops) {
    const { at, name } = document.steps[step] ?? document;
    const message = `gate '${name}' is on a loop of gates alone, which would never end; lead it through a step with events`;
    findings.error(at, 'gate-loop', message);
  }
  // With a connector left out, what it leads to would be reported once more.
  if (!whole) return;
  for (const step of graph.unreachable) {
    const { at, name } = document.steps[step] ?? document;
    const message = `step '${name}' can never be reached from where the flow starts; add a connector to it, or remove it`;
    findings.error(at, 'unreachable-step', message);
  }
}

function findEventNames(steps: readonly StepDocument[]): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  steps.forEach((step, index) => {
    if (step.gate || step.flow !== null) return;
    const name = step.as?.value ?? step.name;
    found.set(name, [...(found.get(name) ?? []), index]);
  });
  return found;
}

function linkStates(states: readonly StateDocument[], findings: Findings): StateTable | null {
  if (states.length === 0 || !checkStates(states, findings)) return null;
  return createStateTable(
    states.map((state) => ({ name: state.name, next: state.next.map((next) => next.value) })),
  );
}

const NO_GRAPH: StepGraph = { outgoing: [], incoming: [], reach: [], reachable: [] };

function linkStep(
  { document, body, params, open }: Part,
  index: number,
  found: {
    readonly graph: Graph;
    readonly names: NamesOf;
    readonly rules: RuleContext;
    readonly context: LinkContext;
    readonly calendar: FoundCalendar;
  },
): Step {
  const { findings } = found.context;
  const timers = linkTimers(body.timers, found.calendar.momentOf);
  const owner = { id: document.name, names: found.names(index), params, timers: ownTimers(body), open };
  return {
    index,
    name: document.name,
    title: document.title,
    kind: document.gate ? 'gate' : document.flow !== null ? 'flow' : 'checkpoint',
    checkpoint: document.checkpoint?.value ?? null,
    nested: found.context.nesting.nested.get(document) ?? null,
    states: linkStates(body.states, findings),
    statesAt: body.states[0]?.at ?? null,
    params: finishParams(body.params, params),
    paramIndex: indexByName(body.params),
    timers,
    on: linkTriggers(body.on, owner, found.rules),
    split: document.split,
    join: document.join,
    end: document.end,
    ...(found.graph.steps[index] ?? NO_GRAPH),
    at: document.at,
  };
}

function linkConnector(
  { from, to, document, id }: FlowEdge,
  index: number,
  found: { readonly parts: readonly Part[]; readonly names: NamesOf; readonly rules: RuleContext },
): Connector {
  const source = found.parts[from];
  const owner = {
    id,
    names: found.names(from),
    params: source?.params ?? new Map<string, NamedParam>(),
    timers: source === undefined ? new Map<string, OwnTimer>() : ownTimers(source.body),
    open: source?.open ?? false,
  };
  return {
    index,
    from,
    to,
    when: linkCondition(document.when, owner.names, found.rules),
    limit: document.limit,
    on: linkTriggers(document.on, owner, found.rules),
    at: document.at,
  };
}

function ownTimers({ timers }: CheckpointBody): ReadonlyMap<string, OwnTimer> {
  return new Map(
    timers.map(({ name, in: after, moment }, index) => [
      name,
      { index, timed: after !== null || moment !== null },
    ]),
  );
}

function indexByName(items: readonly { readonly name: string }[]): ReadonlyMap<string, number> {
  return new Map(items.map((item, index) => [item.name, index]));
}
