/**
 * Documents -> compiled definitions, the only way to make them.
 *
 * 1. Every name is looked up here, with its place and, where one is near, what was probably meant.
 * 2. One run finds all that is wrong; with a single error there are no definitions at all.
 * 3. Pure: the same documents give the same definitions and the same findings, in the same order.
 */
import { type Calendar, createCalendar } from './calendar.ts';
import { checkCalendar } from './calendar-check.ts';
import type { CalendarDocument, CheckpointDocument, Document, FlowDocument } from './document.ts';
import { type Extensions, NO_EXTENSIONS } from './extensions.ts';
import { createFindings, type Findings, formatPlace } from './findings.ts';
import type { Definitions } from './flow.ts';
import { type LinkContext, linkFlow } from './link-flow.ts';
import { linkNesting } from './link-nesting.ts';
import type { Finding } from './place.ts';

/** Definitions, or null where a finding is an error; findings are sorted by file, line and column. */
export interface Linked {
  readonly definitions: Definitions | null;
  readonly findings: readonly Finding[];
}

/** Links documents that were read, under the revision that their sources have. */
export function linkDefinitions(
  documents: readonly Document[],
  revision: string,
  extensions: Extensions = NO_EXTENSIONS,
): Linked {
  const findings = createFindings();
  const flows = byName(documents, 'flow', findings);
  const types = byName(documents, 'checkpoint', findings);
  const calendars = byName(documents, 'calendar', findings);
  const compiled = linkCalendars(calendars, findings);
  const context: LinkContext = {
    types,
    calendars,
    compiled,
    nesting: linkNesting(flows, findings),
    extensions,
    channels: new Set(byName(documents, 'channel', findings).keys()),
    findings,
  };
  const linked = new Map([...flows].map(([name, flow]) => [name, linkFlow(flow, context)]));
  checkUnusedTypes(types, flows, context);

  const found = findings.list();
  const broken = found.some((finding) => finding.severity === 'error');
  return { definitions: broken ? null : { revision, flows: linked, calendars: compiled }, findings: found };
}

/** The documents of one kind by name; of two with the same name the first is kept. */
function byName<K extends Document['kind']>(
  documents: readonly Document[],
  kind: K,
  findings: Findings,
): ReadonlyMap<string, Extract<Document, { readonly kind: K }>> {
  const found = new Map<string, Extract<Document, { readonly kind: K }>>();
  for (const document of documents) {
    if (!isKind(document, kind)) continue;
    const first = found.get(document.name);
    if (first === undefined) found.set(document.name, document);
    else {
      const message = `there is another ${kind} named '${document.name}' at ${formatPlace(first.at)}; rename one of them`;
      findings.error(document.at, 'duplicate-name', message);
    }
  }
  return found;
}

function isKind<K extends Document['kind']>(
  document: Document,
  kind: K,
): document is Extract<Document, { readonly kind: K }> {
  return document.kind === kind;
}

function linkCalendars(
  calendars: ReadonlyMap<string, CalendarDocument>,
  findings: Findings,
): ReadonlyMap<string, Calendar> {
  const compiled = new Map<string, Calendar>();
  for (const [name, document] of calendars) {
    const found = checkCalendar(document);
    findings.add(found);
    if (found.every((finding) => finding.severity !== 'error')) compiled.set(name, createCalendar(document));
  }
  return compiled;
}

/** A checkpoint type that no flow uses is looked at as if a flow had one step of it, so that its mistakes are found. */
function checkUnusedTypes(
  types: ReadonlyMap<string, CheckpointDocument>,
  flows: ReadonlyMap<string, FlowDocument>,
  context: LinkContext,
): void {
  const used = new Set(
    [...flows.values()].flatMap((flow) => flow.steps.map((step) => step.checkpoint?.value)),
  );
  for (const type of types.values()) if (!used.has(type.name)) linkFlow(flowOf(type), context, true);
}

function flowOf(type: CheckpointDocument): FlowDocument {
  const { at, name, title } = type;
  const plain = { at, name, title, calendar: null, key: null };
  const body = { states: type.states, params: type.params, timers: type.timers, on: type.on };
  const step = { ...plain, ...body, as: null, checkpoint: null, gate: false, flow: null, each: [] };
  return {
    ...plain,
    kind: 'flow',
    group: null,
    start: null,
    deadline: null,
    disorder: null,
    abandon: null,
    states: [],
    split: 'all',
    steps: [{ ...step, split: 'all', join: 'all', end: false }],
    connectors: [],
    on: [],
  };
}
