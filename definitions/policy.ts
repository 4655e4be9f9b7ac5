/**
 * Policies and channels as the engine reads them: names looked up, spans in milliseconds (a day is 24 hours here), matches
 * and times as functions.
 */
import type { Place } from './place.ts';
import type { Severity } from './severity.ts';
import type { Title } from './title.ts';

/** What of an alarm policies look at. */
export interface AlarmTraits {
  readonly severity: Severity;
  readonly source: string;
  readonly group: string | null;
  readonly flow: string;
  readonly key: string;
  readonly step: string | null;
  readonly name: string;
  readonly tradingDay: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Whether an alarm fits. */
export type Matcher = (alarm: AlarmTraits) => boolean;

/** When something holds. */
export interface Times {
  covers(at: number): boolean;
  /** the first time after `at` at which the answer changes; null where it does not within two weeks */
  nextChange(at: number): number | null;
}

export interface Person {
  readonly name: string;
  readonly title: Title | null;
  /** channel -> address */
  readonly addresses: ReadonlyMap<string, string>;
  /** what this person is told in, where nobody else reads it; null: what the channel speaks */
  readonly language: ChannelDefinition['language'] | null;
  readonly backup: string | null;
  readonly head: string | null;
}

export interface Level {
  /** milliseconds after the trouble was first told */
  readonly after: number;
  /** persons, teams, duties, `backup`, `head`; empty: the channels alone */
  readonly to: readonly string[];
  readonly over: readonly string[];
}

export interface Route {
  readonly index: number;
  readonly match: Matcher;
  readonly times: Times;
  /** fields of an alarm that make one trouble: `flow`, `key`, …, `label.NAME` */
  readonly by: readonly string[];
  readonly wait: number;
  readonly interval: number;
  /** null: never told again */
  readonly repeat: number | null;
  /** in the order of their delays */
  readonly levels: readonly Level[];
  readonly at: Place;
}

export interface Feed {
  readonly match: Matcher;
  readonly over: readonly string[];
}

export interface Rise {
  readonly match: Matcher;
  readonly after: number;
  readonly to: Severity;
}

export interface Maintenance {
  readonly match: Matcher;
  readonly times: Times;
  readonly reason: string;
  readonly at: Place;
}

export interface Limit {
  readonly over: number;
  readonly within: number;
  readonly calm: number;
}

export interface StormLimit extends Limit {
  /** how long a storm that begins waits for what else comes */
  readonly gather: number;
  /** the least time between two summaries */
  readonly every: number;
}

export interface Policy {
  readonly name: string;
  readonly title: Title | null;
  readonly match: Matcher;
  readonly routes: readonly Route[];
  readonly feeds: readonly Feed[];
  readonly rises: readonly Rise[];
  readonly maintenance: readonly Maintenance[];
  readonly flapping: Limit;
  readonly storm: StormLimit;
  readonly at: Place;
}

export interface ChannelDefinition {
  readonly name: string;
  readonly title: Title | null;
  readonly type: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly language: 'en' | 'zh' | 'both';
  /** whether it is told when a trouble ends */
  readonly recovery: boolean;
  readonly quota: { readonly count: number; readonly per: number } | null;
  readonly timeout: number;
  readonly deadline: number;
  readonly fallback: string | null;
  readonly dryRun: boolean;
  readonly subject: string | null;
  readonly text: string | null;
  readonly at: Place;
  readonly settingsAt: Place;
  readonly typeAt: Place;
}

/** Who is told of what, by what. */
export interface Notifying {
  /** in the order in which they are asked */
  readonly policies: readonly Policy[];
  readonly channels: ReadonlyMap<string, ChannelDefinition>;
  readonly people: ReadonlyMap<string, Person>;
  /** The persons behind the name of a person, a team or a duty at a time, each once; none where nobody is on duty. */
  who(name: string, at: number): readonly Person[];
}
