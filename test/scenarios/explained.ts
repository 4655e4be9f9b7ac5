/** Timelines that are explained: what is said of an instance once everything due has been decided. */
import { createReplay, type Explanation, explainHeard, listenTo } from '../../engine/index.ts';
import { Clock, compile, type Entry } from './timeline.ts';

export interface Explained {
  readonly explanation: Explanation;
  readonly clock: Clock;
}

/** Runs the events of a timeline and explains one instance; default: that of the first flow with the key `k`. */
export function explained(what: {
  readonly yaml: string;
  readonly entries: readonly Entry[];
  readonly flow?: string;
  readonly key?: string;
  readonly step?: string;
  readonly from?: string;
  readonly until?: string;
  /** operators' acts, after the events */
  readonly acts?: readonly object[];
}): Explained {
  const clock = new Clock('Z');
  const definitions = compile(what.yaml);
  const [first = ''] = definitions.flows.keys();
  const listener = listenTo({ flow: what.flow ?? first, key: what.key ?? 'k' });
  const replay = createReplay(definitions, {
    from: what.from === undefined ? null : clock.read(what.from),
    until: what.until === undefined ? null : clock.read(what.until),
    trace: listener.trace,
  });
  what.entries.forEach((entry, index) => {
    if (entry.kind !== 'event') return;
    const own = { id: `e${index + 1}`, flow: first, key: 'k', time: clock.text(entry.time) };
    replay.line(JSON.stringify({ ...own, ...entry.fields }));
  });
  for (const act of what.acts ?? []) replay.line(JSON.stringify(act));
  const { rejected } = replay.finish();
  const explanation = explainHeard(listener.heard, {
    step: what.step ?? null,
    asOf: replay.watch.clock ?? 0,
  });
  if (explanation === null || rejected.length > 0)
    throw new Error(`there is nothing to explain: ${JSON.stringify(rejected)}`);
  return { explanation, clock };
}
