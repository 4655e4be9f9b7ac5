/** Operators' acts among random events of random flows. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Definitions } from '../../../definitions/index.ts';
import { createReplay, type ReplayReport } from '../../../engine/index.ts';
import { type LineByLine, restarting } from '../../scenarios/restarting.ts';
import {
  compiled,
  FROM,
  type Line,
  linesOf,
  type RandomFlow,
  randomEvents,
  randomFlow,
  UNTIL,
  yamlOf,
} from './generated-flows.ts';

const OPTIONS = { from: FROM, until: UNTIL };
const RUNS = { numRuns: 200, seed: 20261123 };
const KEYS = ['k', '2026-11-23'];

interface RandomAct {
  readonly act: 'waive' | 'unwaive';
  readonly key: string;
  /** null: all of it */
  readonly step: number | null;
  /** after which line it comes */
  readonly after: number;
}

const randomActs: fc.Arbitrary<readonly RandomAct[]> = fc.array(
  fc.record({
    act: fc.constantFrom('waive' as const, 'waive' as const, 'unwaive' as const),
    key: fc.constantFrom(...KEYS),
    step: fc.option(fc.nat(6)),
    after: fc.nat(24),
  }),
  { maxLength: 6 },
);

function actText(flow: RandomFlow, { act, key, step }: RandomAct, id: string, seconds: number): string {
  const time = new Date(FROM + seconds * 1000).toISOString();
  const place = step === null ? {} : { step: `s${step % flow.steps.length}` };
  return JSON.stringify({ act, id, flow: 'work', key, ...place, reason: 'not today', by: 'ann', time });
}

/** Events with acts between them, each at the time of the event before it. */
function mixed(flow: RandomFlow, lines: readonly Line[], acts: readonly RandomAct[]): readonly string[] {
  return lines.flatMap(({ text, time }, index) => [
    text,
    ...acts.flatMap((act, number) => (act.after === index ? [actText(flow, act, `act${number}`, time)] : [])),
  ]);
}

function run(
  definitions: Definitions,
  texts: readonly string[],
  replay: LineByLine = createReplay(definitions, OPTIONS),
) {
  for (const text of texts) replay.line(text);
  return replay.finish();
}

function told({ instances, alarms }: ReplayReport) {
  return { instances, alarms };
}

describe('whatever operators waive, and whenever they take it back', () => {
  it('what comes twice changes nothing, and a restart anywhere changes nothing', () => {
    fc.assert(
      fc.property(
        randomFlow,
        randomEvents,
        randomActs,
        fc.array(fc.boolean(), { maxLength: 30 }),
        (flow, events, acts, stops) => {
          const definitions = compiled(flow);
          const texts = mixed(flow, linesOf(flow, events), acts);
          const why = `${yamlOf(flow)}\n${texts.join('\n')}`;
          const report = run(definitions, texts);
          const twice = run(
            definitions,
            texts.flatMap((text) => [text, text]),
          );
          expect(told(twice), why).toEqual(told(report));
          const stopped = restarting(definitions, OPTIONS, (line) => stops[line] ?? false);
          expect(run(definitions, texts, stopped), why).toEqual(report);
        },
      ),
      RUNS,
    );
  });

  it('a flow that is waived from the beginning raises nothing, nor does what it nests', () => {
    fc.assert(
      fc.property(randomFlow, randomEvents, (flow, events) => {
        const definitions = compiled(flow);
        const waivers = KEYS.map((key, index) =>
          actText(flow, { act: 'waive', key, step: null, after: 0 }, `act${index}`, 0),
        );
        const texts = [...waivers, ...linesOf(flow, events).map(({ text }) => text)];
        const { alarms } = run(definitions, texts);
        const own = alarms.filter(({ key }) => KEYS.some((one) => key === one || key.startsWith(`${one}/`)));
        expect(own, `${yamlOf(flow)}\n${texts.join('\n')}`).toEqual([]);
      }),
      RUNS,
    );
  });

  it('a step that is waived from the beginning raises nothing, and is never waited for unless it is offered', () => {
    fc.assert(
      fc.property(randomFlow, randomEvents, fc.nat(6), (flow, events, number) => {
        const definitions = compiled(flow);
        const step = `s${number % flow.steps.length}`;
        const waiver = actText(flow, { act: 'waive', key: 'k', step: number, after: 0 }, 'act', 0);
        const texts = [waiver, ...linesOf(flow, events).map(({ text }) => text)];
        const why = `${yamlOf(flow)}\n${texts.join('\n')}`;
        const replay = createReplay(definitions, OPTIONS);
        const { alarms } = run(definitions, texts, replay);
        expect(
          alarms.filter((alarm) => alarm.key === 'k' && alarm.step === step),
          why,
        ).toEqual([]);
        const watched = replay.watch.instances.get('work/k');
        const state = watched?.instance.steps[watched.flow.stepIndex.get(step) ?? -1];
        expect(state?.status === 'active' && state.detail.offeredVia === null, why).toBe(false);
      }),
      RUNS,
    );
  });
});
