/** Instances and alarms as people and programs read them: the JSON of replay and of the API. */
import { formatTime, type Value } from '../checkpoints/index.ts';
import type { Flow } from '../definitions/index.ts';
import { closeDraft, healthOf, openDraft } from './draft.ts';
import { readParam } from './inheritance.ts';
import type { Alarm, AlarmSource, Deviation, Health, Instance, InstanceStatus } from './instance.ts';
import { activatedAt, endedAt, type StepStatus } from './step-state.ts';

export interface StepView {
  readonly status: StepStatus;
  readonly state: string | null;
  readonly visits: number;
  readonly activatedAt: string | null;
  readonly endedAt: string | null;
  readonly params: Readonly<Record<string, Value | null>>;
}

export interface InstanceView {
  readonly flow: string;
  readonly key: string;
  readonly status: InstanceStatus;
  readonly deviated: boolean;
  readonly health: Health;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly steps: Readonly<Record<string, StepView>>;
}

/** An instance in the form of `replay --format json`; times are UTC with milliseconds. */
export function viewInstance(flow: Flow, instance: Instance): InstanceView {
  return {
    flow: instance.flow,
    key: instance.key,
    status: instance.status,
    deviated: instance.deviations.length > 0,
    health: healthOf(instance),
    startedAt: timeOrNull(instance.startedAt),
    endedAt: timeOrNull(instance.endedAt),
    steps: viewSteps(flow, instance),
  };
}

function viewSteps(flow: Flow, instance: Instance): Record<string, StepView> {
  const event = {
    id: null,
    event: 'view',
    step: null,
    time: 0,
    state: null,
    params: [],
    message: null,
    source: null,
  };
  const draft = openDraft(flow, instance, 0, event); // read only: derived parameters need a scope
  const views: [string, StepView][] = flow.steps.map((step, index) => {
    const state = closeDraft(draft).steps[index];
    if (state === undefined)
      throw new Error(`broken rule: an instance of ${flow.name} has no step ${step.name}`);
    const params = step.params.map((param, slot): [string, Value | null] => [
      param.name,
      state.visits === 0 && param.value !== null ? null : readParam(draft, index, slot),
    ]);
    return [
      step.name,
      {
        status: state.status,
        state: state.state,
        visits: state.visits,
        activatedAt: timeOrNull(activatedAt(instance, state)),
        endedAt: timeOrNull(endedAt(instance, state)),
        params: Object.fromEntries(params),
      },
    ];
  });
  return Object.fromEntries(views);
}

export interface AlarmView {
  readonly flow: string;
  readonly key: string;
  readonly step: string | null;
  readonly name: string;
  readonly source: AlarmSource;
  readonly severity: string;
  readonly text: string;
  readonly count: number;
  readonly raisedAt: string;
  readonly clearedAt: string | null;
}

/** An alarm in the form of `replay --format json`. */
export function viewAlarm(flow: string, key: string, alarm: Alarm): AlarmView {
  return {
    flow,
    key,
    step: alarm.step,
    name: alarm.name,
    source: alarm.source,
    severity: alarm.severity,
    text: alarm.text,
    count: alarm.count,
    raisedAt: formatTime(alarm.raisedAt),
    clearedAt: timeOrNull(alarm.clearedAt),
  };
}

/** Where an instance left its definition, in the order it happened. */
export function viewDeviations(
  instance: Instance,
): readonly (Omit<Deviation, 'at'> & { readonly at: string })[] {
  return instance.deviations.map((deviation) => ({ ...deviation, at: formatTime(deviation.at) }));
}

/** What operators have excused, and why. */
export function viewWaivers(flow: Flow, instance: Instance) {
  return instance.waivers.map(({ step, by, reason, at }) => ({
    step: flow.steps[step]?.name ?? null,
    by,
    reason,
    at: formatTime(at),
  }));
}

/** Every visit of every step, with its times and outcome; the current one last. */
export function viewVisits(flow: Flow, instance: Instance) {
  return flow.steps.flatMap(({ name }, index) => {
    const state = instance.steps[index];
    if (state === undefined || state.visits === 0) return [];
    const now = {
      visit: state.visits,
      status: state.status,
      state: state.state,
      activatedAfter: state.activatedAfter,
      endedAfter: state.endedAfter,
      waived: state.detail.waived,
    };
    return [...state.detail.past, now].map((each) => ({
      step: name,
      visit: each.visit,
      status: each.status,
      state: each.state,
      activatedAt: timeOrNull(activatedAt(instance, each)),
      endedAt: timeOrNull(endedAt(instance, each)),
      waived: each.waived,
    }));
  });
}

function timeOrNull(time: number | null): string | null {
  return time === null ? null : formatTime(time);
}
