/**
 * Which alarm is the consequence of which, by the flow graph alone: what keeps a step from being done keeps back all that
 * lies behind it, in its flow, in the flow around it, in the flows nested behind it, and in those that start after it.
 *
 * 1. Only what says that something is not done holds anything back: an exception, a timer, a start-timeout, a deadline, a
 *    dead end, a silent source. An alarm about values, order or legality leaves the step free to go on.
 * 2. Only lateness by the clock is a consequence: a start-timeout, a deadline, a timer with a time of day. A timer that its
 *    step's arrival starts runs only once the way was free.
 * 3. A step that nests a flow is held by whatever holds that flow, and so are all its own timers.
 * 4. What keeps a source from being heard explains whatever is late in the flows that name it, by the clock or not.
 */
import type { Definitions, Flow } from '../../definitions/index.ts';
import { parentOf } from '../family.ts';
import type { AlarmSource } from '../instance.ts';
import type { InstanceKey } from '../ports.ts';

/** What of an alarm the graph is asked with. */
export interface AlarmPoint {
  readonly flow: string;
  readonly key: string;
  readonly step: string | null;
  readonly name: string;
  readonly source: AlarmSource;
}

/**
 * What is held back at an instance: the whole of it until others are done, its start, one of its steps, or its end; or,
 * with any key, what is heard of every instance of a flow.
 */
export type Hold = { readonly flow: string; readonly key: string } & (
  | { readonly kind: 'expected' | 'start' | 'end' | 'source' }
  /** `nested`: by something in the flow that it nests */
  | { readonly kind: 'step'; readonly step: number; readonly nested: boolean }
);

/** No instance has it. */
const EVERY_KEY = '';

const HOLDING: ReadonlySet<AlarmSource> = new Set([
  ...(['exception', 'timer', 'start-timeout', 'deadline', 'dead-end', 'stale'] as const),
]);
const LATENESS: ReadonlySet<AlarmSource> = new Set(['timer', 'start-timeout', 'deadline'] as const);

/** Whether an alarm can be a consequence of anything. */
export function canFollow(alarm: AlarmPoint): boolean {
  return LATENESS.has(alarm.source);
}

/** Whether `late` is a consequence of `root`, as long as that stands. No alarm explains itself. */
export function explains(definitions: Definitions, root: AlarmPoint, late: AlarmPoint): boolean {
  if (!LATENESS.has(late.source)) return false;
  return holdsOf(definitions, root).some((hold) => isHeld(definitions, hold, late));
}

/** Where that stands which may hold an instance back: itself and those around it, and each of their flows as a whole. */
export function placesOf(definitions: Definitions, of: InstanceKey): readonly InstanceKey[] {
  return lineOf(definitions, of).flatMap((one) => [one, { flow: one.flow, key: EVERY_KEY }]);
}

function lineOf(definitions: Definitions, of: InstanceKey): readonly InstanceKey[] {
  const found: InstanceKey[] = [];
  let one: InstanceKey | null = { flow: of.flow, key: of.key };
  while (one !== null && found.length <= definitions.flows.size) {
    found.push(one);
    const flow: Flow | undefined = definitions.flows.get(one.flow);
    const parent: InstanceKey | null = flow === undefined ? null : parentOf(definitions, flow, one.key);
    one = parent === null ? null : { flow: parent.flow, key: parent.key };
  }
  return found;
}

/** What marks a hold among those of its instance. */
export function markOf(hold: Hold): string {
  return hold.kind === 'step' ? `step ${hold.step} ${hold.nested}` : hold.kind;
}

/**
 * What an alarm holds back: at its own instance, then at the flows around it, and at those that start after these. Empty
 * where it explains nothing.
 */
export function holdsOf(definitions: Definitions, root: AlarmPoint): readonly Hold[] {
  if (!HOLDING.has(root.source)) return [];
  const own = ownHold(definitions, root);
  const found: Hold[] = [];
  const seen = new Set<string>();
  const visit = (hold: Hold) => {
    const { flow: name, key } = hold;
    const mark = JSON.stringify([name, key, hold.kind, hold.kind === 'step' ? hold.step : null]);
    const flow = definitions.flows.get(name);
    if (flow === undefined || seen.has(mark)) return;
    seen.add(mark);
    found.push(hold);
    const parent = parentOf(definitions, flow, key);
    if (parent !== null)
      visit({ flow: parent.flow, key: parent.key, kind: 'step', step: parent.step, nested: true });
    for (const follower of flow.followers) visit({ flow: follower, key, kind: 'expected' });
  };
  if (own !== null) visit(own);
  const heard = definitions.flows.get(root.flow)?.heard ?? [];
  return [...found, ...heard.map((flow): Hold => ({ flow, key: EVERY_KEY, kind: 'source' }))];
}

function ownHold(definitions: Definitions, { flow, key, step, source }: AlarmPoint): Hold | null {
  if (source === 'start-timeout') return { flow, key, kind: 'start' };
  if (source === 'deadline') return { flow, key, kind: 'end' };
  const index = step === null ? undefined : definitions.flows.get(flow)?.stepIndex.get(step);
  return index === undefined ? null : { flow, key, kind: 'step', step: index, nested: false };
}

/** Whether an alarm about lateness is due to what is held back there. */
export function isHeld(definitions: Definitions, hold: Hold, late: AlarmPoint): boolean {
  if (hold.kind === 'source') return sourceFlowOf(definitions, late) === hold.flow;
  if (late.flow === hold.flow && late.key === hold.key) return isHeldWithin(definitions, hold, late);
  if (hold.kind === 'end' || !isByTheClock(definitions, late)) return false;
  const through = stepAbove(definitions, late, hold);
  if (through === null) return false;
  return hold.kind !== 'step' || isBehind(definitions, hold, through);
}

function isHeldWithin(definitions: Definitions, hold: Hold, late: AlarmPoint): boolean {
  if (hold.kind === 'end') return false;
  if (hold.kind === 'expected') return isByTheClock(definitions, late);
  if (late.source === 'deadline') return true;
  if (hold.kind !== 'step' || late.source !== 'timer' || late.step === null) return false;
  const step = definitions.flows.get(late.flow)?.stepIndex.get(late.step);
  if (step === undefined) return false;
  if (step === hold.step) return hold.nested;
  return isByTheClock(definitions, late) && isBehind(definitions, hold, step);
}

/** The flow that says by which flow the source of this instance is heard: its own, else the nearest around it. */
function sourceFlowOf(definitions: Definitions, late: InstanceKey): string | null {
  const line = lineOf(definitions, late);
  return line.find(({ flow }) => definitions.flows.get(flow)?.source != null)?.flow ?? null;
}

/** Whether a way leads from the held step to this one. */
function isBehind(definitions: Definitions, hold: Hold & { readonly kind: 'step' }, step: number): boolean {
  if (step === hold.step) return false;
  return definitions.flows.get(hold.flow)?.steps[step]?.reachable[hold.step] ?? false;
}

/** Whether an alarm falls due by the clock, whether or not its turn has come. */
function isByTheClock(definitions: Definitions, late: AlarmPoint): boolean {
  const flow = definitions.flows.get(late.flow);
  if (late.source === 'start-timeout') return true;
  if (late.source === 'deadline') return flow?.deadline?.kind === 'at';
  const index = late.step === null ? undefined : flow?.stepIndex.get(late.step);
  const timers = index === undefined ? [] : (flow?.steps[index]?.timers ?? []);
  // A rule may give the alarm another name than its timer's: then all timers of the step must be by the clock.
  const named = timers.filter(({ name }) => name === late.name);
  const meant = named.length > 0 ? named : timers;
  return meant.length > 0 && meant.every(({ moment }) => moment !== null);
}

/** The step of `above` under which the alarm's instance is nested, at any depth; null where it is not. */
function stepAbove(
  definitions: Definitions,
  late: AlarmPoint,
  above: { readonly flow: string; readonly key: string },
): number | null {
  let { flow: name, key } = late;
  for (let depth = 0; depth < definitions.flows.size; depth += 1) {
    const flow = definitions.flows.get(name);
    const parent = flow === undefined ? null : parentOf(definitions, flow, key);
    if (parent === null) return null;
    if (parent.flow === above.flow && parent.key === above.key) return parent.step;
    ({ flow: name, key } = parent);
  }
  return null;
}
