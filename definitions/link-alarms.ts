import { type Findings, unknownName } from './findings.ts';
import type { Place } from './place.ts';

/** The alarms of one flow: which its rules raise, and which they clear. */
export interface AlarmNames {
  raise(name: string): void;
  /** a handler is called, which may raise any */
  raiseAny(): void;
  clear(name: string, at: Place): void;
  /** warns of every alarm that is cleared and can never be raised */
  check(findings: Findings): void;
}

/** Events that raise an alarm of their own name, next to the timers. */
export const DEFAULT_ALARMS: readonly string[] = [
  'start-timeout',
  'deadline',
  'illegal-state',
  'exception',
  'out-of-order',
  'loop-limit',
  'dead-end',
  'expression-error',
];

/** Starts the list with the default alarms and those of the flow's timers. */
export function createAlarmNames(timers: Iterable<string>): AlarmNames {
  const raised = new Set([...DEFAULT_ALARMS, ...timers]);
  const cleared: { readonly name: string; readonly at: Place }[] = [];
  let any = false;
  return {
    raise: (name) => raised.add(name),
    raiseAny: () => {
      any = true;
    },
    clear: (name, at) => cleared.push({ name, at }),
    check: (findings) => {
      if (any) return;
      for (const { name, at } of cleared) {
        if (!raised.has(name))
          findings.warning(at, 'unknown-alarm', unknownName('alarm of this flow', name, raised));
      }
    },
  };
}
