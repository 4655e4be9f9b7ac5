/** The level that is told next, as it can be reached now. */
import type { Route } from '../../definitions/index.ts';
import { downBy } from './channel-alarms.ts';
import type { Desk } from './desk.ts';
import { type Handling, isOpen } from './handling.ts';
import { type LevelPlan, planInstead, planLevel } from './route.ts';
import { type Audience, withDeliveries } from './tell-people.ts';

/**
 * The first level from this one on behind which there is somebody now, for these alarms; `before` are the persons told by
 * the level before. null where there is none. Alarms about channels go by others than those.
 */
export function firstLevel(
  desk: Desk,
  asked: {
    readonly route: Route;
    /** 1 for the first */
    readonly from: number;
    readonly before: readonly string[];
    readonly alarms: readonly Handling[];
  },
): LevelPlan | null {
  const { route, from, alarms } = asked;
  const down = channelsDown(desk, alarms);
  let persons = asked.before;
  for (let level = from; level <= route.levels.length; level += 1) {
    const plan = planLevel(desk.notifying, { route, level, before: persons, at: desk.now });
    const deliveries = plan.deliveries.filter(({ channel }) => !down.has(channel));
    if (deliveries.length > 0) return { ...plan, deliveries };
    if (plan.persons.length > 0) persons = plan.persons;
  }
  if (from > 1 || down.size === 0) return null;
  const instead = planInstead(desk.notifying, down);
  return instead.deliveries.length === 0 ? null : instead;
}

/** An audience that can be reached about these alarms: where all of it is behind channels that are down, others with it. */
export function reachable(desk: Desk, audience: Audience, alarms: readonly Handling[]): Audience {
  const down = channelsDown(desk, alarms);
  if (down.size === 0 || Object.keys(audience).some((channel) => !down.has(channel))) return audience;
  return withDeliveries(audience, planInstead(desk.notifying, down).deliveries);
}

/** Where one of these alarms is about a channel: all channels that are known to be down. */
function channelsDown(desk: Desk, alarms: readonly Handling[]): ReadonlySet<string> {
  if (alarms.every(({ alarm }) => downBy(alarm) === null)) return new Set();
  const open = [...desk.handlings.values()].filter(isOpen);
  return new Set(open.flatMap(({ alarm }) => downBy(alarm) ?? []));
}
