/**
 * What is told as time passes and nobody sees to a trouble: the next level, and the same again.
 *
 * A trouble of which all that people know is quiet by then is left alone until that may be over, and is told again then.
 */

import { ALARM } from '../lifecycles/index.ts';
import type { Desk } from './desk.ts';
import { firstLevel, reachable } from './first-level.ts';
import { type Handling, isUnanswered, traitsOf } from './handling.ts';
import { routeOf, schedule, tellFirst, tellTrouble } from './look.ts';
import type { Trouble } from './notifier-state.ts';
import { quietOf, worstOf } from './quiet.ts';
import { takeRoute } from './route.ts';
import { audienceOf } from './storms.ts';
import { deliveriesTo, withDeliveries } from './tell-people.ts';

/** Tells the next level behind which there is somebody. */
export function escalate(desk: Desk, id: string): void {
  const trouble = desk.troubles.get(id);
  if (trouble === undefined) return;
  const alarms = loud(desk, trouble);
  const route = routeOf(desk, trouble);
  if (alarms.length === 0 || route === undefined) {
    pause(desk, trouble);
    return;
  }
  const found = firstLevel(desk, {
    ...{ route, from: trouble.level + 1, before: trouble.persons, alarms },
  });
  if (found === null) {
    desk.troubles.set(id, { ...trouble, escalateAt: null });
    return;
  }
  const before = { ...audienceOf(desk, trouble.storm), ...trouble.audience };
  const told = desk.troubles.set(id, {
    ...trouble,
    level: found.level,
    persons: found.persons.length > 0 ? found.persons : trouble.persons,
    audience: withDeliveries(before, found.deliveries),
    storm: null,
    lastToldAt: desk.now,
    notices: trouble.notices + 1,
  });
  tellTrouble(desk, told, { kind: 'escalated', alarms, deliveries: found.deliveries });
  for (const handling of alarms) {
    const move = ALARM.next(handling.standing, 'escalate');
    const detail = `level ${found.level}: ${found.persons.join(', ') || found.deliveries.map(({ channel }) => channel).join(', ')}`;
    desk.note({ alarm: handling.alarm.id, kind: 'escalated', detail });
    if (move?.state === 'escalated') desk.change(handling, { standing: 'escalated', level: found.level });
  }
  schedule(desk, id, route);
}

/** Tells everybody again who was told; by another route, where the time of day has brought one. */
export function repeat(desk: Desk, id: string): void {
  const trouble = desk.troubles.get(id);
  if (trouble === undefined) return;
  const alarms = loud(desk, trouble);
  const [worst] = alarms.toSorted((a, b) => (worstOf([a.severity, b.severity]) === a.severity ? -1 : 1));
  const route = routeOf(desk, trouble);
  if (worst === undefined || route === undefined) {
    pause(desk, trouble);
    return;
  }
  const severity = trouble.severity ?? worst.severity;
  const now = takeRoute(desk.notifying, { ...traitsOf(desk.definitions, worst), severity }, desk.now);
  if (
    now !== null &&
    now.route !== null &&
    (now.route.index !== route.index || now.policy.name !== trouble.policy)
  ) {
    tellFirst(desk, { trouble: id, policy: now.policy.name, route: now.route, severity, alarms });
    return;
  }
  const audience = reachable(desk, { ...audienceOf(desk, trouble.storm), ...trouble.audience }, alarms);
  // Where the levels were held up, the time to answer goes on from here.
  const reached = route.levels[trouble.level - 1]?.after ?? 0;
  const toldAt = trouble.escalateAt === null ? desk.now - reached : trouble.toldAt;
  const told = desk.troubles.set(id, {
    ...{ ...trouble, audience, storm: null, toldAt },
    ...{ lastToldAt: desk.now, notices: trouble.notices + 1 },
  });
  tellTrouble(desk, told, { kind: 'repeated', alarms, deliveries: deliveriesTo(audience) });
  schedule(desk, id, route);
}

/** Its alarms that nobody sees to and that people know of, save those that are quiet now. */
function loud(desk: Desk, trouble: Trouble): readonly Handling[] {
  return desk
    .members(trouble)
    .filter((each) => isUnanswered(each) && each.firstToldAt !== null && quietOf(desk, each) === null);
}

/** Nothing is told now; once what keeps it quiet is over, it is told again. */
function pause(desk: Desk, trouble: Trouble): void {
  const ends = desk
    .members(trouble)
    .filter((each) => isUnanswered(each) && each.firstToldAt !== null)
    .flatMap((each) => quietOf(desk, each)?.until ?? []);
  const until = ends.length === 0 ? null : Math.max(desk.now + 1, Math.min(...ends));
  desk.troubles.set(trouble.id, { ...trouble, escalateAt: null, repeatAt: until });
}
