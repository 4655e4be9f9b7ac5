import type { Playback } from '../api/answers.ts';

export type Evaluation = Playback['frames'][number]['evaluations'][number];

/** What each connector's expression came to last, by edge, in the first `count` frames. */
export function lastEvaluations(
  playback: Playback | undefined,
  count: number,
): ReadonlyMap<string, Evaluation> {
  const found = new Map<string, Evaluation>();
  for (const frame of playback?.frames.slice(0, count) ?? [])
    for (const evaluation of frame.evaluations) found.set(evaluation.edge, evaluation);
  return found;
}

/** `PIN = 3, POUT = 5` of what went into an expression. */
export function valuesText(values: Evaluation['values']): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} = ${value === null ? '–' : JSON.stringify(value)}`)
    .join(', ');
}
