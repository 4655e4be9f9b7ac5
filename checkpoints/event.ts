import type { Value } from './value.ts';

/** The kinds of event that applications may send; everything else (`created`, `timer`, …) is the engine's own. */
export const EVENT_KINDS = ['activated', 'state', 'params', 'exception', 'committed'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** The kinds that may speak about the flow itself, that is, without a step. */
export const FLOW_EVENT_KINDS: readonly EventKind[] = ['activated', 'state', 'exception'];

/** A checkpoint event that was understood: every field checked, times as milliseconds since the epoch. */
export interface CheckpointEvent {
  readonly id: string;
  readonly flow: string;
  /** null where the flow's key template must give it */
  readonly key: string | null;
  /** null for an event about the flow itself */
  readonly step: string | null;
  readonly kind: EventKind;
  readonly time: number;
  readonly state: string | null;
  /** name and value as sent, in the order sent; a list, so that any string is a harmless name */
  readonly params: readonly (readonly [string, Value | null])[];
  readonly message: string | null;
  readonly source: string | null;
}

/** One thing wrong with an event: the path of the field (`params.PIN`; empty for the whole) and what to do. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

export type ReadResult =
  | { readonly ok: true; readonly event: CheckpointEvent }
  | { readonly ok: false; readonly problems: readonly Problem[] };
