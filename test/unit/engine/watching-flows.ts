/** The flows that the watch is tested with. */
import { createWatch, type Watch } from '../../../engine/index.ts';
import { at, defined } from './watching.ts';

export const DAILY = 'flow: daily\nstart: { by: "15:30" }\nsteps: { a: {} }';

export const TIMED = `
flow: timed
steps:
  a: { timers: { slow: { after: activated, in: 10m, until: committed } } }
  b: {}
connectors: [{ from: a, to: b }]
`;

/** A watch whose clock stands there; null: it has never stood. */
export function watching(yaml: string, clock: string | null = null): Watch {
  return createWatch({ definitions: defined(yaml), clock: clock === null ? null : at(clock) });
}
