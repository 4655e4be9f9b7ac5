/**
 * First notices, one by one or, past the policy's rate, as one summary with the list.
 *
 * 1. All troubles that begin in one turn are counted before any of them is told.
 * 2. During a storm nobody is told of single troubles; what stands when it is over escalates from then on.
 * 3. What may have been told before a restore or a replay is one summary of its own, however little it is.
 * 4. A storm is over for people when none of its troubles stands: they are told so once.
 */
import type { StormLimit } from '../../definitions/index.ts';
import type { Desk } from './desk.ts';
import { firstLevel } from './first-level.ts';
import { type Handling, isOpen } from './handling.ts';
import { type First, markTold, routeOf, schedule, tellFirst } from './look.ts';
import type { Storm } from './notifier-state.ts';
import { worstOf } from './quiet.ts';
import { isReplayed } from './replayed.ts';
import { policyNamed } from './route.ts';
import { type Audience, deliveriesTo, tellPeople, withDeliveries } from './tell-people.ts';

/** Of a policy that the definitions have no more. */
const USUAL = { calm: 5 * 60_000, gather: 15_000, every: 5 * 60_000 };

/** Tells what is to be told for the first time in this turn. */
export function tellFirsts(desk: Desk, firsts: readonly First[]): void {
  const policies = new Set(firsts.map(({ policy }) => policy));
  for (const policy of policies) {
    const all = firsts.filter((first) => first.policy === policy);
    const again = all.filter(({ alarms }) =>
      isReplayed(
        desk,
        alarms.map(({ alarm }) => alarm),
      ),
    );
    const own = all.filter((first) => !again.includes(first));
    const limit = policyNamed(desk.notifying, policy)?.storm;
    if (again.length > 0) gather(desk, replayOf(desk, policy, limit ?? USUAL), again);
    const storm = limit === undefined ? null : stormOf(desk, policy, limit, own.length);
    if (storm === null) for (const first of own) tellFirst(desk, first);
    else gather(desk, storm, own);
  }
}

/** The storm that new troubles of a policy belong to; null where it is calm. Counts them. */
function stormOf(desk: Desk, policy: string, limit: StormLimit, fresh: number): Storm | null {
  const { now } = desk;
  const id = `policy:${policy}`;
  const recent = (desk.items.get(id)?.raises ?? []).filter((at) => at > now - limit.within);
  const starts = [...recent, ...Array.from({ length: fresh }, () => now)].slice(-(limit.over + 1));
  desk.items.set(id, { id, raises: starts, since: null, until: now + limit.within });
  const current = [...desk.storms.values()].find(
    (each) => each.policy === policy && each.calmAt !== null && !each.id.startsWith(replayId(policy)),
  );
  if (current !== undefined) return desk.storms.set(current.id, { ...current, calmAt: now + limit.calm });
  if (starts.length <= limit.over) return null;
  const begun: Storm = {
    id: `${policy}/storm/${now}`,
    policy,
    since: now,
    severity: 'info',
    lastToldAt: null,
    troubles: [],
    pending: [],
    lookAt: now + limit.gather,
    calmAt: now + limit.calm,
    audience: {},
    notices: 0,
  };
  return desk.storms.set(begun.id, begun);
}

/** The summary that troubles of a replay go into, however few they are; new ones are told as ever. */
function replayOf(
  desk: Desk,
  policy: string,
  { calm, gather: wait }: Pick<StormLimit, 'calm' | 'gather'>,
): Storm {
  const { now } = desk;
  const current = [...desk.storms.values()].find(
    (each) => each.id.startsWith(replayId(policy)) && each.calmAt !== null,
  );
  if (current !== undefined) return desk.storms.set(current.id, { ...current, calmAt: now + calm });
  const id = `${replayId(policy)}${now}`;
  return desk.storms.set(id, {
    ...{ id, policy, since: now, severity: 'info', lastToldAt: null, troubles: [], pending: [] },
    ...{ lookAt: now + wait, calmAt: now + calm, audience: {}, notices: 0 },
  });
}

function replayId(policy: string): string {
  return `${policy}/replay/`;
}

function gather(desk: Desk, storm: Storm, firsts: readonly First[]): void {
  let { audience } = storm;
  for (const { trouble: id, policy, route, severity, alarms } of firsts) {
    const trouble = desk.troubles.get(id);
    if (trouble === undefined) continue;
    const plan = firstLevel(desk, { route, from: 1, before: [], alarms });
    audience = withDeliveries(audience, plan?.deliveries ?? []);
    desk.troubles.set(id, {
      ...{ ...trouble, policy, route: route.index, severity, storm: storm.id },
      ...{ toldAt: desk.now, lastToldAt: desk.now, escalateAt: null, repeatAt: null },
      ...{ level: plan?.level ?? 1, persons: plan?.persons ?? [] },
    });
    markTold(desk, alarms, 'storm');
  }
  const ids = firsts.map(({ trouble }) => trouble);
  const troubles = [...new Set([...storm.troubles, ...ids])];
  const severity = worstOf([storm.severity, ...firsts.map((first) => first.severity)]);
  desk.storms.set(storm.id, {
    ...storm,
    severity,
    audience,
    troubles,
    pending: [...new Set([...storm.pending, ...ids])],
  });
}

/** Looks at a storm whose time has come: a summary of what is new, its calm, its end. */
export function lookAtStorm(desk: Desk, id: string): void {
  const storm = desk.storms.get(id);
  if (storm === undefined) return;
  const { now } = desk;
  const { every } = policyNamed(desk.notifying, storm.policy)?.storm ?? USUAL;
  const earliest = storm.lastToldAt === null ? now : storm.lastToldAt + every;
  if (storm.pending.length > 0 && earliest > now) {
    desk.storms.set(id, { ...storm, lookAt: earliest });
    return;
  }
  if (storm.pending.length > 0) {
    summarise(desk, storm, storm.pending);
    return;
  }
  if (storm.calmAt !== null && storm.calmAt <= now) {
    calm(desk, storm);
    return;
  }
  const standing = storm.troubles.some((trouble) => desk.troubles.get(trouble)?.storm === id);
  if (storm.calmAt === null && !standing) {
    tellStorm(desk, { ...storm, notices: storm.notices + 1 }, { kind: 'recovered', alarms: [] });
    desk.storms.remove(id, storm);
    return;
  }
  const next = storm.calmAt ?? now + every;
  desk.storms.set(id, { ...storm, lookAt: Math.max(now + 1, Math.min(next, now + every)) });
}

function summarise(desk: Desk, storm: Storm, troubles: readonly string[]): void {
  const alarms = troubles.flatMap((id) => {
    const trouble = desk.troubles.get(id);
    return trouble === undefined ? [] : desk.members(trouble).filter((each) => each.firstToldAt !== null);
  });
  const { every } = policyNamed(desk.notifying, storm.policy)?.storm ?? USUAL;
  const lookAt = Math.min(desk.now + every, Math.max(storm.calmAt ?? 0, desk.now + 1));
  const told = desk.storms.set(storm.id, {
    ...storm,
    pending: [],
    lastToldAt: desk.now,
    notices: storm.notices + 1,
    lookAt,
  });
  tellStorm(desk, told, { kind: 'storm', alarms, troubles: troubles.length });
}

/** No more has come for long enough: what stands of it goes the usual way from now on. */
function calm(desk: Desk, storm: Storm): void {
  desk.storms.set(storm.id, { ...storm, calmAt: null, lookAt: desk.now });
  for (const id of storm.troubles) {
    const trouble = desk.troubles.get(id);
    const route = trouble === undefined ? undefined : routeOf(desk, trouble);
    if (trouble === undefined || trouble.storm !== storm.id || route === undefined) continue;
    desk.troubles.set(id, { ...trouble, toldAt: desk.now });
    schedule(desk, id, route);
  }
}

function tellStorm(
  desk: Desk,
  storm: Storm,
  what: {
    readonly kind: 'storm' | 'recovered';
    readonly alarms: readonly Handling[];
    readonly troubles?: number;
  },
): void {
  const { kind, alarms, troubles = 0 } = what;
  const sorted = alarms.toSorted((a, b) => rank(b) - rank(a));
  tellPeople(desk, {
    id: `${storm.id}#${storm.notices}`,
    kind,
    thread: storm.id,
    severity: kind === 'recovered' ? storm.severity : worstOf(alarms.map(({ severity }) => severity)),
    level: 1,
    deliveries: deliveriesTo(storm.audience),
    alarms: sorted,
    folded: alarms.flatMap(({ alarm }) => desk.consequences(alarm.id)),
    troubles,
    extra: kind === 'recovered' ? `${storm.policy}: ${storm.troubles.length}` : null,
  });
}

function rank(handling: Handling): number {
  return (isOpen(handling) ? 10 : 0) + ['info', 'warning', 'critical'].indexOf(handling.severity);
}

/** The people that a storm told, for a trouble of it that goes its own way from now on. */
export function audienceOf(desk: Desk, storm: string | null): Audience {
  return (storm === null ? undefined : desk.storms.get(storm))?.audience ?? {};
}
