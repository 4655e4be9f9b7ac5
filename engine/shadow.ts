/**
 * A watch beside the one that counts: it takes what a journal holds, tells nobody and stores nothing, and says which alarms
 * there would be. Two of them, one with the definitions in use and one with a candidate, differ by their definitions alone.
 *
 * 1. It begins with nothing: instances that had begun before are seen from there on only, by every shadow alike.
 * 2. Of alarms that are over the latest are kept; memory does not grow with time.
 */
import { readEventText } from '../checkpoints/index.ts';
import type { Definitions } from '../definitions/index.ts';
import { readActText } from './act.ts';
import type { AlarmChange } from './harvest.ts';
import { createWatch } from './live-watch.ts';
import { type AlarmView, viewAlarm } from './view.ts';

/** An entry of a journal, as far as a shadow needs it. */
export interface ShadowEntry {
  /** an event, or an operator's act */
  readonly event: string;
  /** where the clock of the watch was put before, ms */
  readonly clock: number;
  readonly backlog: boolean;
}

export interface Shadow {
  readonly revision: string;
  take(entry: ShadowEntry): void;
  /** Moves the clock on, where nothing has come. */
  advance(clock: number): void;
  /** Drops what has ended and waits for nothing; to be called from time to time. */
  tidy(): void;
  /** Every alarm since the beginning, or the latest of them. */
  alarms(): readonly AlarmView[];
  /** how many entries its definitions do not understand */
  rejected(): number;
}

const ACT = /^\s*\{\s*"act"\s*:/;

/** A shadow that begins at `clock`, in ms; of alarms that are over it keeps at most `kept`. */
export function createShadow(definitions: Definitions, clock: number, kept = 10_000): Shadow {
  const watch = createWatch({ definitions, clock: null });
  watch.advance(clock);
  const alarms = new Map<string, AlarmChange>();
  let rejected = 0;

  function gather(): void {
    const harvest = watch.harvest();
    for (const change of harvest.alarms) {
      alarms.delete(change.alarm.id); // the latest change stands last
      alarms.set(change.alarm.id, change);
    }
    watch.forget(harvest);
    if (alarms.size <= kept) return;
    const over = [...alarms].filter(([, { alarm }]) => alarm.clearedAt !== null);
    for (const [id] of over.slice(0, alarms.size - kept)) alarms.delete(id);
  }

  return {
    revision: definitions.revision,
    take({ event, clock: at, backlog }) {
      if (ACT.test(event)) {
        const read = readActText(event);
        if (!read.ok || watch.act(read.act, at).kind === 'refused') rejected++;
        return;
      }
      const read = readEventText(event);
      if (!read.ok || watch.take(read.event, at, backlog).kind === 'refused') rejected++;
    },
    advance: (to) => watch.advance(to),
    tidy: gather,
    alarms() {
      gather();
      return [...alarms.values()].map(({ flow, key, alarm }) => viewAlarm(flow.name, key, alarm));
    },
    rejected: () => rejected,
  };
}
