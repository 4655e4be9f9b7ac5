/**
 * A replay that is stopped and restarted after its lines: a fresh watch gets the instances through their stored form,
 * the ids it has seen, what was held back and where its clock stood, as a worker does that starts again; or it gets
 * nothing but the journal, as one whose instances were never written.
 */
import { expect } from 'vitest';
import { eventDigest, readEventText } from '../../checkpoints/index.ts';
import type { Definitions } from '../../definitions/index.ts';
import {
  type AlarmChange,
  actDigest,
  createWatch,
  decodeInstance,
  encodeInstance,
  type Rejection,
  type Replay,
  type ReplayOptions,
  readAct,
  viewAlarm,
  viewInstance,
  type Watch,
} from '../../engine/index.ts';

/** What a scenario needs of a replay. */
export type LineByLine = Pick<Replay, 'watch' | 'line' | 'finish'>;

interface Seen {
  readonly flow: string;
  readonly key: string;
  readonly id: string;
  readonly digest: string;
}

/** Has the shape and gives the report of `createReplay`; stops and restarts after the lines that are named, counted from 1. */
export function restarting(
  definitions: Definitions,
  options: ReplayOptions,
  stopsAfter: (line: number) => boolean = () => true,
  keeps: 'instances' | 'journal' = 'instances',
): LineByLine {
  const alarms = new Map<string, AlarmChange>();
  const rejected: Rejection[] = [];
  const seen: Seen[] = [];
  const since = new Map<string, number>();
  const journal: ((watch: Watch) => void)[] = [];
  let watch = createWatch({ definitions, clock: null });
  let lines = 0;

  function gather(): void {
    const harvest = watch.harvest();
    for (const change of harvest.alarms) alarms.set(change.alarm.id, change);
    for (const { flow, since: time } of harvest.watched) since.set(flow, time);
  }

  function restart(): void {
    if (watch.clock === null) return;
    gather();
    watch = keeps === 'instances' ? fromInstances(watch.clock) : fromJournal(watch.clock);
    for (const { flow, key, id, digest } of seen) watch.recall({ flow, key }, id, digest);
  }

  function fromInstances(clock: number): Watch {
    const next = createWatch({ definitions, since, clock });
    for (const { flow, instance } of watch.instances.values()) {
      next.adopt(decodeInstance(flow, encodeInstance(instance)));
    }
    for (const event of watch.held()) next.hold(event);
    return next;
  }

  /** What it decides was decided before: each alarm must come out as it is known. */
  function fromJournal(clock: number): Watch {
    const next = createWatch({ definitions, since, clock: null });
    next.begin(Math.min(...since.values()) - 1);
    for (const decideAgain of journal) decideAgain(next);
    if (next.clock === null || next.clock < clock) next.advance(clock);
    for (const { alarm } of next.harvest().alarms) expect(alarm).toEqual(alarms.get(alarm.id)?.alarm);
    return next;
  }

  function line(text: string): void {
    lines++;
    if (watch.clock === null && options.from !== null) watch.advance(options.from);
    if (text.startsWith('{"act":')) {
      act(text);
      if (stopsAfter(lines)) restart();
      return;
    }
    const read = readEventText(text);
    if (!read.ok) {
      const reason = read.problems.map(({ path, message }) => (path ? `${path}: ${message}` : message));
      rejected.push({ line: lines, reason: reason.join('; ') });
      return;
    }
    const { time } = read.event;
    if (options.until !== null && time > options.until) return;
    const taken = watch.take(read.event, Math.max(watch.clock ?? options.from ?? time, time));
    if (taken.kind === 'refused') rejected.push({ line: lines, reason: taken.reason });
    if (taken.kind === 'accepted') {
      const { event } = taken;
      const { flow, key, id } = event;
      const clock = watch.clock ?? event.time;
      seen.push({ flow, key, id, digest: eventDigest(event) });
      journal.push((again) => again.redo(event, clock, false));
    }
    if (stopsAfter(lines)) restart();
  }

  function act(text: string): void {
    const read = readAct(JSON.parse(text));
    if (!read.ok) throw new Error(`a scenario's acts can be read: ${text}`);
    const { act: done } = read;
    const { flow, id, time } = done;
    const acted = watch.act(done, Math.max(watch.clock ?? options.from ?? time, time));
    if (acted.kind === 'refused') rejected.push({ line: lines, reason: acted.reason });
    if (acted.kind !== 'accepted') return;
    const clock = watch.clock ?? time;
    seen.push({ flow, key: acted.key, id, digest: actDigest(done) });
    journal.push((again) => again.redoAct(done, clock));
  }

  return {
    get watch(): Watch {
      return watch;
    },
    line,
    finish() {
      if (watch.clock === null && options.from !== null) watch.advance(options.from);
      const last = options.until ?? watch.clock;
      if (last !== null) {
        watch.advance(last);
        watch.flush();
      }
      gather();
      return {
        instances: [...watch.instances.values()]
          .map(({ flow, instance }) => viewInstance(flow, instance))
          .toSorted(by((each) => [each.flow, each.key])),
        alarms: [...alarms.values()]
          .map(({ flow, key, alarm }) => viewAlarm(flow.name, key, alarm))
          .toSorted(by((each) => [each.raisedAt, each.flow, each.key, each.step ?? '', each.name])),
        rejected,
      };
    },
  };
}

function by<T>(parts: (each: T) => readonly string[]): (a: T, b: T) => number {
  return (a, b) => {
    const other = parts(b);
    for (const [index, part] of parts(a).entries()) {
      const against = other[index] ?? '';
      if (part !== against) return part < against ? -1 : 1;
    }
    return 0;
  };
}
