import { formatTime, type Value } from '../checkpoints/index.ts';
import type { Heard } from './explain-heard.ts';
import { childKey } from './family.ts';

/** The fact that a moment of an instance's story began with. */
export type Cause =
  | {
      readonly kind: 'event';
      readonly id: string;
      /** the step that it named; null where it was about the flow itself */
      readonly step: string | null;
      readonly event: string;
      readonly state: string | null;
      readonly params: Readonly<Record<string, Value | null>>;
      readonly message: string | null;
    }
  /** a timer, `start-timeout`, `deadline` or `abandon` was due; a step of null is the flow's own */
  | { readonly kind: 'due'; readonly step: string | null; readonly name: string }
  /** it began to be expected: by its calendar or its first event, by the step that nests it, by the flow it follows */
  | {
      readonly kind: 'expected';
      readonly by: 'day' | 'parent' | 'followed';
      readonly again: boolean;
      readonly startDue: string | null;
    }
  | {
      readonly kind: 'nested';
      readonly step: string;
      readonly flow: string;
      readonly key: string;
      readonly change: 'starting' | 'reopened' | 'outcome' | 'health';
      readonly status: string;
    }
  | {
      readonly kind: 'waived' | 'unwaived';
      readonly step: string | null;
      readonly by: string;
      readonly reason: string;
    }
  | { readonly kind: 'closed'; readonly by: string; readonly alarm: string };

/** The cause of what was heard. */
export function causeOf({ fact, flow, before }: Heard): Cause {
  const nameOf = (step: number) => flow.steps[step]?.name ?? null;
  switch (fact.kind) {
    case 'event': {
      const { id, step, kind, state, params, message } = fact.event;
      return { kind: 'event', id, step, event: kind, state, params: Object.fromEntries(params), message };
    }
    case 'due':
      return { kind: 'due', step: nameOf(fact.step), name: fact.name };
    case 'expect': {
      const by = fact.parent !== null ? 'parent' : fact.startDue !== null ? 'followed' : 'day';
      const startDue = fact.startDue === null ? null : formatTime(fact.startDue);
      return { kind: 'expected', by, again: fact.again, startDue };
    }
    case 'child': {
      const { step, entry, change, status } = fact;
      return {
        kind: 'nested',
        step: nameOf(step) ?? '',
        ...childKey(flow, before.key, step, entry),
        change,
        status,
      };
    }
    case 'waive': {
      const { by, reason, step } = fact;
      return { kind: fact.revoked ? 'unwaived' : 'waived', step: nameOf(step), by, reason };
    }
    case 'close':
      return { kind: 'closed', by: fact.by, alarm: fact.alarm };
    default:
      return fact satisfies never;
  }
}
