import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Definitions } from '../../../definitions/index.ts';
import { createReplay, nameOf, type Replay, type ReplayReport } from '../../../engine/index.ts';
import { restarting } from '../../scenarios/restarting.ts';
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

const OPTIONS = { from: FROM, until: UNTIL };
const RUNS = { numRuns: 200, seed: 20261123 };

function run(definitions: Definitions, lines: readonly Line[], make: typeof createReplay = createReplay) {
  const replay = make(definitions, OPTIONS);
  for (const { text } of lines) replay.line(text);
  return replay.finish();
}

function explain(flow: RandomFlow, lines: readonly Line[]): string {
  return `${yamlOf(flow)}\n${lines.map(({ text }) => text).join('\n')}`;
}

/** Holds a property of random flows and random logs. */
function holds(property: (flow: RandomFlow, events: readonly RandomEvent[]) => void, runs = RUNS): void {
  fc.assert(fc.property(randomFlow, randomEvents, property), runs);
}

describe('whatever the flow and whatever the events', () => {
  it('the same events in the same order give the same report, byte for byte', () => {
    holds((flow, events) => {
      const definitions = compiled(flow);
      const lines = linesOf(flow, events);
      const report = JSON.stringify(run(definitions, lines));
      expect(JSON.stringify(run(compiled(flow), lines)), explain(flow, lines)).toBe(report);
    });
  });

  it('row 27: events that come twice change nothing', () => {
    fc.assert(
      fc.property(
        randomFlow,
        randomEvents,
        fc.array(fc.nat(24), { maxLength: 20 }),
        (flow, events, again) => {
          const definitions = compiled(flow);
          const lines = linesOf(flow, events);
          const doubled = lines.flatMap((line, index) => {
            const repeats = again
              .filter((back) => index % (back + 1) === 0)
              .map((back) => lines[index - back]);
            return [line, ...repeats.filter((repeat) => repeat !== undefined)];
          });
          const { instances, alarms } = run(definitions, lines);
          const twice = run(definitions, doubled);
          expect({ instances: twice.instances, alarms: twice.alarms }, explain(flow, doubled)).toEqual({
            instances,
            alarms,
          });
        },
      ),
      RUNS,
    );
  });

  it('row 27: any order of arrival within `disorder` ends like the order of the times', () => {
    holds((flow, events) => {
      const late = { ...flow, disorder: 60 };
      const definitions = compiled(late);
      const lines = linesOf(late, events);
      const arrived = lines.toSorted((a, b) => a.time + a.delay - (b.time + b.delay));
      expect(run(definitions, arrived).alarms, explain(late, arrived)).toEqual(
        run(definitions, lines).alarms,
      );
      expect(run(definitions, arrived).instances).toEqual(run(definitions, lines).instances);
    });
  });

  it('stopped and restarted anywhere it ends as if it had never stopped', () => {
    fc.assert(
      fc.property(
        randomFlow,
        randomEvents,
        fc.array(fc.boolean(), { maxLength: 25 }),
        (flow, events, stops) => {
          const definitions = compiled(flow);
          const lines = linesOf(flow, events);
          const stopped = restarting(definitions, OPTIONS, (line) => stops[line] ?? false);
          for (const { text } of lines) stopped.line(text);
          expect(stopped.finish(), explain(flow, lines)).toEqual(run(definitions, lines));
        },
      ),
      RUNS,
    );
  });

  it('nothing throws and the report makes sense, even where the times go back and forth', () => {
    fc.assert(
      fc.property(
        randomFlow,
        randomEvents,
        fc.array(fraction, { minLength: 25, maxLength: 25 }),
        (flow, events, order) => {
          const definitions = compiled(flow);
          const lines = linesOf(flow, events)
            .map((line, index) => ({ line, place: order[index] ?? 0 }))
            .toSorted((a, b) => a.place - b.place)
            .map(({ line }) => line);
          const replay = createReplay(definitions, OPTIONS);
          for (const { text } of lines) replay.line(text);
          const report = replay.finish();
          expect(report.rejected, explain(flow, lines)).toEqual([]);
          expect(nonsense(report, replay), explain(flow, lines)).toEqual([]);
        },
      ),
      { ...RUNS, numRuns: 400 },
    );
  });

  it('a flow without loops ends once everything that is active has committed, and nothing of it is out of order', () => {
    fc.assert(
      fc.property(randomFlow, fc.array(fc.nat(9), { minLength: 40, maxLength: 40 }), (flow, choices) => {
        const straight = {
          ...flow,
          disorder: 0,
          connectors: flow.connectors.filter(({ from, to }) => ahead(flow, from, to)),
        };
        const definitions = compiled(straight);
        const { report, sent } = commitAll(definitions, straight, choices);
        const why = `${yamlOf(straight)}\n${sent.join('\n')}`;
        const [instance] = report.instances.filter(({ flow: name, key }) => name === 'work' && key === 'k');
        expect(instance?.status, why).toMatch(/committed|failed/);
        const surprises = report.alarms.filter(
          ({ source, key }) => UNFORESEEN.has(source) && key.startsWith('k'),
        );
        expect(surprises, why).toEqual([]);
      }),
      RUNS,
    );
  });
});

const UNFORESEEN: ReadonlySet<string> = new Set(['out-of-order', 'illegal-state', 'exception', 'loop-limit']);

function ahead(flow: RandomFlow, from: number, to: number): boolean {
  return Math.floor(from * flow.steps.length) < Math.floor(to * flow.steps.length);
}

/** Commits one of the steps that are active, chosen by the next of `choices`, until none is. */
function commitAll(definitions: Definitions, flow: RandomFlow, choices: readonly number[]) {
  const replay = createReplay(definitions, { from: FROM, until: null });
  const sent: string[] = [];
  const send = (fields: Readonly<Record<string, unknown>>) => {
    const time = new Date(FROM + (sent.length + 1) * 1000).toISOString();
    const line = JSON.stringify({ id: `e${sent.length}`, time, ...fields });
    sent.push(line);
    replay.line(line);
  };
  send({ flow: 'work', key: 'k', event: 'activated' });
  for (const choice of choices) {
    const steps = replay.watch.instances.get(nameOf('work', 'k'))?.instance.steps ?? [];
    const active = steps.flatMap(({ status }, index) =>
      status === 'active' && flow.steps[index]?.kind !== 'gate' ? [index] : [],
    );
    const step = active[choice % active.length];
    if (step === undefined) break;
    if (flow.steps[step]?.kind === 'nested') {
      send({ flow: 'nested', key: `k/n${step}`, step: 'x', event: 'committed' });
      send({ flow: 'nested', key: `k/n${step}`, step: 'y', event: 'committed' });
    } else
      send({
        flow: 'work',
        key: 'k',
        step: `s${step}`,
        event: 'committed',
        params: { N: choice % 4, M: choice % 3 },
      });
  }
  return { report: replay.finish(), sent };
}

const fraction = fc.double({ min: 0, max: 1, noNaN: true });

/** What cannot be true of any report, in words. */
function nonsense(report: ReplayReport, replay: Pick<Replay, 'watch'>): string[] {
  const wrong: string[] = [];
  for (const { flow, key, status, startedAt, endedAt, steps } of report.instances) {
    const all = Object.entries(steps);
    const live = all.filter(([, step]) => step.status === 'active' || step.status === 'running');
    const say = (what: string) => wrong.push(`${flow} ${key}: ${what}`);
    if (status === 'running' && live.length === 0) say('runs without a step that does');
    if (status !== 'running' && live.some(([, step]) => step.status === 'running'))
      say(`${status} while a step runs`);
    if (status === 'committed' && all.some(([, step]) => step.status === 'failed'))
      say('committed with a failed step');
    if ((startedAt === null) !== (status === 'expected')) say(`${status}, started at ${startedAt}`);
    if ((endedAt === null) !== (status === 'expected' || status === 'running'))
      say(`${status}, ended at ${endedAt}`);
    for (const [name, step] of all) {
      if (step.visits === 0 && step.status !== 'idle') say(`${name} is ${step.status} without a visit`);
      if ((step.activatedAt === null) !== (step.status === 'idle'))
        say(`${name} is ${step.status}, activated at ${step.activatedAt}`);
      if (step.status === 'running' && step.endedAt !== null) say(`${name} runs and has ended`);
    }
  }
  for (const alarm of report.alarms) {
    if (alarm.count < 1) wrong.push(`${alarm.name} was raised ${alarm.count} times`);
    if (alarm.clearedAt !== null && alarm.clearedAt < alarm.raisedAt)
      wrong.push(`${alarm.name} cleared before it was raised`);
  }
  const open = report.alarms.filter(({ clearedAt }) => clearedAt === null);
  const names = open.map(({ flow, key, step, name }) => JSON.stringify([flow, key, step, name]));
  if (new Set(names).size < names.length) wrong.push('an alarm is open twice');
  const held = [...replay.watch.instances.values()].flatMap(({ instance }) => instance.alarms);
  if (held.length !== open.length) wrong.push(`${open.length} alarms are told open, ${held.length} are`);
  return wrong;
}
