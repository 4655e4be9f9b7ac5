/**
 * The documents as read from YAML: shape, types and syntax of every key are checked, places are kept, names are
 * not yet looked up. The reader makes them, the linker turns them into flows.
 *
 * 1. Every list that may be written as one item is a list here.
 * 2. Expressions, durations of `at`, and texts stay source strings with their place; the linker compiles them.
 * 3. Where something was wrong a part is kept without it, and says under `lost` which of its keys that concerns.
 */
import type { Value, ValueType } from '../checkpoints/index.ts';
import type { Lost, MayLack } from './lost.ts';
import type { DateRange, Moment, Span, TimeOfDay, Weekday } from './moment.ts';
import type { Located, Place } from './place.ts';
import type { ChannelDocument, PolicyDocument } from './policy-document.ts';
import type { Severity } from './severity.ts';
import type { TestDocument } from './test-document.ts';
import type { Title } from './title.ts';
import type { ViewDocument } from './view-document.ts';

export type { Severity, Title };

export interface ParamDocument extends MayLack {
  readonly at: Place;
  readonly name: string;
  readonly type: ValueType;
  readonly title: Title | null;
  readonly unit: string | null;
  readonly default: Value | null;
  readonly from: Located<string> | null;
  readonly value: Located<string> | null;
}

export interface StateDocument {
  readonly at: Place;
  readonly name: string;
  readonly next: readonly Located<string>[];
}

export type ActionDocument = { readonly at: Place; readonly lost?: Lost } & (
  | {
      readonly kind: 'alarm';
      readonly name: string;
      readonly severity: Severity | null;
      readonly text: Located<string> | null;
    }
  | { readonly kind: 'clear'; readonly name: string }
  | { readonly kind: 'set'; readonly param: string; readonly to: Located<string> }
  | { readonly kind: 'start-timer'; readonly name: string; readonly in: Span | null }
  | { readonly kind: 'cancel-timer'; readonly name: string }
  | { readonly kind: 'publish'; readonly subject: Located<string>; readonly data: unknown }
  | { readonly kind: 'notify'; readonly channel: string; readonly text: Located<string> | null }
  | { readonly kind: 'run'; readonly operation: string }
  | { readonly kind: 'call'; readonly handler: string; readonly with: unknown }
);

export interface RuleDocument extends MayLack {
  readonly at: Place;
  readonly when: Located<string> | null;
  readonly actions: readonly ActionDocument[];
}

/** One event of a trigger table. An empty list of rules silences the event's default alarm. */
export interface TriggerDocument extends MayLack {
  readonly at: Place;
  /** `committed`, `timer.stalled`, `start-timeout`, … */
  readonly event: string;
  readonly rules: readonly RuleDocument[];
}

/** `{ after: activated, in: 10m, until: committed }`, `{ at: "16:10" }`, or neither: started by an action only. */
export interface TimerDocument extends MayLack {
  readonly at: Place;
  readonly name: string;
  readonly after: 'activated' | 'state' | 'params' | 'exception' | 'committed' | null;
  readonly in: Span | null;
  readonly moment: Located<Moment> | null;
  readonly until: 'committed' | null;
  readonly severity: Severity | null;
}

/** What a named checkpoint type and a step that is a checkpoint have in common. */
export interface CheckpointBody extends MayLack {
  readonly states: readonly StateDocument[];
  readonly params: readonly ParamDocument[];
  readonly timers: readonly TimerDocument[];
  readonly on: readonly TriggerDocument[];
}

export interface CheckpointDocument extends CheckpointBody {
  readonly kind: 'checkpoint';
  readonly at: Place;
  readonly name: string;
  readonly title: Title | null;
}

export interface StepDocument extends CheckpointBody {
  readonly at: Place;
  readonly name: string;
  readonly title: Title | null;
  readonly as: Located<string> | null;
  /** the named checkpoint type */
  readonly checkpoint: Located<string> | null;
  readonly gate: boolean;
  /** the nested flow */
  readonly flow: Located<string> | null;
  /** key template of the nested flow: `{key}` or `{key}/…` */
  readonly key: Located<string> | null;
  readonly each: readonly Located<string>[];
  readonly split: 'all' | 'first' | 'event';
  readonly join: 'all' | 'any';
  readonly end: boolean;
}

export interface ConnectorDocument extends MayLack {
  readonly at: Place;
  readonly from: Located<string>;
  readonly to: Located<string>;
  readonly when: Located<string> | null;
  readonly limit: number | null;
  readonly on: readonly TriggerDocument[];
}

export type StartDocument = {
  readonly at: Place;
  readonly severity: Severity | null;
  readonly lost?: Lost;
} & (
  | { readonly kind: 'by'; readonly by: Located<Moment>; readonly grace: Span | null }
  | { readonly kind: 'after'; readonly after: Located<string>; readonly in: Span }
);

export type DeadlineDocument = { readonly at: Place; readonly severity: Severity | null } & (
  | { readonly kind: 'at'; readonly moment: Located<Moment> }
  | { readonly kind: 'in'; readonly in: Span }
);

export interface FlowDocument extends MayLack {
  readonly kind: 'flow';
  readonly at: Place;
  readonly name: string;
  readonly title: Title | null;
  readonly group: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly calendar: Located<string> | null;
  readonly key: Located<string> | null;
  readonly start: StartDocument | null;
  readonly deadline: DeadlineDocument | null;
  readonly disorder: Span | null;
  readonly abandon: Span | null;
  readonly source: Located<string> | null;
  readonly states: readonly StateDocument[];
  readonly split: 'all' | 'first' | 'event';
  readonly steps: readonly StepDocument[];
  readonly connectors: readonly ConnectorDocument[];
  readonly on: readonly TriggerDocument[];
}

export interface SessionDocument extends MayLack {
  readonly at: Place;
  readonly name: string;
  readonly from: TimeOfDay;
  readonly to: TimeOfDay;
  readonly day: 'same' | 'next';
}

/** A change of sessions on one day: what is null stays as it is. */
export interface DayDocument extends MayLack {
  readonly at: Place;
  readonly date: string;
  readonly sessions: readonly {
    readonly at: Place;
    readonly name: string;
    readonly from: TimeOfDay | null;
    readonly to: TimeOfDay | null;
    readonly lost?: Lost;
  }[];
}

export interface CalendarDocument extends MayLack {
  readonly kind: 'calendar';
  readonly at: Place;
  readonly name: string;
  readonly title: Title | null;
  readonly zone: Located<string> | null;
  readonly weekend: readonly Weekday[];
  readonly holidays: readonly DateRange[];
  readonly workdays: readonly DateRange[];
  readonly noNight: readonly DateRange[];
  readonly sessions: readonly SessionDocument[];
  readonly days: readonly DayDocument[];
  readonly turn: TimeOfDay | null;
  readonly validUntil: Located<string> | null;
}

/** A kind that this version knows by name but does not evaluate yet. */
export interface OtherDocument extends MayLack {
  readonly kind: 'collector';
  readonly at: Place;
  readonly name: string;
}

export type Document =
  | FlowDocument
  | CheckpointDocument
  | CalendarDocument
  | ViewDocument
  | PolicyDocument
  | ChannelDocument
  | TestDocument
  | OtherDocument;
