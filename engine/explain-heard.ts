/** What was heard of one instance while its facts were decided, one entry a fact. */
import type { Flow } from '../definitions/index.ts';
import { timeOf } from './decide.ts';
import type { Fact } from './fact.ts';
import type { Instance } from './instance.ts';
import type { InstanceKey } from './ports.ts';
import type { Trace, TraceEntry } from './trace.ts';

/** One decision: the fact, what it did in the order it was done, and the instance before and after. */
export interface Heard {
  readonly flow: Flow;
  readonly fact: Fact;
  readonly at: number;
  readonly before: Instance;
  readonly after: Instance;
  readonly entries: readonly TraceEntry[];
}

export interface Listener {
  /** to be given to a watch or a replay */
  readonly trace: Trace;
  /** so far, in the order it was decided */
  readonly heard: readonly Heard[];
}

/** Hears everything that is decided about one instance, and nothing else. */
export function listenTo(of: InstanceKey): Listener {
  const heard: Heard[] = [];
  let begun: { readonly fact: Fact; readonly flow: Flow } | null = null;
  let entries: TraceEntry[] = [];
  return {
    heard,
    trace(before, entry) {
      if (before.flow !== of.flow || before.key !== of.key) return;
      if (entry.kind === 'fact') {
        begun = { fact: entry.fact, flow: entry.flow };
        entries = [];
      } else if (entry.kind !== 'decided') entries.push(entry);
      else if (begun !== null) {
        heard.push({ ...begun, at: timeOf(begun.fact), before, after: entry.after, entries });
        begun = null;
      }
    },
  };
}
