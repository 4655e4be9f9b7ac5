/**
 * What stands behind the nodes of business views on a trading day, part by part: a flow, or a step of it, in one instance,
 * with its tone and the reason for it.
 *
 * 1. A flow is its row of the ledger; a nested one, which has none, what its instance would have as a row.
 * 2. Where a flow should have started and has not, the steps that it starts with are as late as it is; where it did not run,
 *    was not watched or is excused, all its steps are so.
 * 3. Of a flow with too many instances those in trouble are parts, and one part for each tone of the others, also of a step.
 * 4. The reason of what is wrong is its worst open alarm, of several the oldest, also where a nested instance has it.
 */
import { formatTime } from '../checkpoints/index.ts';
import type { Definitions, Flow, Step } from '../definitions/index.ts';
import { nameOf } from './family.ts';
import { type LedgerEntry, type LedgerQuestion, type LedgerRow, ledger, nestedRows } from './ledger.ts';
import type { EventsOf } from './ports.ts';
import { activatedAt } from './step-state.ts';
import { type Tone, toneOfInstance, toneOfRow, toneOfStep } from './tone.ts';
import {
  becauseOf,
  NOTHING,
  type Raised,
  type Reason,
  reasonOfRow,
  reasonOfStep,
  worstAlarm,
} from './view-reason.ts';

/** A flow, or a step of it, in one of its instances; without a key where there is none yet. */
export interface Part {
  readonly flow: string;
  readonly title: Flow['title'];
  readonly key: string | null;
  readonly step: { readonly name: string; readonly title: Flow['title'] } | null;
  readonly status: Tone;
  readonly reason: Reason;
  /** how many instances it stands for: more than one where they are too many to be told one by one */
  readonly count: number;
}

export interface Parts {
  /** the flow in each of its instances on the day; one part where there is none */
  ofFlow(name: string): readonly Part[];
  /** a step in each of them */
  ofStep(flow: string, step: string): readonly Part[];
  /** where the events of a part are: in its instance, and in all that it nests; the latest heard of first */
  eventsOf(part: Part): readonly EventsOf[];
}

/** Looks at a trading day; rows are made once, whatever is asked for. */
export function createParts(question: LedgerQuestion): Parts {
  const { definitions } = question;
  const entries = new Map(
    question.entries.map((entry) => [nameOf(entry.instance.flow, entry.instance.key), entry]),
  );
  const crowds = Map.groupBy(question.crowds ?? [], ({ flow }) => flow);
  const rows = Map.groupBy(
    [...ledger(question), ...nestedRows(question)].filter(
      ({ flow, key }) => !crowds.has(flow) || entries.has(nameOf(flow, key ?? '')),
    ),
    ({ flow }) => flow,
  );
  const nested = Map.groupBy(
    question.entries.filter(({ instance }) => instance.parent !== null),
    ({ instance: { parent } }) => nameOf(parent?.flow ?? '', parent?.key ?? ''),
  );
  const entryOf = ({ flow, key }: Pick<Part, 'flow' | 'key'>) => entries.get(nameOf(flow, key ?? ''));

  /** What an instance, or one of its steps, nests, at any depth. */
  function insideOf({ instance }: LedgerEntry, step: Step | null): readonly LedgerEntry[] {
    const children = (nested.get(nameOf(instance.flow, instance.key)) ?? []).filter(
      (child) => step === null || child.instance.parent?.step === step.index,
    );
    return children.flatMap((child) => [child, ...insideOf(child, null)]);
  }

  /** The open alarms of an instance, or of one of its steps, and of what it nests. */
  function alarmsOf(entry: LedgerEntry, step: Step | null): readonly Raised[] {
    const own = raisedIn(entry).filter(({ alarm }) => step === null || alarm.step === step.name);
    return [...own, ...insideOf(entry, step).flatMap(raisedIn)];
  }

  /** Of a crowd, those that are not told one by one; null where there is no crowd. */
  function othersOf(flow: Flow, step: Part['step']): readonly Part[] | null {
    const counts = crowds.get(flow.name);
    if (counts === undefined) return null;
    const left = new Map<Tone, number>();
    const add = (tone: Tone, count: number) => left.set(tone, (left.get(tone) ?? 0) + count);
    for (const { status, health, count } of counts) add(toneOfInstance(status, health), count);
    for (const { instance, health } of question.entries)
      if (instance.flow === flow.name) add(toneOfInstance(instance.status, health), -1);
    const place = { flow: flow.name, title: flow.title, key: null, step };
    return [...left]
      .filter(([, count]) => count > 0)
      .map(([status, count]) => ({ ...place, status, count, reason: { ...NOTHING, kind: 'others' } }));
  }

  /** Since when the step that nests an instance waits for it; null where none does. */
  function expectedSince({ instance }: LedgerEntry): string | null {
    const { parent } = instance;
    const outer = parent === null ? undefined : entries.get(nameOf(parent.flow, parent.key))?.instance;
    const state = outer?.steps[parent?.step ?? -1];
    if (outer === undefined || state === undefined) return null;
    const since = activatedAt(outer, state);
    return since === null || (state.status !== 'active' && state.status !== 'running')
      ? null
      : formatTime(since);
  }

  function flowPart(row: LedgerRow): Part {
    const entry = entryOf(row);
    const since = row.status === 'not-due' && entry !== undefined ? expectedSince(entry) : null;
    if (since !== null) {
      const reason: Reason = { ...NOTHING, kind: 'expected', at: since };
      return {
        flow: row.flow,
        title: row.title,
        key: row.key,
        step: null,
        status: 'waiting',
        reason,
        count: 1,
      };
    }
    const status = toneOfRow(row);
    const alarm = entry === undefined ? null : worstAlarm(alarmsOf(entry, null));
    const reason = isWrong(status) && alarm !== null ? becauseOf(alarm) : reasonOfRow(row);
    return { flow: row.flow, title: row.title, key: row.key, step: null, status, reason, count: 1 };
  }

  function stepPart(row: LedgerRow, step: Step): Part {
    const entry = entryOf(row);
    const place = {
      flow: row.flow,
      title: row.title,
      key: row.key,
      step: { name: step.name, title: step.title },
      count: 1,
    };
    const then = entry === undefined ? undefined : stepIn(entry.flow, step.name);
    if (entry === undefined || then === undefined || entry.instance.startedAt === null) {
      const flow = entry?.flow ?? flowOf(definitions, row.flow);
      return { ...place, ...beforeStart(row, isStart(flow, step.name)) };
    }
    const { instance } = entry;
    const status = toneOfStep(instance, then);
    if (row.status === 'unknown' && (status === 'idle' || status === 'waiting' || status === 'running'))
      return { ...place, status: 'unknown', reason: reasonOfRow(row) };
    const alarm = worstAlarm(alarmsOf(entry, then));
    const reason =
      isWrong(status) && alarm !== null ? becauseOf(alarm) : reasonOfStep(instance, then, status);
    return { ...place, status, reason };
  }

  /**
   * What is said of the steps of a flow that has not started, and of the flows in them; `awaited`: it would start with
   * them, so that they are late where it is.
   */
  function beforeStart(row: LedgerRow, awaited: boolean): Verdict {
    if (row.startedAt !== null) return NOT_DUE;
    const { status, reason } = flowPart(row);
    const whole = row.status === 'missing' || row.status === 'unknown' || row.status === 'excused';
    return whole || (awaited && (isWrong(status) || status === 'waiting')) ? { status, reason } : NOT_DUE;
  }

  /** What a flow without any instance on the day is: what those are that nest it. */
  function absent(flow: Flow, awaited: boolean): Verdict {
    // a step that nests it with `each` is a parent for every entry, and says the same each time
    const places = new Map(flow.parents.map((place) => [`${place.flow}/${place.step}`, place]));
    for (const { flow: name, step } of places.values()) {
      const parent = flowOf(definitions, name);
      const first = awaited && parent.startSteps.includes(step);
      const above = rows.get(name) ?? [];
      const found = above.length > 0 ? above.map((row) => beforeStart(row, first)) : [absent(parent, first)];
      const told = found.find(({ status }) => status !== 'idle');
      if (told !== undefined) return told;
    }
    return NOT_DUE;
  }

  return {
    eventsOf(part) {
      const entry = entryOf(part);
      if (entry === undefined) return [];
      const { flow, instance } = entry;
      const step = part.step === null ? null : (stepIn(flow, part.step.name) ?? null);
      const own = { flow: flow.name, key: instance.key, step: step === null ? null : eventName(flow, step) };
      const inside = insideOf(entry, step)
        .toSorted((a, b) => (b.instance.lastEventAt ?? 0) - (a.instance.lastEventAt ?? 0))
        .map((each) => ({ flow: each.flow.name, key: each.instance.key, step: null }));
      return [own, ...inside];
    },
    ofFlow(name) {
      const flow = flowOf(definitions, name);
      const found = (rows.get(name) ?? []).map(flowPart);
      const others = othersOf(flow, null);
      if (found.length > 0 || others !== null) return [...found, ...(others ?? [])];
      return [{ flow: name, title: flow.title, key: null, step: null, ...absent(flow, true), count: 1 }];
    },
    ofStep(name, stepName) {
      const flow = flowOf(definitions, name);
      const step = stepIn(flow, stepName);
      if (step === undefined) throw new Error(`broken rule: flow ${name} has no step ${stepName}`);
      const shown = { name: stepName, title: step.title };
      const found = (rows.get(name) ?? []).map((row) => stepPart(row, step));
      const others = othersOf(flow, shown);
      if (found.length > 0 || others !== null) return [...found, ...(others ?? [])];
      return [
        {
          flow: name,
          title: flow.title,
          key: null,
          step: shown,
          ...absent(flow, isStart(flow, stepName)),
          count: 1,
        },
      ];
    },
  };
}

type Verdict = Pick<Part, 'status' | 'reason'>;

const NOT_DUE: Verdict = { status: 'idle', reason: { ...NOTHING, kind: 'not-due' } };

function raisedIn({ flow, instance }: LedgerEntry): readonly Raised[] {
  return instance.alarms
    .filter(({ severity }) => severity !== 'info')
    .map((alarm) => ({ alarm, flow: flow.name, key: instance.key }));
}

function stepIn(flow: Flow, name: string): Step | undefined {
  return flow.steps[flow.stepIndex.get(name) ?? -1];
}

/** The name that events carry to a step. */
function eventName(flow: Flow, step: Step): string {
  const found = [...flow.byEventName].find(([, steps]) => steps.includes(step.index));
  return found?.[0] ?? step.name;
}

function isStart(flow: Flow, step: string): boolean {
  return flow.startSteps.includes(flow.stepIndex.get(step) ?? -1);
}

function isWrong(status: Tone): boolean {
  return status === 'critical' || status === 'warning';
}

function flowOf(definitions: Definitions, name: string): Flow {
  const flow = definitions.flows.get(name);
  if (flow === undefined) throw new Error(`broken rule: a view shows flow ${name}, which is not defined`);
  return flow;
}
