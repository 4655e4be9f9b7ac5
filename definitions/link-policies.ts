/**
 * Documents of the kinds `policy` and `channel` -> who is told of what, by what. People, teams and duties of every policy
 * are known to all of them.
 */
import { createTimes } from './alarm-times.ts';
import { type Calendar, DEFAULT_CALENDAR } from './calendar.ts';
import type { Document } from './document.ts';
import { createWho } from './duty.ts';
import { type Findings, unknownName } from './findings.ts';
import { checkMatches, type Known } from './link-matches.ts';
import { lacks } from './lost.ts';
import { createMatcher, matchOf } from './matcher.ts';
import type { Span } from './moment.ts';
import { strangeFields } from './notice-fields.ts';
import type { Located } from './place.ts';
import type { ChannelDefinition, Limit, Notifying, Person, Policy, Route, StormLimit } from './policy.ts';
import type {
  ChannelDocument,
  DutyDocument,
  LimitDocument,
  PolicyDocument,
  RouteDocument,
  StormDocument,
  TeamDocument,
  TimesDocument,
} from './policy-document.ts';

export interface PolicyContext {
  readonly calendars: ReadonlyMap<string, Calendar>;
  readonly mayBeUnread: (kind: Document['kind'], name: string) => boolean;
  /** there is a policy that could not be read */
  readonly unread: boolean;
  /** what matches may name */
  readonly known: Known;
  readonly findings: Findings;
}

const DAY_MS = 86_400_000;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const RELATIONS = ['backup', 'head'];

const FLAPPING: Limit = { over: 5, within: 30 * MINUTE, calm: 30 * MINUTE };
const SUMMARIES = { gather: 15 * SECOND, every: 5 * MINUTE };
const STORM: StormLimit = { over: 50, within: MINUTE, calm: 5 * MINUTE, ...SUMMARIES };

/** Links all policies and channels; nothing that is only unknown for sure is left unsaid. */
export function linkPolicies(
  policies: readonly PolicyDocument[],
  channels: ReadonlyMap<string, ChannelDocument>,
  context: PolicyContext,
): Notifying {
  const { findings } = context;
  const names = new Map<string, string>();
  const claim = (
    what: string,
    { name, at }: { readonly name: string; readonly at: Located<string>['at'] },
  ) => {
    const other = names.get(name);
    if (RELATIONS.includes(name))
      findings.error(at, 'duplicate-name', `${name} is a word of the levels: call this ${what} otherwise`);
    else if (other !== undefined)
      findings.error(
        at,
        'duplicate-name',
        `there is a ${other} '${name}' already, in one of the policies: rename one`,
      );
    else names.set(name, what);
  };
  const people = new Map<string, Person>();
  const teams = new Map<string, TeamDocument>();
  const duties = new Map<string, { document: DutyDocument; calendar: Calendar }>();
  for (const policy of policies) {
    const calendar = calendarOf(policy, context);
    for (const person of policy.people) {
      claim('person', person);
      const addresses = new Map(person.addresses.map(({ name, value }) => [name, value]));
      people.set(person.name, {
        name: person.name,
        title: person.title,
        addresses,
        language: person.language,
        backup: person.backup?.value ?? null,
        head: person.head?.value ?? null,
      });
    }
    for (const team of policy.teams) {
      claim('team', team);
      teams.set(team.name, team);
    }
    for (const document of policy.duty) {
      claim('duty', document);
      duties.set(document.name, { document, calendar });
    }
  }
  const sure = !context.unread && policies.every((policy) => !lacks(policy, 'people', 'teams', 'duty'));
  checkNames({ policies, channels, people, teams, duties, sure }, context);
  for (const policy of policies) checkMatches(policy, context.known, findings);
  const linked = policies.filter((policy) => policy.routes.length + policy.feeds.length > 0);
  return {
    policies: linked
      .toSorted((a, b) => a.order - b.order || (a.name < b.name ? -1 : 1))
      .map((policy) => linkPolicy(policy, context)),
    channels: new Map([...channels].map(([name, channel]) => [name, linkChannel(channel, findings)])),
    people,
    who: createWho({ people, teams, duties }),
  };
}

function linkPolicy(policy: PolicyDocument, context: PolicyContext): Policy {
  const calendar = calendarOf(policy, context, false);
  const maintenance = policy.maintenance.map((each) => ({
    match: createMatcher(matchOf(each.match)),
    times: createTimes(each, calendar),
    reason: each.reason,
    at: each.at,
  }));
  return {
    name: policy.name,
    title: policy.title,
    match: createMatcher(matchOf(policy.match)),
    routes: policy.routes.map((route, index) => linkRoute(route, index, { policy, calendar, context })),
    feeds: policy.feeds.map(({ match, over }) => ({
      match: createMatcher(matchOf(match)),
      over: over.map(({ value }) => value),
    })),
    rises: policy.rise.map(({ match, after, to }) => ({
      match: createMatcher(matchOf(match)),
      after: msOf(after),
      to,
    })),
    maintenance,
    flapping: limitOf(policy.flapping) ?? FLAPPING,
    storm: stormOf(policy.storm),
    at: policy.at,
  };
}

function linkRoute(
  route: RouteDocument,
  index: number,
  around: { readonly policy: PolicyDocument; readonly calendar: Calendar; readonly context: PolicyContext },
): Route {
  const { policy, calendar, context } = around;
  const levels = route.levels.map(({ after, to, over }) => ({
    after: msOf(after),
    to: to.map(({ value }) => value),
    over: over.map(({ value }) => value),
  }));
  levels.forEach((level, position) => {
    const before = levels[position - 1]?.after ?? -1;
    const at = route.levels[position]?.at ?? route.at;
    if (position === 0 && level.after > 0)
      context.findings.error(
        at,
        'bad-level',
        'the first level is told at once: leave `after` out, or use `wait`',
      );
    else if (level.after <= before)
      context.findings.error(
        at,
        'bad-level',
        'levels follow each other: give this one a longer `after` than the one before',
      );
  });
  const repeat = msOf(route.repeat ?? policy.repeat ?? { days: 0, ms: 4 * 60 * MINUTE });
  return {
    index,
    match: createMatcher(matchOf(route.match)),
    times: createTimes(route, calendar),
    by: route.by ?? policy.by ?? ['flow', 'key'],
    wait: msOf(route.wait ?? policy.wait ?? { days: 0, ms: 30 * SECOND }),
    interval: msOf(route.interval ?? policy.interval ?? { days: 0, ms: 5 * MINUTE }),
    repeat: repeat === 0 ? null : repeat,
    levels,
    at: route.at,
  };
}

function linkChannel(channel: ChannelDocument, findings: Findings): ChannelDefinition {
  for (const template of [channel.subject, channel.text]) {
    for (const name of template === null ? [] : strangeFields(template.value))
      findings.error(
        template?.at ?? channel.at,
        'unknown-field',
        `a notice has no field {${name}}: use {subject}, {text}, {severity}, {flow}, {key}, {step}, {name}, {alarms}, {link} or another of the list in the page on channels`,
      );
  }
  const { at, name, title, language, recovery, quota, dryRun } = channel;
  return {
    name,
    title,
    type: channel.type.value,
    settings: channel.settings.value,
    language,
    recovery,
    quota: quota === null ? null : { count: quota.count, per: Math.max(1, msOf(quota.per)) },
    timeout: channel.timeout === null ? 15 * SECOND : Math.max(1, msOf(channel.timeout)),
    deadline: channel.deadline === null ? DAY_MS : msOf(channel.deadline),
    fallback: channel.fallback?.value ?? null,
    dryRun,
    subject: channel.subject?.value ?? null,
    text: channel.text?.value ?? null,
    at,
    settingsAt: channel.settings.at,
    typeAt: channel.type.at,
  };
}

/** The calendar of a policy, with what is wrong about it said once. */
function calendarOf(policy: PolicyDocument, context: PolicyContext, say = true): Calendar {
  const { calendars, mayBeUnread, findings } = context;
  if (policy.calendar === null) {
    if (say && !lacks(policy, 'calendar')) checkSessions(policy, DEFAULT_CALENDAR, findings);
    return DEFAULT_CALENDAR;
  }
  const { value, at } = policy.calendar;
  const calendar = calendars.get(value);
  if (calendar !== undefined) {
    if (say) checkSessions(policy, calendar, findings);
    return calendar;
  }
  if (say && !mayBeUnread('calendar', value))
    findings.error(at, 'unknown-calendar', unknownName('calendar', value, calendars.keys()));
  return DEFAULT_CALENDAR;
}

function checkSessions(policy: PolicyDocument, calendar: Calendar, findings: Findings): void {
  const times: readonly TimesDocument[] = [
    ...policy.routes,
    ...policy.maintenance,
    ...policy.duty.flatMap(({ entries }) => entries),
  ];
  for (const { value, at } of times.flatMap(({ during }) => during)) {
    if (value.kind !== 'session' || value.session === null) continue;
    if (calendar.sessionNames.includes(value.session)) continue;
    const where =
      calendar === DEFAULT_CALENDAR
        ? 'session of the default calendar'
        : `session of calendar '${calendar.name}'`;
    findings.error(at, 'unknown-session', unknownName(where, value.session, calendar.sessionNames));
  }
}

function checkNames(
  found: {
    readonly policies: readonly PolicyDocument[];
    readonly channels: ReadonlyMap<string, ChannelDocument>;
    readonly people: ReadonlyMap<string, Person>;
    readonly teams: ReadonlyMap<string, TeamDocument>;
    readonly duties: ReadonlyMap<string, unknown>;
    readonly sure: boolean;
  },
  { mayBeUnread, findings }: PolicyContext,
): void {
  const { policies, channels, people, teams, duties, sure } = found;
  const everyone = [...people.keys(), ...teams.keys(), ...duties.keys()];
  const look = (what: string, located: Located<string>, candidates: readonly string[]) => {
    if (!sure || candidates.includes(located.value)) return;
    findings.error(located.at, 'unknown-name', unknownName(what, located.value, candidates));
  };
  const channel = ({ value, at }: Located<string>) => {
    if (channels.has(value) || mayBeUnread('channel', value)) return;
    findings.error(at, 'unknown-channel', unknownName('channel', value, channels.keys()));
  };
  for (const policy of policies) {
    for (const person of policy.people) {
      for (const { at, name } of person.addresses) channel({ value: name, at });
      if (person.language !== null && person.addresses.length === 0 && !lacks(person, 'addresses'))
        findings.warning(
          person.at,
          'no-address',
          `nothing is told to ${person.name} in a language: give \`addresses\`, or leave \`language\` out`,
        );
      for (const other of [person.backup, person.head])
        if (other !== null) look('person', other, [...people.keys()]);
    }
    for (const team of policy.teams)
      for (const member of team.members) look('person', member, [...people.keys()]);
    for (const duty of policy.duty) {
      for (const entry of duty.entries)
        for (const each of entry.kind === 'who' ? entry.who : entry.rota)
          look('person or team', each, [...people.keys(), ...teams.keys()]);
      const last = duty.entries.at(-1);
      if (last !== undefined && !lacks(last, 'during', 'days', 'from', 'until') && isPartial(last))
        findings.warning(
          last.at,
          'gap-in-duty',
          `nobody may be on ${duty.name} at some times: add a last entry without during, days, from and until`,
        );
    }
    for (const route of policy.routes) {
      for (const level of route.levels) {
        level.over.forEach(channel);
        for (const each of level.to) look('person, team or duty', each, [...everyone, ...RELATIONS]);
      }
    }
    for (const feed of policy.feeds) feed.over.forEach(channel);
    const last = policy.routes.at(-1);
    if (last !== undefined && !lacks(last, 'match') && (last.match !== null || isPartial(last)))
      findings.warning(
        last.at,
        'no-last-route',
        `alarms that no route of ${policy.name} matches are told to nobody: add a last route without match`,
      );
  }
  for (const { fallback } of channels.values()) if (fallback !== null) channel(fallback);
}

function isPartial({ during, days, from, until }: TimesDocument): boolean {
  return during.length > 0 || days.length > 0 || from !== null || until !== null;
}

function limitOf(limit: LimitDocument | null): Limit | null {
  if (limit === null) return null;
  return { over: limit.over, within: msOf(limit.within), calm: msOf(limit.calm) };
}

function stormOf(storm: StormDocument | null): StormLimit {
  const limit = limitOf(storm);
  if (storm === null || limit === null) return STORM;
  const { gather, every } = storm;
  return {
    ...limit,
    gather: gather === null ? SUMMARIES.gather : msOf(gather),
    every: every === null ? SUMMARIES.every : msOf(every),
  };
}

function msOf({ days, ms }: Span): number {
  return days * DAY_MS + ms;
}
