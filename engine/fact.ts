/** What `decide` takes and what it gives besides the next instance. */
import type { CheckpointEvent } from '../checkpoints/index.ts';
import type { Alarm, Health, Instance, InstanceStatus, ParentRef } from './instance.ts';

/** Something that happened to one instance: an event, a due time that passed, a nested instance's change, an operator's act. */
export type Fact =
  /** it is expected from now on: by its calendar, by the step that nests it, or by the flow that it follows */
  | {
      readonly kind: 'expect';
      readonly time: number;
      readonly tradingDay: string;
      readonly parent: ParentRef | null;
      /** due time of the start where another flow's commit sets it; null where the flow's own `start.by` tells */
      readonly startDue: number | null;
      /** set back an instance that has ended; without it such an instance stays as it is */
      readonly again: boolean;
    }
  | { readonly kind: 'event'; readonly event: CheckpointEvent }
  /** `step` is -1 for the flow's own: `start-timeout`, `deadline`, `abandon` */
  | { readonly kind: 'due'; readonly step: number; readonly name: string; readonly due: number }
  | ChildFact
  /** `step` is -1 for the whole instance; `revoked` takes the waiver back */
  | {
      readonly kind: 'waive';
      readonly step: number;
      readonly by: string;
      readonly reason: string;
      readonly revoked: boolean;
      readonly time: number;
    }
  | { readonly kind: 'close'; readonly alarm: string; readonly by: string; readonly time: number };

/** A nested instance changed. `starting`: its first event has come and will be decided next. */
export interface ChildFact {
  readonly kind: 'child';
  readonly step: number;
  readonly entry: number;
  readonly change: 'starting' | 'reopened' | 'outcome' | 'health';
  readonly status: InstanceStatus;
  readonly health: Health;
  readonly time: number;
}

/** What a decision asks for beyond the instance itself. */
export type Effect =
  /** latest form of an alarm that was raised, raised again or cleared */
  | { readonly kind: 'alarm'; readonly alarm: Alarm; readonly change: 'raised' | 'repeated' | 'cleared' }
  | {
      readonly kind: 'expect-child';
      readonly step: number;
      readonly entry: number;
      readonly time: number;
      readonly again: boolean;
    }
  | { readonly kind: 'drop-child'; readonly step: number; readonly entry: number; readonly time: number }
  | { readonly kind: 'publish'; readonly subject: string; readonly data: unknown; readonly time: number }
  | { readonly kind: 'notify'; readonly channel: string; readonly text: string; readonly time: number }
  | { readonly kind: 'run'; readonly operation: string; readonly step: string | null; readonly time: number };

export interface Decision {
  readonly instance: Instance;
  readonly effects: readonly Effect[];
}
