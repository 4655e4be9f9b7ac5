/** Whatever was not written is decided again from the journal, and nobody can tell it from a run that never stopped. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAIL_POINTS, type Message, WRITE_BUDGET, type WriteBudget } from '../../../engine/index.ts';
import { compiled, linesOf, type RandomFlow, randomEvents, randomFlow, yamlOf } from './generated-flows.ts';
import { comparable, type Fault, runStopped, type Step } from './stopped-worker.ts';

const RUNS = { numRuns: Number(process.env.RECOVERY_RUNS ?? 250) };
const START = Date.parse('2026-11-23T08:00:00Z');
const AT_ONCE: Partial<WriteBudget> = { rate: 1e9, burst: 1e9, most: 1e9 };

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.constant<Fault>({ kind: 'none' }),
  fc.constant<Fault>({ kind: 'restart' }),
  fc.constant<Fault>({ kind: 'clean restart' }),
  fc.record({
    kind: fc.constant('killed' as const),
    at: fc.constantFrom(...FAIL_POINTS),
    passage: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    kind: fc.constantFrom('lost commit' as const, 'lost answer' as const),
    passage: fc.integer({ min: 1, max: 3 }),
  }),
);

/** `nothing but what is forced` is a budget of 0. */
const writes: fc.Arbitrary<Partial<WriteBudget>> = fc.constantFrom(
  { rate: 0, burst: 0, age: Number.POSITIVE_INFINITY },
  { rate: 0, burst: 2, age: Number.POSITIVE_INFINITY },
  { rate: 0.01, burst: 2, age: Number.POSITIVE_INFINITY },
  { rate: 0, burst: 0, age: 60_000, most: 1 },
  WRITE_BUDGET,
);

/** How one line comes: how late, how often, in which step of the script. */
const coming = fc.record({
  late: fc.constantFrom(0, 0, 0, 30, 700, 4000),
  twice: fc.constantFrom(false, false, true),
  garbage: fc.constantFrom(false, false, false, true),
  waive: fc.constantFrom(null, null, null, 'waive', 'unwaive'),
  ends: fc.boolean(),
  pause: fc.constantFrom(0, 0, 60, 1000, 30_000),
  fault,
});
type Coming = typeof coming extends fc.Arbitrary<infer T> ? T : never;

interface Course {
  readonly flow: RandomFlow;
  readonly steps: readonly Step[];
}

const course: fc.Arbitrary<Course> = fc
  .tuple(randomFlow, randomEvents, fc.array(coming, { minLength: 25, maxLength: 25 }))
  .map(([flow, events, comings]) => ({ flow, steps: stepsOf(flow, events, comings) }));

/** The lines as messages in the order in which they are stored, cut into steps with pauses between. */
function stepsOf(
  flow: RandomFlow,
  events: Parameters<typeof linesOf>[1],
  comings: readonly Coming[],
): readonly Step[] {
  const lines = linesOf(flow, events).map((line, index) => {
    const how = comings[index];
    if (how === undefined) throw new Error('there is one for each line');
    return { ...line, how, stored: START + (line.time + line.delay + how.late) * 1000 };
  });
  const steps: Step[] = [];
  let messages: Message[] = [];
  let sequence = 0;
  let now = 0;
  for (const { text, how, stored, time } of lines.toSorted((a, b) => a.stored - b.stored)) {
    const say = (said: string, subject = 'milepost.checkpoint.x') => {
      const payload = Buffer.from(said);
      messages.push({ sequence: ++sequence, storedAt: now, subject, headers: {}, payload });
    };
    now = Math.max(now, stored);
    if (how.garbage)
      say('{"id":"g","flow":"nobody","key":"k","event":"committed","time":"2026-11-23T20:00:00Z"}');
    say(text);
    if (how.waive !== null) {
      const { key } = JSON.parse(text);
      const act = { act: how.waive, id: `w${sequence}`, flow: 'work', key: String(key).split('/')[0] };
      const at = new Date(START + time * 1000).toISOString();
      say(
        JSON.stringify({ ...act, step: 's0', reason: 'r', by: 'b', time: at }),
        'milepost.checkpoint._act.work',
      );
    }
    if (how.twice) say(text);
    if (!how.ends) continue;
    steps.push({ messages, now, fault: how.fault });
    messages = [];
    now += how.pause * 1000;
    if (how.pause > 0) steps.push({ messages: [], now, fault: { kind: 'none' } });
  }
  const later = now + 40 * 3_600_000;
  return [
    ...steps,
    { messages, now, fault: { kind: 'restart' } },
    { messages: [], now: later, fault: { kind: 'none' } },
  ];
}

describe('a worker that is stopped anywhere', () => {
  it('ends as if it had never stopped, whatever was written when', async () => {
    await fc.assert(
      fc.asyncProperty(
        course,
        writes,
        fc.constantFrom(1, 2, 1000),
        fc.boolean(),
        async ({ flow, steps }, budget, batch, backlog) => {
          const definitions = compiled(flow);
          const calm = steps.map((step): Step => ({ ...step, fault: { kind: 'none' } }));
          const told = batch === 1;
          const plain = await runStopped({ definitions, steps: calm, batch, writes: AT_ONCE, backlog });
          const stopped = await runStopped({ definitions, steps, batch, writes: budget, backlog });
          expect(comparable(stopped, told), explain(flow, steps)).toEqual(comparable(plain, told));
        },
      ),
      RUNS,
    );
  });
});

function explain(flow: RandomFlow, steps: readonly Step[]): string {
  const said = steps.map(({ messages, now, fault }) => {
    const lines = messages.map(({ storedAt, payload }) => `${time(storedAt)} ${Buffer.from(payload)}`);
    return [`--- until ${time(now)}, ${JSON.stringify(fault)}`, ...lines].join('\n');
  });
  return `${yamlOf(flow)}\n${said.join('\n')}`;
}

function time(at: number): string {
  return new Date(at).toISOString();
}
