/**
 * The speed of the core: `npm run bench -- core`. One process, no I/O, no server; everything goes through the code that the
 * worker and `replay` run.
 *
 * 1. `decide` with 10 and 40 steps, each with a parameter, a timer and a rule, and a guard between two of them. Peers:
 *    xstate's interpreter on a parallel machine of the same steps, and bpmn-engine on the same line of tasks. What they
 *    count and leave out is said in their files. Reading and checking events is not part of it.
 * 2. What a report of one entry of a step with `each` costs among 10, 1,000 and 10,000, and how it grows.
 * 3. What a live instance holds in memory, with its place in the index and on the agenda.
 * 4. A million pending due times on the agenda; the instances that they belong to are there before.
 * 5. A log of a million events through `replay`, from text to report. Making the text is not timed.
 *
 * Not measured here: the store, the stream, the API, and how long anything takes to load.
 */
import { measureDecide } from './core-decide.ts';
import { measureEntries } from './core-entries.ts';
import { measureMemory } from './core-memory.ts';
import { measureReplay } from './core-replay.ts';
import { measureTimers } from './core-timers.ts';
import type { Measurement } from './measure.ts';

/** All lines of this bench. */
export async function* measure(): AsyncGenerator<Measurement> {
  yield* measureDecide();
  yield* measureEntries();
  yield* measureMemory();
  yield* measureTimers();
  yield* measureReplay();
}
