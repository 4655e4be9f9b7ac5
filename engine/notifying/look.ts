/**
 * Looking at a trouble whose time has come: what of it stands, what is quiet and why, and whether there is news for people.
 *
 * 1. Told once, a trouble ends with a recovery to everybody who was told, and with nothing else.
 * 2. Between two notices of one trouble lies its interval, save where it gets worse.
 * 3. First notices are only asked for here: how many there are decides whether they are told one by one.
 */
import type { Route, Severity } from '../../definitions/index.ts';
import type { Desk } from './desk.ts';
import { feed } from './feeds.ts';
import { firstLevel, reachable } from './first-level.ts';
import { type Handling, isOpen, isUnanswered, itemOf, traitsOf } from './handling.ts';
import type { Trouble } from './notifier-state.ts';
import { isWorse, type Quiet, quietOf, worstOf } from './quiet.ts';
import { type Delivery, policyNamed, takeRoute } from './route.ts';
import { deliveriesTo, tellPeople, withDeliveries } from './tell-people.ts';

/** A trouble that people are to be told of for the first time, or anew since it got worse. */
export interface First {
  readonly trouble: string;
  readonly policy: string;
  readonly route: Route;
  readonly severity: Severity;
  readonly alarms: readonly Handling[];
}

const ENDED_KEPT = 20;

/** Looks at one trouble; gives what is to be told for the first time, null where nothing is. */
export function lookAt(desk: Desk, id: string): First | null {
  const found = desk.troubles.get(id);
  if (found === undefined) return null;
  const trouble = desk.troubles.set(id, { ...found, lookAt: null });
  const members = desk.members(trouble);
  const views = members.filter(isOpen).map((handling) => view(desk, handling));
  if (views.length === 0) {
    end(desk, trouble, members);
    return null;
  }
  for (const { quiet } of views) if (quiet?.until != null) desk.wake(id, Math.max(quiet.until, desk.now + 1));
  const firing = views.filter(({ quiet }) => quiet === null).map(({ handling }) => handling);
  // As it is by now: what wakes it later was put down meanwhile.
  return firing.length === 0 ? null : news(desk, desk.troubles.get(id) ?? trouble, firing);
}

interface View {
  readonly handling: Handling;
  readonly quiet: Quiet | null;
}

/** An open alarm with why nobody is told of it, which is put down with it. */
function view(desk: Desk, before: Handling): View {
  const quiet = quietOf(desk, before);
  const handling = feed(desk, before, quiet !== null);
  if (handling.firstToldAt !== null) return { handling, quiet };
  const { id } = handling.alarm;
  if (quiet === null) {
    if (handling.outcome === 'muted') desk.note({ alarm: id, kind: 'unmuted' });
    if (handling.root !== null) desk.note({ alarm: id, kind: 'unfolded' });
    const changed = handling.root !== null || handling.outcome !== 'waiting';
    return {
      handling: changed ? desk.change(handling, { root: null, outcome: 'waiting', because: null }) : handling,
      quiet,
    };
  }
  const { kind, because } = quiet;
  const root = kind === 'folded' ? because : null;
  if (handling.outcome === kind && handling.because === because) return { handling, quiet };
  desk.note({ alarm: id, kind, detail: because });
  if (root !== null) {
    // What it explained itself is explained by its own root from now on.
    for (const each of desk.consequences(id)) desk.change(each, { root, because: root });
    wakeRoot(desk, root, handling.severity);
  }
  return { handling: desk.change(handling, { outcome: kind, because, root }), quiet };
}

/** A consequence that is worse than what people know of its root is news of the root's trouble. */
function wakeRoot(desk: Desk, root: string, severity: Severity): void {
  const id = desk.handlings.get(root)?.trouble ?? null;
  const trouble = id === null ? undefined : desk.troubles.get(id);
  if (trouble?.toldAt != null && isWorse(severity, trouble.severity)) desk.wake(id, desk.now);
}

/** What of a standing trouble is news; the first notice is given back, others are told. */
function news(desk: Desk, trouble: Trouble, firing: readonly Handling[]): First | null {
  const severities = firing.map((handling) =>
    worstOf([handling.severity, ...desk.consequences(handling.alarm.id).map((each) => each.severity)]),
  );
  const severity = worstOf(severities);
  const worst = firing[severities.indexOf(severity)] ?? firing[0];
  if (worst === undefined) return null;
  const traits = { ...traitsOf(desk.definitions, worst), severity };
  const taken = takeRoute(desk.notifying, traits, desk.now);
  const route = taken?.route ?? null;
  const worse = isWorse(severity, trouble.severity);
  const begins = trouble.toldAt === null || (worse && route !== null && route.index !== trouble.route);
  if (begins) {
    if (taken === null || route === null) {
      for (const each of firing)
        unrouted(desk, each, taken === null ? 'no policy matches' : 'no route matches');
      return null;
    }
    return { trouble: trouble.id, policy: taken.policy.name, route, severity, alarms: firing };
  }
  const interval = routeOf(desk, trouble)?.interval ?? 0;
  const again = firing.filter((handling) => cameAgain(desk, trouble, handling, interval));
  markTold(desk, again, 'told');
  const fresh = firing.filter((handling) => handling.firstToldAt === null && !again.includes(handling));
  if (fresh.length === 0 && !worse) return null;
  const earliest = (trouble.lastToldAt ?? desk.now) + interval;
  if (!worse && desk.now < earliest) desk.wake(trouble.id, earliest);
  else tellChange(desk, trouble, firing, severity);
  return null;
}

/** Whether people take it for standing all the time: it was told, and its end was not, and it began again soon after. */
function cameAgain(desk: Desk, trouble: Trouble, handling: Handling, interval: number): boolean {
  if (handling.firstToldAt !== null) return false;
  const item = itemOf(handling.alarm);
  return desk.members(trouble).some(({ alarm, firstToldAt }) => {
    if (firstToldAt === null || alarm.clearedAt === null || itemOf(alarm) !== item) return false;
    return handling.alarm.raisedAt - alarm.clearedAt <= interval;
  });
}

function unrouted(desk: Desk, handling: Handling, because: string): void {
  if (handling.outcome !== 'unrouted') desk.change(handling, { outcome: 'unrouted', because });
}

/** The route by which a trouble was told; undefined where the definitions have it no more. */
export function routeOf(desk: Desk, trouble: Trouble): Route | undefined {
  return trouble.route === null
    ? undefined
    : policyNamed(desk.notifying, trouble.policy)?.routes[trouble.route];
}

/** Tells everybody who was told before that there is more, or worse, of it. */
function tellChange(desk: Desk, trouble: Trouble, firing: readonly Handling[], severity: Severity): void {
  const route = routeOf(desk, trouble);
  const reached = route?.levels[trouble.level - 1]?.after ?? 0;
  const told = desk.troubles.set(trouble.id, {
    ...trouble,
    // Where it had been answered, the time to answer begins anew.
    toldAt: trouble.escalateAt === null ? desk.now - reached : trouble.toldAt,
    severity: isWorse(severity, trouble.severity) ? severity : trouble.severity,
    audience: reachable(desk, trouble.audience, firing),
    lastToldAt: desk.now,
    notices: trouble.notices + 1,
  });
  tellTrouble(desk, told, { kind: 'changed', alarms: firing, deliveries: deliveriesTo(told.audience) });
  markTold(desk, firing, 'told');
  if (route !== undefined) schedule(desk, told.id, route);
}

/** Puts the notices of a trouble on the desk, with the consequences of its alarms. */
export function tellTrouble(
  desk: Desk,
  trouble: Trouble,
  what: {
    readonly kind: 'raised' | 'changed' | 'repeated' | 'escalated' | 'assigned' | 'recovered' | 'flapping';
    readonly alarms: readonly Handling[];
    readonly deliveries: readonly Delivery[];
    readonly level?: number;
    readonly extra?: string | null;
  },
): void {
  const { kind, alarms, deliveries, level = trouble.level, extra = null } = what;
  tellPeople(desk, {
    id: `${trouble.id}#${trouble.notices}`,
    kind,
    thread: trouble.id,
    severity: trouble.severity ?? worstOf(alarms.map(({ severity }) => severity)),
    level,
    deliveries,
    alarms,
    folded: kind === 'recovered' ? [] : alarms.flatMap(({ alarm }) => desk.consequences(alarm.id)),
    extra,
  });
}

/** Tells a trouble for the first time by this route: its first level behind which there is somebody. */
export function tellFirst(desk: Desk, first: First): void {
  const trouble = desk.troubles.get(first.trouble);
  if (trouble === undefined) return;
  const { route, policy, severity } = first;
  const found = firstLevel(desk, { route, from: 1, before: [], alarms: first.alarms });
  if (found === null) {
    for (const each of first.alarms) unrouted(desk, each, 'nobody stands behind any level');
    desk.wake(trouble.id, desk.now + Math.max(route.interval, 60_000));
    return;
  }
  const audience = withDeliveries(trouble.audience, found.deliveries);
  const told = desk.troubles.set(trouble.id, {
    ...trouble,
    policy,
    route: route.index,
    severity,
    toldAt: desk.now,
    lastToldAt: desk.now,
    level: found.level,
    persons: found.persons,
    audience,
    storm: null,
    notices: trouble.notices + 1,
  });
  const kind = trouble.toldAt === null ? 'raised' : 'changed';
  const deliveries = kind === 'raised' ? found.deliveries : deliveriesTo(audience);
  tellTrouble(desk, told, { kind, alarms: first.alarms, deliveries });
  markTold(desk, first.alarms, 'told');
  schedule(desk, told.id, route);
}

/** Puts down when a trouble is told again and further, as long as somebody is to answer. */
export function schedule(desk: Desk, id: string, route: Route): void {
  const trouble = desk.troubles.get(id);
  if (trouble === undefined || trouble.toldAt === null) return;
  const unanswered = desk.members(trouble).some((each) => isUnanswered(each) && each.firstToldAt !== null);
  const next = route.levels[trouble.level];
  desk.troubles.set(id, {
    ...trouble,
    escalateAt: unanswered && next !== undefined ? Math.max(trouble.toldAt + next.after, desk.now) : null,
    repeatAt: unanswered && route.repeat !== null ? desk.now + route.repeat : null,
  });
}

/** Puts down that people know of these alarms. */
export function markTold(
  desk: Desk,
  alarms: readonly Handling[],
  outcome: 'told' | 'storm' | 'flapping',
): void {
  for (const { alarm } of alarms) {
    const handling = desk.handlings.get(alarm.id);
    if (handling === undefined || handling.firstToldAt !== null) continue;
    desk.note({ alarm: alarm.id, kind: outcome });
    desk.change(handling, { outcome, because: null, root: null, firstToldAt: desk.now });
  }
}

/** Nothing of it stands: who was told is told so, unless it still flaps. */
function end(desk: Desk, trouble: Trouble, members: readonly Handling[]): void {
  const flapping = members
    .map((handling) => desk.items.get(itemOf(handling.alarm)))
    .filter((item) => item?.since != null);
  const until = Math.max(...flapping.map((item) => item?.until ?? 0));
  if (flapping.length > 0) {
    desk.wake(trouble.id, Math.max(until, desk.now + 1));
    return;
  }
  const told = members.filter(({ firstToldAt }) => firstToldAt !== null);
  if (trouble.toldAt !== null) {
    const last = { ...trouble, notices: trouble.notices + 1 };
    const deliveries = deliveriesTo(trouble.audience);
    tellTrouble(desk, last, { kind: 'recovered', alarms: told.length > 0 ? told : members, deliveries });
  }
  for (const handling of members) forget(desk, handling);
  desk.troubles.remove(trouble.id, trouble);
  const storm = trouble.storm === null ? undefined : desk.storms.get(trouble.storm);
  if (storm !== undefined && storm.calmAt === null) desk.storms.set(storm.id, { ...storm, lookAt: desk.now });
}

/** An alarm that is over leaves the desk; what became of it stays with it. */
function forget(desk: Desk, before: Handling): void {
  const handling = feed(desk, before, true);
  const { outcome } = handling;
  const last: Handling = {
    ...handling,
    trouble: null,
    outcome: outcome === 'waiting' ? 'brief' : outcome,
  };
  desk.handlings.remove(handling.alarm.id, last);
}

/** Leaves out of a trouble what ended long ago, so that one that flaps for days stays small. */
export function trim(desk: Desk, trouble: Trouble): void {
  const ended = desk.members(trouble).filter((handling) => !isOpen(handling));
  const surplus = ended.slice(0, Math.max(0, ended.length - ENDED_KEPT));
  if (surplus.length === 0) return;
  const gone = new Set(surplus.map(({ alarm }) => alarm.id));
  desk.troubles.set(trouble.id, { ...trouble, members: trouble.members.filter((id) => !gone.has(id)) });
  for (const handling of surplus) forget(desk, handling);
}
