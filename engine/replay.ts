/**
 * An event log through the engine in virtual time: what Milepost would have seen and said.
 *
 * 1. Lines are events, or operators' acts (their first key is `act`), taken in file order; the clock is the greatest time so far, and begins at `from`.
 * 2. At the end everything due up to `until` is decided, and what `disorder` held back is let through.
 * 3. Memory grows with the instances and their alarms. Of an event itself 16 to 30 bytes stay: enough to know its id again.
 */
import { type ReadResult, readEventText } from '../checkpoints/index.ts';
import type { Definitions } from '../definitions/index.ts';
import { type ActResult, readActText } from './act.ts';
import type { AlarmChange } from './harvest.ts';
import { createWatch } from './live-watch.ts';
import { problemText } from './problem-text.ts';
import { createCompactSeenIds } from './seen-ids.ts';
import type { Trace } from './trace.ts';
import { type AlarmView, type InstanceView, viewAlarm, viewInstance } from './view.ts';
import type { Watch } from './watch.ts';

/** A line that is an operator's act, not an event. */
const ACT = /^\s*\{\s*"act"\s*:/;

export interface ReplayOptions {
  /** where the clock begins, ms; null: at the first event */
  readonly from: number | null;
  /** events after it are not taken, and what is due up to it is decided, ms; null: where the clock ends */
  readonly until: number | null;
  /** hears what every decision does */
  readonly trace?: Trace;
}

export interface Rejection {
  readonly line: number;
  readonly reason: string;
}

export interface ReplayReport {
  /** by flow, key */
  readonly instances: readonly InstanceView[];
  /** by raisedAt, flow, key, step, name */
  readonly alarms: readonly AlarmView[];
  /** by line */
  readonly rejected: readonly Rejection[];
}

export interface Replay {
  readonly watch: Watch;
  /** lines taken, and how many of them were repeats or lay after `until` */
  readonly counts: { readonly lines: number; readonly repeats: number; readonly after: number };
  /** Takes the next line of the log; empty ones are passed over. */
  line(text: string): void;
  /** Counts the next line as rejected: whoever reads the log could make no text of it. */
  refuse(reason: string): void;
  /** Lets everything through that is due, and gives the report. */
  finish(): ReplayReport;
}

/** A replay over a set of definitions, to be fed line by line. */
export function createReplay(definitions: Definitions, options: ReplayOptions): Replay {
  const { trace } = options;
  const seen = createCompactSeenIds();
  const watch = createWatch({ definitions, clock: null, seen, ...(trace === undefined ? {} : { trace }) });
  const alarms = new Map<string, AlarmChange>();
  const rejected: Rejection[] = [];
  const counts = { lines: 0, repeats: 0, after: 0 };
  let number = 0;

  function gather(): void {
    for (const change of watch.harvest().alarms) alarms.set(change.alarm.id, change);
  }

  /** A log without a line is watched too. */
  function begin(): void {
    if (watch.clock === null && options.from !== null) watch.advance(options.from);
  }

  function take(result: ReadResult): void {
    if (!result.ok) {
      rejected.push({
        line: number,
        reason: problemText(result.problems),
      });
      return;
    }
    const { time } = result.event;
    if (options.until !== null && time > options.until) {
      counts.after++;
      return;
    }
    const taken = watch.take(result.event, Math.max(watch.clock ?? options.from ?? time, time));
    if (taken.kind === 'refused') rejected.push({ line: number, reason: taken.reason });
    if (taken.kind === 'repeat') counts.repeats++;
    if (number % 1024 === 0) gather();
  }

  function act(result: ActResult): void {
    if (!result.ok) {
      rejected.push({ line: number, reason: problemText(result.problems) });
      return;
    }
    const { time } = result.act;
    if (options.until !== null && time > options.until) {
      counts.after++;
      return;
    }
    const acted = watch.act(result.act, Math.max(watch.clock ?? options.from ?? time, time));
    if (acted.kind === 'refused') rejected.push({ line: number, reason: acted.reason });
    if (acted.kind === 'repeat') counts.repeats++;
  }

  return {
    watch,
    counts,
    line(text) {
      number++;
      if (text.trim() === '') return;
      counts.lines++;
      begin();
      if (ACT.test(text)) act(readActText(text));
      else take(readEventText(text));
    },
    refuse(reason) {
      number++;
      counts.lines++;
      rejected.push({ line: number, reason });
    },
    finish() {
      begin();
      const end = options.until ?? watch.clock;
      if (end !== null) {
        watch.advance(end);
        watch.flush();
      }
      gather();
      return {
        instances: [...watch.instances.values()]
          .map(({ flow, instance }) => viewInstance(flow, instance))
          .sort(byFlowKey),
        alarms: [...alarms.values()]
          .map(({ flow, key, alarm }) => viewAlarm(flow.name, key, alarm))
          .sort(byRaised),
        rejected,
      };
    },
  };
}

interface Named {
  readonly flow: string;
  readonly key: string;
}

function byFlowKey(a: Named, b: Named): number {
  return compare(a.flow, b.flow) || compare(a.key, b.key);
}

function byRaised(a: AlarmView, b: AlarmView): number {
  return (
    compare(a.raisedAt, b.raisedAt) ||
    byFlowKey(a, b) ||
    compare(a.step ?? '', b.step ?? '') ||
    compare(a.name, b.name)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
