/**
 * The compiled form of definitions: everything looked up, everything that can be known at load already known.
 * The linker makes these, the engine only reads them. Steps and connectors refer to each other by index.
 */
import type { StateTable, Value, ValueType } from '../checkpoints/index.ts';
import type { Calendar } from './calendar.ts';
import type { Severity, Title } from './document.ts';
import type { Expression, Text } from './expression.ts';
import type { Moment, Span } from './moment.ts';
import type { Place } from './place.ts';
import type { Notifying } from './policy.ts';
import type { Scope } from './scope.ts';
import type { Template } from './template.ts';
import type { View } from './view.ts';

export interface Param {
  readonly name: string;
  readonly type: ValueType;
  readonly unit: string | null;
  readonly title: Title | null;
  readonly default: Value | null;
  /** name of the parameter copied from the step that led here */
  readonly from: string | null;
  /** makes it derived: never stored, computed from the scope whenever it is read */
  readonly value: Expression | null;
}

export type Action =
  | { readonly kind: 'alarm'; readonly name: string; readonly severity: Severity; readonly text: Text | null }
  | { readonly kind: 'clear'; readonly name: string }
  | { readonly kind: 'set'; readonly param: number; readonly to: Expression }
  | { readonly kind: 'start-timer'; readonly timer: number; readonly in: Span | null }
  | { readonly kind: 'cancel-timer'; readonly timer: number }
  | { readonly kind: 'publish'; readonly subject: Text; readonly data: Template }
  | { readonly kind: 'notify'; readonly channel: string; readonly text: Text | null }
  | { readonly kind: 'run'; readonly operation: string }
  | Call;

/** A call of a handler of the extension module. */
export interface Call {
  readonly kind: 'call';
  /** unique within the flow, `<rule>/call/<n>`: what an alarm about its failure remembers */
  readonly id: string;
  readonly at: Place;
  readonly handler: string;
  /** what the handler is given beside the scope; frozen */
  readonly with: unknown;
  /** The actions that the handler gives, checked and compiled, none of them a call; throws ExpressionError. */
  readonly run: (scope: Scope) => readonly Action[];
}

export interface Rule {
  /** unique within the flow, `<step or empty>/<event>/<n>` and for connectors `<from>-><to>#<n>/<event>/<n>`; an alarm remembers the rule that raised it */
  readonly id: string;
  readonly at: Place;
  readonly when: Expression | null;
  readonly actions: readonly Action[];
}

/**
 * A trigger table: event name to rules, those of the checkpoint type first. An event that is absent has its default
 * alarm; one that is present, even with no rule, has none.
 */
export type Triggers = ReadonlyMap<string, readonly Rule[]>;

export interface Timer {
  readonly name: string;
  /** null: started by an action only, unless `moment` is given */
  readonly after: 'activated' | 'state' | 'params' | 'exception' | 'committed' | null;
  readonly in: Span | null;
  readonly moment: Moment | null;
  /** true: only the step's commit stops it */
  readonly untilCommitted: boolean;
  readonly severity: Severity;
  readonly at: Place;
}

/** A nested flow: the child of entry e has the key `<parent key><suffixes[e]>`. */
export interface Nested {
  readonly flow: string;
  /** one per child; `['']` where the child has the parent's key */
  readonly suffixes: readonly string[];
}

export interface Step {
  readonly index: number;
  readonly name: string;
  readonly title: Title | null;
  readonly kind: 'checkpoint' | 'flow' | 'gate';
  /** name of the checkpoint type, if any */
  readonly checkpoint: string | null;
  readonly nested: Nested | null;
  readonly states: StateTable | null;
  /** where the first line of its state table stands */
  readonly statesAt: Place | null;
  readonly params: readonly Param[];
  readonly paramIndex: ReadonlyMap<string, number>;
  readonly timers: readonly Timer[];
  readonly on: Triggers;
  readonly split: 'all' | 'first' | 'event';
  readonly join: 'all' | 'any';
  readonly end: boolean;
  /** connector indexes, in file order */
  readonly outgoing: readonly number[];
  readonly incoming: readonly number[];
  /**
   * For each incoming connector (same order): reach[s] is true where a path leads from step s to that connector's
   * source without passing through this step (a source reaches itself). Only for `join: all` with two or more incoming.
   */
  readonly reach: readonly (readonly boolean[])[];
  /** reachable[s]: a path of connectors leads from step s to this step (a step does not reach itself without a loop) */
  readonly reachable: readonly boolean[];
  readonly at: Place;
}

export interface Connector {
  readonly index: number;
  readonly from: number;
  readonly to: number;
  readonly when: Expression | null;
  readonly limit: number | null;
  readonly on: Triggers;
  readonly at: Place;
}

export type Start =
  | {
      readonly kind: 'by';
      readonly moment: Moment;
      readonly grace: Span;
      readonly severity: Severity;
      readonly at: Place;
    }
  | {
      readonly kind: 'after';
      readonly flow: string;
      readonly in: Span;
      readonly severity: Severity;
      readonly at: Place;
    };

export type Deadline =
  | { readonly kind: 'at'; readonly moment: Moment; readonly severity: Severity; readonly at: Place }
  | { readonly kind: 'in'; readonly in: Span; readonly severity: Severity; readonly at: Place };

/** One place where another flow nests this one: its children of this flow have keys that end in `suffix`. */
export interface ParentLink {
  readonly flow: string;
  readonly step: number;
  readonly suffix: string;
}

export interface Flow {
  readonly name: string;
  readonly title: Title | null;
  readonly group: string | null;
  /** what policies match and bring together by */
  readonly labels: Readonly<Record<string, string>>;
  readonly calendar: Calendar;
  /** text around `{tradingDay}`; null where events must bring their key */
  readonly key: KeyTemplate | null;
  readonly start: Start | null;
  readonly deadline: Deadline | null;
  /** milliseconds */
  readonly disorder: number;
  readonly abandon: Span;
  /** the flow by which the source of its events is heard; null where none is named */
  readonly source: string | null;
  readonly states: StateTable | null;
  readonly statesAt: Place | null;
  readonly split: 'all' | 'first' | 'event';
  readonly steps: readonly Step[];
  readonly stepIndex: ReadonlyMap<string, number>;
  /** the name that events carry (`as`, else the step's name) to the steps that share it, in file order */
  readonly byEventName: ReadonlyMap<string, readonly number[]>;
  readonly connectors: readonly Connector[];
  readonly startSteps: readonly number[];
  readonly on: Triggers;
  readonly parents: readonly ParentLink[];
  /** flows with `start: { after: <this flow> }` */
  readonly followers: readonly string[];
  /** flows with `source: <this flow>` */
  readonly heard: readonly string[];
  readonly at: Place;
}

/** `before{tradingDay}after`; without the day (`hasDay` false) `before` is the whole key. */
export interface KeyTemplate {
  readonly before: string;
  readonly after: string;
  readonly hasDay: boolean;
}

/** A linked set of definitions. `revision` is the hash of the sources' contents: SHA-256, 12 hex digits, computed outside. */
export interface Definitions {
  readonly revision: string;
  readonly flows: ReadonlyMap<string, Flow>;
  readonly calendars: ReadonlyMap<string, Calendar>;
  readonly views: ReadonlyMap<string, View>;
  /** who is told of alarms, by what */
  readonly notifying: Notifying;
}
