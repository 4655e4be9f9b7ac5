/**
 * Who would get what, when: the policy and the route that take an alarm at a time, and the people behind each level.
 * Pure, so that `milepost route`, tests and the notifier itself ask the same.
 */
import type { AlarmTraits, Notifying, Person, Policy, Route, Title } from '../../definitions/index.ts';
import { CHANNEL_FLOW } from '../own-flows.ts';
import type { Recipient } from './channel.ts';
import { LAST_POLICY, otherChannels } from './channel-alarms.ts';

/** The route that takes an alarm. */
export interface Taken {
  readonly policy: Policy;
  /** null: none of its routes matches, so nobody is told */
  readonly route: Route | null;
}

/** A notice to one channel with the people in it. */
export interface Delivery {
  readonly channel: string;
  readonly to: readonly Recipient[];
}

/** What a level does at a time. */
export interface LevelPlan {
  /** 1 for the first */
  readonly level: number;
  /** milliseconds after the first notice */
  readonly after: number;
  readonly persons: readonly string[];
  /** empty where nobody stands behind it */
  readonly deliveries: readonly Delivery[];
}

/** The policy that takes an alarm; undefined where none does. */
export function policyFor(notifying: Notifying, alarm: AlarmTraits): Policy | undefined {
  const taken = notifying.policies.find((each) => each.routes.length > 0 && each.match(alarm));
  return taken ?? (LAST_POLICY.match(alarm) ? LAST_POLICY : undefined);
}

/** The policy of a name; undefined where the definitions have it no more. */
export function policyNamed(notifying: Notifying, name: string): Policy | undefined {
  return name === LAST_POLICY.name ? LAST_POLICY : notifying.policies.find((each) => each.name === name);
}

/** Finds the policy and route that take an alarm at a time; null where no policy does. */
export function takeRoute(notifying: Notifying, alarm: AlarmTraits, at: number): Taken | null {
  const policy = policyFor(notifying, alarm);
  if (policy === undefined) return null;
  const route = policy.routes.find((each) => each.match(alarm) && each.times.covers(at)) ?? null;
  if (route === null && LAST_POLICY.match(alarm)) return takeLast();
  return { policy, route };
}

function takeLast(): Taken {
  return { policy: LAST_POLICY, route: LAST_POLICY.routes[0] ?? null };
}

/** The channels of all policies that are given this alarm by itself. */
export function feedsOf(notifying: Notifying, alarm: AlarmTraits): readonly string[] {
  const over = notifying.policies
    .filter((policy) => policy.match(alarm))
    .flatMap(({ feeds }) => feeds.filter(({ match }) => match(alarm)).flatMap((feed) => feed.over));
  return [...new Set(over)];
}

/**
 * What a level does at a time. `before` are the persons that were told by the level before it, for `backup` and `head`.
 */
export function planLevel(
  notifying: Notifying,
  asked: {
    readonly route: Route;
    /** 1 for the first */
    readonly level: number;
    readonly before: readonly string[];
    readonly at: number;
  },
): LevelPlan {
  const { route, level, before, at } = asked;
  const found = route.levels[level - 1];
  if (found === undefined) return { level, after: 0, persons: [], deliveries: [] };
  const persons = uniquely(found.to.flatMap((name) => personsOf(notifying, name, before, at)));
  const deliveries = found.over.flatMap((channel): readonly Delivery[] => {
    const to = persons.flatMap((person) => recipient(person, channel));
    if (to.length > 0) return [{ channel, to }];
    return found.to.length > 0 && isPersonal(notifying, channel) ? [] : [{ channel, to: [] }];
  });
  const someone = found.to.length === 0 || persons.length > 0;
  return {
    level,
    after: found.after,
    persons: persons.map(({ name }) => name),
    deliveries: someone ? deliveries : [],
  };
}

/** Who is told of channels that are down where levels lead over these alone. */
export function planInstead(notifying: Notifying, down: ReadonlySet<string>): LevelPlan {
  const deliveries = otherChannels(notifying, down).map(({ channel, persons }): Delivery => {
    const found = persons.flatMap((name) => notifying.people.get(name) ?? []);
    return { channel, to: found.flatMap((person) => recipient(person, channel)) };
  });
  const persons = new Set(deliveries.flatMap(({ to }) => to.map(({ name }) => name)));
  return { level: 1, after: 0, persons: [...persons], deliveries };
}

function personsOf(
  notifying: Notifying,
  name: string,
  before: readonly string[],
  at: number,
): readonly Person[] {
  if (name !== 'backup' && name !== 'head') return notifying.who(name, at);
  return before.flatMap((each) => {
    const other = notifying.people.get(each)?.[name] ?? null;
    return other === null ? [] : (notifying.people.get(other) ?? []);
  });
}

function recipient(person: Person, channel: string): readonly Recipient[] {
  const address = person.addresses.get(channel);
  return address === undefined
    ? []
    : [{ name: person.name, title: titleOf(person.title, person.name), address }];
}

/** Whether a channel reaches persons by their addresses, rather than a place where everybody looks. */
function isPersonal(notifying: Notifying, channel: string): boolean {
  return [...notifying.people.values()].some(({ addresses }) => addresses.has(channel));
}

function uniquely(persons: readonly Person[]): readonly Person[] {
  return [...new Map(persons.map((person) => [person.name, person])).values()];
}

/** A title in one line for all languages: the name where there is none. */
function titleOf(title: Title | null, name: string): string {
  if (title === null) return name;
  if (typeof title === 'string') return title;
  return [title.zh, title.en].filter((text) => text !== undefined).join(' ');
}

/** What would happen about an alarm that is raised at `at` and that nobody acknowledges. */
export interface RoutePlan {
  readonly policy: string | null;
  /** 1 for the first route of the policy; null where none matches */
  readonly route: number | null;
  readonly feeds: readonly string[];
  /** when the first notice would go out; null where nobody is told */
  readonly firstAt: number | null;
  readonly repeat: number | null;
  readonly levels: readonly (LevelPlan & { readonly at: number })[];
  /** why nobody would be told at that time; null otherwise */
  readonly quiet: string | null;
}

/**
 * Answers who would get what, when, for an alarm raised at a time. Levels that nobody stands behind are passed over, as
 * the notifier does; each is asked at the time at which it would be told.
 */
export function planRoute(notifying: Notifying, alarm: AlarmTraits, at: number): RoutePlan {
  const feeds = feedsOf(notifying, alarm);
  const taken = takeRoute(notifying, alarm, at);
  const nothing = { feeds, firstAt: null, repeat: null, levels: [] };
  if (taken === null) return { policy: null, route: null, quiet: 'no policy matches', ...nothing };
  const { policy, route } = taken;
  if (route === null) return { policy: policy.name, route: null, quiet: 'no route matches', ...nothing };
  const pause = policy.maintenance.find(({ match, times }) => match(alarm) && times.covers(at)) ?? null;
  const firstAt = at + route.wait;
  const levels: (LevelPlan & { readonly at: number })[] = [];
  let before: readonly string[] = [];
  let passed = true;
  for (let level = 1; level <= route.levels.length; level += 1) {
    const { after = 0 } = route.levels[level - 1] ?? {};
    // A level in whose place another was passed over is told when that one would have been.
    const told = passed ? (levels.at(-1)?.at ?? firstAt) : firstAt + after;
    const plan = planLevel(notifying, { route, level, before, at: told });
    passed = plan.deliveries.length === 0;
    if (plan.persons.length > 0) before = plan.persons;
    levels.push({ ...plan, at: told });
  }
  if (alarm.flow === CHANNEL_FLOW) {
    const own = (channel: string) => channel === alarm.key;
    for (const [index, level] of levels.entries())
      levels[index] = { ...level, deliveries: level.deliveries.filter(({ channel }) => !own(channel)) };
    if (levels.every(({ deliveries }) => deliveries.length === 0))
      levels.splice(0, levels.length, { ...planInstead(notifying, new Set([alarm.key])), at: firstAt });
  }
  return {
    policy: policy.name,
    route: route.index + 1,
    feeds,
    firstAt,
    repeat: route.repeat,
    levels,
    quiet: pause === null ? null : `maintenance: ${pause.reason}`,
  };
}
