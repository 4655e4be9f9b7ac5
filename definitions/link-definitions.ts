/**
 * Documents -> compiled definitions, the only way to make them.
 *
 * 1. Every name is looked up here, with its place and, where one is near, what was probably meant.
 * 2. One run finds all that is wrong; with a single error there are no definitions at all.
 * 3. Pure: the same documents give the same definitions and the same findings, in the same order.
 */
import { type Calendar, createCalendar } from './calendar.ts';
import { checkCalendar, isUnsure } from './calendar-check.ts';
import type {
  CalendarDocument,
  CheckpointDocument,
  Document,
  FlowDocument,
  StepDocument,
} from './document.ts';
import { type Extensions, NO_EXTENSIONS } from './extensions.ts';
import { createFindings, type Findings, formatPlace } from './findings.ts';
import type { Definitions } from './flow.ts';
import { type LinkContext, linkFlow } from './link-flow.ts';
import type { Known } from './link-matches.ts';
import { linkNesting } from './link-nesting.ts';
import { linkPolicies } from './link-policies.ts';
import { linkViews } from './link-views.ts';
import { lacking, lacks, VARIANT } from './lost.ts';
import type { Finding } from './place.ts';
import type { Drafts } from './read-definitions.ts';

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
  return linkDrafts({ documents, unread: [] }, revision, extensions);
}

/** Links what could be read of definition files; the findings leave out what may only follow from what is lost. */
export function linkDrafts(drafts: Drafts, revision: string, extensions: Extensions): Linked {
  const findings = createFindings();
  const { documents } = drafts;
  const mayBeUnread: LinkContext['mayBeUnread'] = (kind, name) =>
    drafts.unread.some((one) => (one.kind ?? kind) === kind && (one.name ?? name) === name);
  const flows = byName(documents, 'flow', findings);
  const types = byName(documents, 'checkpoint', findings);
  const calendars = byName(documents, 'calendar', findings);
  const channels = byName(documents, 'channel', findings);
  const policies = byName(documents, 'policy', findings);
  const compiled = linkCalendars(calendars.named, findings);
  for (const calendar of calendars.nameless) findings.add(checkCalendar(calendar));
  const context: LinkContext = {
    types: types.named,
    calendars: calendars.named,
    compiled,
    nesting: linkNesting({ flows: flows.named, nameless: flows.nameless, mayBeUnread }, findings),
    extensions,
    channels: new Set(channels.named.keys()),
    mayBeUnread,
    findings,
  };
  const linked = new Map([...flows.named].map(([name, flow]) => [name, linkFlow(flow, context)]));
  for (const flow of flows.nameless) linkFlow(flow, context);
  linkUnusedTypes(types, [...flows.named.values(), ...flows.nameless], { ...context, unread: drafts.unread });

  const notifying = linkPolicies([...policies.named.values(), ...policies.nameless], channels.named, {
    calendars: compiled,
    mayBeUnread,
    unread: drafts.unread.some(({ kind }) => kind === null || kind === 'policy'),
    known: knownOf([...flows.named.values()], drafts.unread.length === 0 && flows.nameless.length === 0),
    findings,
  });

  const views = linkViews(byName(documents, 'view', findings), {
    flows: flows.named,
    types: types.named,
    mayBeUnread,
    complete:
      drafts.unread.every(({ kind }) => kind !== null && kind !== 'flow') && flows.nameless.length === 0,
    findings,
  });

  const found = findings.list();
  const broken = found.some((finding) => finding.severity === 'error');
  return {
    definitions: broken ? null : { revision, flows: linked, calendars: compiled, views, notifying },
    findings: found,
  };
}

/** What matches may name: flows, groups, steps and labels. */
function knownOf(flows: readonly FlowDocument[], complete: boolean): Known {
  return {
    flows: new Set(flows.map(({ name }) => name)),
    groups: new Set(flows.flatMap(({ group }) => group ?? [])),
    steps: new Set(flows.flatMap(({ steps }) => steps.map(({ name }) => name))),
    labels: new Set(flows.flatMap(({ labels }) => Object.keys(labels))),
    complete: complete && flows.every((flow) => !lacks(flow, 'steps', 'group', 'labels')),
  };
}

export interface Found<D extends Document> {
  /** of two documents with the same name the first */
  readonly named: ReadonlyMap<string, D>;
  /** those whose name is lost, which nothing can refer to */
  readonly nameless: readonly D[];
}

function byName<K extends Document['kind']>(
  documents: readonly Document[],
  kind: K,
  findings: Findings,
): Found<Extract<Document, { readonly kind: K }>> {
  const named = new Map<string, Extract<Document, { readonly kind: K }>>();
  const nameless: Extract<Document, { readonly kind: K }>[] = [];
  for (const document of documents) {
    if (!isKind(document, kind)) continue;
    const first = named.get(document.name);
    if (lacks(document, kind)) nameless.push(document);
    else if (first === undefined) named.set(document.name, document);
    else {
      const message = `there is another ${kind} named '${document.name}' at ${formatPlace(first.at)}; rename one of them`;
      findings.error(document.at, 'duplicate-name', message);
    }
  }
  return { named, nameless };
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
    if (!isUnsure(document) && found.every((finding) => finding.severity !== 'error'))
      compiled.set(name, createCalendar(document));
  }
  return compiled;
}

/** A checkpoint type that no flow uses is looked at as if a flow had one step of it, so that its mistakes are found. */
function linkUnusedTypes(
  types: Found<CheckpointDocument>,
  flows: readonly FlowDocument[],
  context: LinkContext & Pick<Drafts, 'unread'>,
): void {
  const steps = flows.flatMap((flow) => flow.steps);
  const used = new Set(steps.map((step) => step.checkpoint?.value));
  // A step whose type is lost may be of any, and add to it.
  const extended =
    flows.some((flow) => lacks(flow, 'steps')) || steps.some((step) => lacks(step, 'checkpoint', VARIANT));
  const unread = context.unread.some(({ kind }) => kind === null || kind === 'flow');
  const unused = [...types.named.values()].filter((type) => !used.has(type.name));
  for (const type of unused) linkFlow(flowOf(type, { extended, unread: extended || unread }), context);
  for (const type of types.nameless) linkFlow(flowOf(type, { extended: true, unread: true }), context);
}

/**
 * A flow of one step of this type, of which nothing else is known. `unread`: there may be a flow that uses it and could
 * not be read, and has a calendar; `extended`: and a step that adds to it.
 */
function flowOf(
  type: CheckpointDocument,
  { extended, unread }: { readonly extended: boolean; readonly unread: boolean },
): FlowDocument {
  const { at, name, title } = type;
  const plain = { at, name, title, calendar: null, key: null };
  const body = { states: type.states, params: type.params, timers: type.timers, on: type.on };
  const step: StepDocument = {
    ...{ ...plain, ...body, as: null, checkpoint: null, gate: false, flow: null, each: [] },
    ...{ split: 'all', join: 'all', end: false, lost: type.lost ?? new Set() },
  };
  return {
    ...plain,
    kind: 'flow',
    group: null,
    labels: {},
    start: null,
    deadline: null,
    disorder: null,
    abandon: null,
    source: null,
    states: [],
    split: 'all',
    steps: [extended ? lacking(step, ['params', 'timers', 'on']) : step],
    connectors: [],
    on: [],
    lost: new Set(['steps', 'connectors', 'on', ...(unread ? ['calendar'] : [])]),
  };
}
