/**
 * Why nobody is told of an alarm that stands: it flaps, it is muted, or another alarm explains it.
 *
 * 1. What explains an alarm stands itself, is told to somebody or known to be silenced, and is no consequence of it.
 * 2. Of two alarms that explain each other the one raised first is the root.
 * 3. A muted root does not hide a consequence that is worse than it.
 */
import { createMatcher, type Matcher, type Severity } from '../../definitions/index.ts';
import type { Desk } from './desk.ts';
import { canFollow, explains } from './explains.ts';
import { type Handling, isOpen, itemOf, traitsOf } from './handling.ts';
import type { Silence } from './notifier-state.ts';
import { policyFor } from './route.ts';

/** Why nobody is told; `until` is when that may be over by itself. */
export interface Quiet {
  readonly kind: 'flapping' | 'muted' | 'folded';
  /** the silence, the reason of the maintenance, the root */
  readonly because: string | null;
  readonly until: number | null;
}

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 };

/** Whether the first is the more severe. */
export function isWorse(severity: Severity, than: Severity | null): boolean {
  return than === null || RANK[severity] > RANK[than];
}

/** The most severe; info where there is none. */
export function worstOf(severities: readonly Severity[]): Severity {
  return severities.reduce<Severity>((worst, each) => (isWorse(each, worst) ? each : worst), 'info');
}

/** Why nobody is told of this alarm now; null where somebody is. What was told once is not folded any more. */
export function quietOf(desk: Desk, handling: Handling): Quiet | null {
  const item = desk.items.get(itemOf(handling.alarm));
  if (item !== undefined && item.since !== null)
    return { kind: 'flapping', because: null, until: item.until };
  const muted = mutedBy(desk, handling);
  if (muted !== null) return muted;
  if (handling.firstToldAt !== null) return null;
  const root = rootOf(desk, handling);
  return root === null ? null : { kind: 'folded', because: root, until: null };
}

/** The silence or maintenance that an alarm lies under now. */
export function mutedBy(desk: Desk, handling: Handling): Quiet | null {
  const traits = traitsOf(desk.definitions, handling);
  const { now } = desk;
  for (const silence of desk.silences.values()) {
    if (isActive(silence, now) && matcherOf(silence)(traits))
      return { kind: 'muted', because: silence.id, until: silence.until };
  }
  const policy = policyFor(desk.notifying, traits);
  const pause = policy?.maintenance.find(({ match, times }) => match(traits) && times.covers(now));
  return pause === undefined
    ? null
    : { kind: 'muted', because: pause.reason, until: pause.times.nextChange(now) };
}

const MATCHERS = new WeakMap<Silence, Matcher>();

function matcherOf(silence: Silence): Matcher {
  const known = MATCHERS.get(silence);
  if (known !== undefined) return known;
  const made = createMatcher(silence.match);
  MATCHERS.set(silence, made);
  return made;
}

/** Whether a silence holds at a time: from its first instant, before its last. */
function isActive(silence: Silence, at: number): boolean {
  return silence.endedBy === null && silence.from <= at && at < silence.until;
}

/** The id of the alarm that explains this one, the first of a chain; null where it stands for itself. */
function rootOf(desk: Desk, handling: Handling): string | null {
  const { alarm } = handling;
  if (!canFollow(alarm)) return null;
  const roots = desk
    .explaining(handling)
    .filter((other) => isFirst(other, handling) || !explains(desk.definitions, alarm, other.alarm))
    .map((other) => standingRoot(desk, other) ?? other)
    .filter((other) => other.alarm.id !== alarm.id && isKnown(desk, other, handling));
  const [first] = roots.toSorted((a, b) => (isFirst(a, b) ? -1 : 1));
  return first?.alarm.id ?? null;
}

/** What explains an alarm itself; undefined where that is over, and the alarm is about to stand for itself. */
function standingRoot(desk: Desk, { root }: Handling): Handling | undefined {
  const found = root === null ? undefined : desk.handlings.get(root);
  return found !== undefined && isOpen(found) ? found : undefined;
}

function isFirst({ alarm: a }: Handling, { alarm: b }: Handling): boolean {
  return a.raisedAt < b.raisedAt || (a.raisedAt === b.raisedAt && a.id < b.id);
}

/** Whether somebody knows of the root, or will, as well as he would of its consequence. */
function isKnown(desk: Desk, root: Handling, late: Handling): boolean {
  if (root.firstToldAt !== null) return true;
  const trouble = root.trouble === null ? undefined : desk.troubles.get(root.trouble);
  if (trouble === undefined || trouble.route === null || root.outcome === 'unrouted') return false;
  return mutedBy(desk, root) === null || !isWorse(late.severity, root.severity);
}
