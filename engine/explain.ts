/**
 * Why an instance is as it is: what came, what each rule, connector and timer made of it, which alarms there were and why
 * there were no others. Found by running its events through the engine once more and listening.
 *
 * 1. Nothing is explained that was not decided: what is told was heard from `decide`, or stands in the definition.
 * 2. The same events, in the same order, by the same clock and definitions give the same explanation, live or in a replay.
 */
import { formatTime } from '../checkpoints/index.ts';
import type { Flow, Title } from '../definitions/index.ts';
import { healthOf } from './draft.ts';
import type { Heard } from './explain-heard.ts';
import { type Silence, silencesOf } from './explain-silence.ts';
import { isAlarmOf, type Moment, tellStory } from './explain-story.ts';
import type { Alarm, Health, Instance, InstanceStatus, Why } from './instance.ts';
import type { StepStatus } from './step-state.ts';
import { type AlarmView, viewAlarm, viewDeviations } from './view.ts';

/** Times are UTC with milliseconds. */
export interface Explanation {
  readonly flow: string;
  readonly title: Title | null;
  readonly key: string;
  readonly tradingDay: string;
  /** of the flow's calendar */
  readonly zone: string;
  /** what was due later is ahead */
  readonly asOf: string;
  readonly status: InstanceStatus;
  readonly health: Health;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly deviations: ReturnType<typeof viewDeviations>;
  /** the instance itself first, then its steps in the order of the file; only one where one step was asked for */
  readonly chapters: readonly Chapter[];
}

/** What there is to say about the instance itself (a step of null), or about one of its steps. */
export interface Chapter {
  readonly step: string | null;
  readonly status: InstanceStatus | StepStatus;
  readonly state: string | null;
  readonly visits: number;
  readonly story: readonly Moment[];
  readonly alarms: readonly AlarmTale[];
  /** alarms that could have been raised, and were not */
  readonly silences: readonly Silence[];
}

/** An alarm that was raised, how it ended, and why it was raised the last time. */
export interface AlarmTale extends AlarmView {
  readonly clearedBy: string | null;
  readonly why: Omit<Why, 'due' | 'values' | 'event' | 'cause'> & {
    readonly values: Readonly<Record<string, Why['values'][number][1]>>;
    /** its id, where it was an application's */
    readonly event: { readonly id: string | null; readonly name: string; readonly at: string };
    readonly due: string | null;
  };
}

/**
 * Explains what was heard of an instance, as it stood at `asOf` (ms); with a step, only that one. Null where nothing
 * was heard of the instance, or its flow has no such step.
 */
export function explainHeard(
  heard: readonly Heard[],
  { step, asOf }: { readonly step: string | null; readonly asOf: number },
): Explanation | null {
  const last = heard.at(-1);
  if (last === undefined) return null;
  const { flow, after } = last;
  const indexes = step === null ? [-1, ...flow.steps.keys()] : [flow.stepIndex.get(step)];
  const chapters = indexes.flatMap((index) =>
    index === undefined ? [] : [chapter({ heard, flow, instance: after, asOf, index })],
  );
  if (chapters.length === 0) return null;
  return {
    flow: flow.name,
    title: flow.title,
    key: after.key,
    tradingDay: after.tradingDay,
    zone: flow.calendar.zone,
    asOf: formatTime(asOf),
    status: after.status,
    health: healthOf(after),
    startedAt: timeOrNull(after.startedAt),
    endedAt: timeOrNull(after.endedAt),
    deviations: viewDeviations(after),
    chapters,
  };
}

function chapter({
  heard,
  flow,
  instance,
  asOf,
  index,
}: {
  readonly heard: readonly Heard[];
  readonly flow: Flow;
  readonly instance: Instance;
  readonly asOf: number;
  readonly index: number;
}): Chapter {
  const step = flow.steps[index];
  const state = instance.steps[index];
  return {
    step: step?.name ?? null,
    status: state?.status ?? instance.status,
    state: state === undefined ? instance.state : state.state,
    visits: state?.visits ?? 0,
    story: tellStory(heard, index),
    alarms: alarmsOf(heard, index),
    silences: silencesOf(heard, { step: index, asOf }),
  };
}

/** The latest form of each alarm, in the order they were raised. */
function alarmsOf(heard: readonly Heard[], index: number): readonly AlarmTale[] {
  const latest = new Map<string, AlarmTale>();
  for (const { flow, before, entries } of heard) {
    for (const entry of entries) {
      if (entry.kind === 'alarm' && isAlarmOf(flow, entry.alarm, index))
        latest.set(entry.alarm.id, viewTale(flow.name, before.key, entry.alarm));
    }
  }
  return [...latest.values()];
}

function viewTale(flow: string, key: string, alarm: Alarm): AlarmTale {
  const { rule, expression, values, event, due } = alarm.why;
  return {
    ...viewAlarm(flow, key, alarm),
    clearedBy: alarm.clearedBy,
    why: {
      rule,
      expression,
      values: Object.fromEntries(values),
      event: { id: event.id, name: event.event, at: formatTime(event.time) },
      due: timeOrNull(due),
    },
  };
}

function timeOrNull(time: number | null): string | null {
  return time === null ? null : formatTime(time);
}
