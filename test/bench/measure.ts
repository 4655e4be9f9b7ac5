/**
 * What every bench has in common: samples and their median, memory after a collection, and the line that is printed.
 *
 * 1. A value is the median of at least five samples, taken after a warm-up that is not counted.
 * 2. Times are processor time of the process, all its threads together: what else runs on the machine is not counted, the
 *    collector's helpers are. With the processor to itself a process takes no longer than this.
 * 3. Every value stands beside a reference of the same run: a limit that was promised, or a peer that does the same.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** One line of a bench. `ratio` is the value in references; without a goal the line only informs. */
export interface Measurement {
  readonly bench: string;
  readonly measure: string;
  readonly value: number;
  readonly unit: string;
  /** `limit`, or the name of the peer */
  readonly reference: string;
  readonly referenceValue: number;
  readonly ratio: number;
  /** `<= 3`, `>= 100000`: what the value is to be; null for none */
  readonly goal: string | null;
  readonly met: boolean | null;
}

export interface Measured {
  readonly measure: string;
  readonly value: number;
  readonly unit: string;
}

export interface Goal {
  readonly atMost?: number;
  readonly atLeast?: number;
}

export const SAMPLES = 7;

/** A value against the limit that was promised. */
export function againstLimit(bench: string, measured: Measured, goal: Goal): Measurement {
  const limit = goal.atMost ?? goal.atLeast ?? Number.NaN;
  return line(bench, measured, { reference: 'limit', referenceValue: limit, goal });
}

/** A value against that of a peer; `goal` says what the value is to be, the peer's own where it is left out. */
export function againstPeer(
  bench: string,
  measured: Measured,
  peer: { readonly name: string; readonly value: number },
): Measurement {
  const { name, value } = peer;
  return line(bench, measured, { reference: name, referenceValue: value, goal: { atMost: value } });
}

function line(
  bench: string,
  { measure, value, unit }: Measured,
  to: { readonly reference: string; readonly referenceValue: number; readonly goal: Goal },
): Measurement {
  const { reference, referenceValue, goal } = to;
  const { atMost, atLeast } = goal;
  return {
    bench,
    measure,
    value: rounded(value),
    unit,
    reference,
    referenceValue: rounded(referenceValue),
    ratio: rounded(value / referenceValue),
    goal: atMost === undefined ? `>= ${rounded(atLeast ?? 0)}` : `<= ${rounded(atMost)}`,
    met: atMost === undefined ? value >= (atLeast ?? 0) : value <= atMost,
  };
}

/** Four significant digits. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** The median; the mean of the two in the middle of an even number. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) throw new Error('A median needs at least one sample.');
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** The median of what `sample` gives, called once more than counted: the first call warms up. */
export function medianOf(samples: number, sample: () => number): number {
  sample();
  return median(Array.from({ length: samples }, sample));
}

/** Like `medianOf`, for samples that wait. */
export async function medianOfAsync(samples: number, sample: () => Promise<number>): Promise<number> {
  await sample();
  const values: number[] = [];
  while (values.length < samples) values.push(await sample());
  return median(values);
}

/** Microseconds of processor time that this process has used so far. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Microseconds of processor time that `work` takes. */
export function microseconds(work: () => void): number {
  const begun = processorTime();
  work();
  return processorTime() - begun;
}

let collect: (() => void) | null = null;

/** Bytes that are held after a collection: the heap, and the buffers beside it. */
export function heldBytes(): number {
  if (collect === null) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void; // what the flag puts into new contexts
  }
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Bytes that what `build` gives holds, for each of `count` things. */
export function bytesEach(count: number, build: () => unknown): number {
  const before = heldBytes();
  const kept = build();
  const after = heldBytes();
  if (kept === undefined) throw new Error('Nothing was built, so nothing was measured.');
  return (after - before) / count;
}
