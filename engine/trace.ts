/**
 * What a decision does, told as it does it: the raw material of `explain`. Nothing is told, and next to nothing is spent,
 * unless someone listens.
 *
 * 1. Whatever listens changes nothing: a traced decision is the same as one that is not.
 * 2. Between `fact` and `decided` of an instance every entry belongs to that fact, in the order it happened.
 */
import type { Value } from '../checkpoints/index.ts';
import type { Expression, Flow, Rule } from '../definitions/index.ts';
import type { Effect, Fact } from './fact.ts';
import type { Instance } from './instance.ts';
import type { StepStatus } from './step-state.ts';

/** One thing that a decision did. `step` is an index, -1 for the flow's own; `connector` is an index. */
export type TraceEntry =
  | { readonly kind: 'fact'; readonly fact: Fact; readonly flow: Flow }
  /** the event, or what a nested flow told, reached this step; `late`: it only added values to a visit that had ended */
  | { readonly kind: 'reached'; readonly step: number; readonly was: StepStatus; readonly late: boolean }
  | {
      readonly kind: 'step';
      readonly step: number;
      readonly from: StepStatus;
      readonly to: StepStatus;
      /** number of the visit */
      readonly visit: number;
      /** the steps that led here, latest first; -1: the start of the flow; empty: its own report */
      readonly ledBy: readonly number[];
      /** the connector that offers it, -1: the flow's start; null where it is not offered */
      readonly offeredVia: number | null;
    }
  /** a connector has arrived at a join that waits for others; `missing` counts those that have not */
  | { readonly kind: 'arrived'; readonly step: number; readonly missing: number }
  /** the arrival that an out-of-order visit had lacked */
  | { readonly kind: 'absorbed'; readonly step: number }
  | {
      readonly kind: 'state';
      readonly step: number;
      readonly from: string | null;
      readonly to: string;
      readonly verdict: 'legal' | 'illegal' | 'unknown';
    }
  /**
   * an expression was evaluated for a rule, a connector (`connector/<index>`) or a `set` (`<rule>/set`); also a call of a
   * handler that failed (`<rule>/call/<n>`), whose source is `call <handler>`
   */
  | {
      readonly kind: 'asked';
      readonly step: number;
      readonly cause: string;
      readonly expression: Pick<Expression, 'source' | 'at' | 'reads'>;
      /** null where it failed, with the reason in `error` */
      readonly value: Value | null;
      readonly error: string | null;
      readonly values: readonly (readonly [string, Value | null])[];
    }
  /** a rule was come to; `held`: its actions were done */
  | {
      readonly kind: 'rule';
      readonly step: number;
      readonly event: string;
      readonly rule: Rule;
      readonly held: boolean;
    }
  /** something that trigger tables may name, and who answers it: its rules, its default alarm, an empty list, or nobody */
  | {
      readonly kind: 'happened';
      readonly step: number;
      readonly event: string;
      readonly answer: 'rules' | 'default' | 'silenced' | 'nobody';
    }
  | { readonly kind: 'taken'; readonly connector: number; readonly count: number }
  | { readonly kind: 'armed'; readonly step: number; readonly name: string; readonly due: number }
  | { readonly kind: 'stopped'; readonly step: number; readonly name: string; readonly due: number }
  | {
      readonly kind: 'alarm';
      readonly alarm: Extract<Effect, { kind: 'alarm' }>['alarm'];
      readonly change: Extract<Effect, { kind: 'alarm' }>['change'];
    }
  | { readonly kind: 'decided'; readonly after: Instance };

/** Hears what the decision about one instance does. */
export type Tell = (entry: TraceEntry) => void;

/** Hears what every decision does; `before` is the instance that the fact found. */
export type Trace = (before: Instance, entry: TraceEntry) => void;
