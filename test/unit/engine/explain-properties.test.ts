import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEventText } from '../../../checkpoints/index.ts';
import type { Definitions } from '../../../definitions/index.ts';
import {
  createReplay,
  createWatch,
  type Explanation,
  encodeInstance,
  explainHeard,
  explainJournal,
  type InstanceKey,
  type JournalRecord,
  kinOf,
  listenTo,
  nameOf,
} from '../../../engine/index.ts';
import {
  compiled,
  FROM,
  type Line,
  linesOf,
  type RandomEvent,
  type RandomFlow,
  randomEvents,
  randomFlow,
  UNTIL,
  yamlOf,
} from './generated-flows.ts';

/** Holds a property of random flows and random logs. */
function holds(property: (definitions: Definitions, lines: readonly Line[]) => void): void {
  const check = (flow: RandomFlow, events: readonly RandomEvent[]) => {
    const definitions = compiled(flow);
    const lines = linesOf(flow, events);
    try {
      property(definitions, lines);
    } catch (error) {
      throw new Error(`${yamlOf(flow)}\n${lines.map(({ text }) => text).join('\n')}`, { cause: error });
    }
  };
  fc.assert(fc.property(randomFlow, randomEvents, check), { numRuns: 60, seed: 20261123 });
}

function replayed(definitions: Definitions, lines: readonly Line[], of?: InstanceKey) {
  const listener = of === undefined ? null : listenTo(of);
  const options = { from: FROM, until: UNTIL };
  const replay = createReplay(
    definitions,
    listener === null ? options : { ...options, trace: listener.trace },
  );
  for (const { text } of lines) replay.line(text);
  return { report: replay.finish(), heard: listener?.heard ?? [] };
}

function explained(definitions: Definitions, lines: readonly Line[], of: InstanceKey): Explanation {
  const explanation = explainHeard(replayed(definitions, lines, of).heard, { step: null, asOf: UNTIL });
  if (explanation === null) throw new Error(`nothing was heard of ${of.flow} ${of.key}`);
  return explanation;
}

describe('whatever the flow and whatever the events', () => {
  it('listening changes nothing', () => {
    holds((definitions, lines) => {
      const { report } = replayed(definitions, lines);
      const [first] = report.instances;
      if (first === undefined) return;
      expect(replayed(definitions, lines, first).report).toEqual(report);
    });
  });

  it('the chapters tell every alarm of the instance once, and no other', () => {
    holds((definitions, lines) => {
      const { report } = replayed(definitions, lines);
      for (const { flow, key } of report.instances) {
        const told = explained(definitions, lines, { flow, key }).chapters.flatMap(({ alarms }) => alarms);
        const alarms = report.alarms.filter((alarm) => alarm.flow === flow && alarm.key === key);
        const line = ({ step, name, raisedAt, clearedAt, count }: (typeof alarms)[number]) =>
          [step, name, raisedAt, clearedAt, count].join(' ');
        expect(told.map(line).sort()).toEqual(alarms.map(line).sort());
        for (const { why } of told) expect(why.rule).toMatch(/^\S+:\d+:\d+$/);
      }
    });
  });

  it('every timer of a step has raised its alarm or has a reason why not', () => {
    holds((definitions, lines) => {
      const { report } = replayed(definitions, lines);
      for (const { flow, key } of report.instances) {
        const { chapters } = explained(definitions, lines, { flow, key });
        for (const { name, timers } of definitions.flows.get(flow)?.steps ?? []) {
          const chapter = chapters.find(({ step }) => step === name);
          for (const timer of timers) {
            const raised = chapter?.alarms.some((alarm) => alarm.name === timer.name);
            const silent = chapter?.silences.filter(({ alarm }) => alarm === timer.name) ?? [];
            expect([timer.name, raised, silent.length]).toEqual([timer.name, raised, raised ? 0 : 1]);
            if (silent[0] !== undefined) expect(silent[0].reason.kind).not.toBe('not-happened');
          }
        }
      }
    });
  });

  it('the journal explains as the replay does', () => {
    holds((definitions, lines) => {
      const { journal, instances } = live(definitions, lines);
      for (const { instance } of instances.values()) {
        const of = { flow: instance.flow, key: instance.key };
        const kin = kinOf(definitions, of);
        const family = new Set(kin.map(({ flow, key }) => nameOf(flow, key)));
        const created = kin.flatMap(
          ({ flow, key }) => instances.get(nameOf(flow, key))?.instance.createdAt ?? [],
        );
        const rebuilt = explainJournal(
          {
            definitions,
            of,
            journal: journal.filter(({ flow, key }) => family.has(nameOf(flow, key))),
            since: new Map([...definitions.flows.keys()].map((flow) => [flow, FROM])),
            createdAt: Math.min(...created),
            until: UNTIL,
            asOf: UNTIL,
            stored: encodeInstance(instance),
          },
          null,
        );
        expect(rebuilt.asStored).toBe(true);
        expect(rebuilt.explanation).toEqual(explained(definitions, lines, of));
      }
    });
  });
});

/** What is journalled while the lines are taken by the clock of the replay, and the instances that they come to. */
function live(definitions: Definitions, lines: readonly Line[]) {
  const watch = createWatch({ definitions, clock: null });
  const journal: JournalRecord[] = [];
  watch.advance(FROM);
  for (const { text } of lines) {
    const read = readEventText(text);
    if (!read.ok || read.event.time > UNTIL) continue;
    const receivedAt = Math.max(watch.clock ?? FROM, read.event.time);
    const taken = watch.take(read.event, receivedAt);
    if (taken.kind !== 'accepted') continue;
    const { flow, key, id, step, kind, time } = taken.event;
    const at = { place: journal.length + 1, clock: watch.clock ?? receivedAt, backlog: false, receivedAt };
    journal.push({ ...at, flow, key, id, digest: '', step, kind, time, event: text });
  }
  watch.advance(UNTIL);
  watch.flush();
  return { journal, instances: watch.instances };
}
