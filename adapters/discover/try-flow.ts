/**
 * Cases through a flow, in virtual time: which of them leave it, how long what was expected took. The engine itself
 * decides, so that what is measured is what a timer or an alarm would have made of it.
 */
import { compileDefinitions, formatFinding } from '../../definitions/index.ts';
import { createReplay, viewVisits } from '../../engine/index.ts';
import type { LoggedCase } from './case-log.ts';

/** How many cases one replay holds in memory. */
const TOGETHER = 2000;

export interface Tried {
  readonly cases: number;
  /** no step out of order, and ended where the log ends */
  readonly fitting: number;
  /** no step out of order, though something is still expected */
  readonly inOrder: number;
  /** step -> how long each of its visits was expected or ran, ms; infinite where it was so still at the end of its case */
  readonly spans: ReadonlyMap<string, readonly number[]>;
}

/** Runs cases through the flow of a definition text; throws where that does not compile, since it was made here. */
export function tryFlow(
  text: string,
  {
    flow,
    cases,
    stepOf,
  }: {
    readonly flow: string;
    readonly cases: readonly LoggedCase[];
    readonly stepOf: (activity: number) => string;
  },
): Tried {
  const { definitions, findings } = compileDefinitions([{ file: 'found.yaml', text }], 'found');
  const compiled = definitions?.flows.get(flow);
  if (definitions === null || compiled === undefined)
    throw new Error(`broken rule: what is found compiles: ${findings.map(formatFinding).join('; ')}`);
  const spans = new Map<string, number[]>();
  let [fitting, inOrder] = [0, 0];
  for (let at = 0; at < cases.length; at += TOGETHER) {
    const replay = createReplay(definitions, { from: null, until: null });
    cases.slice(at, at + TOGETHER).forEach(({ events }, index) => {
      events.forEach(({ activity, event, time }, place) => {
        const step = stepOf(activity);
        const more = event === 'state' ? { state: 'suspended' } : {};
        const id = String(place);
        replay.line(
          JSON.stringify({
            id,
            flow,
            key: String(index),
            step,
            event,
            time: new Date(time).toISOString(),
            ...more,
          }),
        );
      });
    });
    for (const { instance } of replay.watch.instances.values()) {
      if (instance.deviations.length > 0) continue;
      inOrder++;
      if (instance.status === 'committed') fitting++;
      for (const { step, activatedAt, endedAt } of viewVisits(compiled, instance)) {
        if (activatedAt === null) continue;
        const list = spans.get(step) ?? [];
        list.push(
          endedAt === null ? Number.POSITIVE_INFINITY : Date.parse(endedAt) - Date.parse(activatedAt),
        );
        spans.set(step, list);
      }
    }
  }
  return { cases: cases.length, fitting, inOrder, spans };
}
