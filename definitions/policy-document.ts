/**
 * Documents of the kinds `policy` and `channel` as read: who is told of which alarms, and by what. Names are not looked up
 * yet. Every list that may be written as one item is a list here.
 */
import type { Lost, MayLack } from './lost.ts';
import type { Day, Span, TimeOfDay, Weekday } from './moment.ts';
import type { Located, Place } from './place.ts';
import type { Severity } from './severity.ts';
import type { Title } from './title.ts';

/** What an alarm can be matched by; patterns may hold `*`. A field without patterns matches everything. */
export interface PatternsDocument extends MayLack {
  readonly at: Place;
  readonly severity: readonly Severity[];
  readonly source: readonly string[];
  readonly group: readonly Located<string>[];
  readonly flow: readonly Located<string>[];
  readonly step: readonly Located<string>[];
  readonly name: readonly Located<string>[];
  readonly key: readonly Located<string>[];
  readonly label: readonly LabelDocument[];
}

export interface LabelDocument {
  readonly at: Place;
  readonly name: string;
  readonly values: readonly string[];
}

export interface MatchDocument extends PatternsDocument {
  readonly not: PatternsDocument | null;
}

/** `"08:30-17:00"`, a session's name, or `trading` for any session. */
export type DayWindow =
  | { readonly kind: 'hours'; readonly from: TimeOfDay; readonly to: TimeOfDay }
  | { readonly kind: 'session'; readonly session: string | null };

export type DayChoice = Weekday | 'trading' | 'non-trading';

/** When something holds: all of what is given must fit, any item of a list will do. */
export interface TimesDocument {
  readonly during: readonly Located<DayWindow>[];
  readonly days: readonly DayChoice[];
  readonly from: Day | null;
  readonly until: Day | null;
}

export interface PersonDocument extends MayLack {
  readonly at: Place;
  readonly name: string;
  readonly title: Title | null;
  /** the address per channel */
  readonly addresses: readonly { readonly at: Place; readonly name: string; readonly value: string }[];
  readonly language: ChannelDocument['language'] | null;
  readonly backup: Located<string> | null;
  readonly head: Located<string> | null;
}

export interface TeamDocument {
  readonly at: Place;
  readonly name: string;
  readonly members: readonly Located<string>[];
}

export type DutyEntryDocument = TimesDocument & { readonly at: Place; readonly lost?: Lost } & (
    | { readonly kind: 'who'; readonly who: readonly Located<string>[] }
    | {
        readonly kind: 'rota';
        readonly rota: readonly Located<string>[];
        readonly each: Span;
        readonly since: Day;
        readonly turn: TimeOfDay;
      }
  );

export interface DutyDocument {
  readonly at: Place;
  readonly name: string;
  readonly entries: readonly DutyEntryDocument[];
}

export interface LevelDocument extends MayLack {
  readonly at: Place;
  readonly after: Span;
  readonly to: readonly Located<string>[];
  readonly over: readonly Located<string>[];
}

export interface RouteDocument extends TimesDocument, MayLack {
  readonly at: Place;
  readonly match: MatchDocument | null;
  readonly by: readonly string[] | null;
  readonly wait: Span | null;
  readonly interval: Span | null;
  readonly repeat: Span | null;
  readonly levels: readonly LevelDocument[];
}

export interface FeedDocument extends MayLack {
  readonly at: Place;
  readonly match: MatchDocument | null;
  readonly over: readonly Located<string>[];
}

export interface RiseDocument extends MayLack {
  readonly at: Place;
  readonly match: MatchDocument | null;
  readonly after: Span;
  readonly to: Severity;
}

export interface MaintenanceDocument extends TimesDocument, MayLack {
  readonly at: Place;
  readonly match: MatchDocument;
  readonly reason: string;
}

/** More than `over` of something within a time, until there was none for `calm`. */
export interface LimitDocument extends MayLack {
  readonly over: number;
  readonly within: Span;
  readonly calm: Span;
}

export interface StormDocument extends LimitDocument {
  readonly gather: Span | null;
  readonly every: Span | null;
}

export interface PolicyDocument extends MayLack {
  readonly kind: 'policy';
  readonly at: Place;
  readonly name: string;
  readonly title: Title | null;
  readonly order: number;
  readonly calendar: Located<string> | null;
  readonly match: MatchDocument | null;
  readonly by: readonly string[] | null;
  readonly wait: Span | null;
  readonly interval: Span | null;
  readonly repeat: Span | null;
  readonly flapping: LimitDocument | null;
  readonly storm: StormDocument | null;
  readonly rise: readonly RiseDocument[];
  readonly people: readonly PersonDocument[];
  readonly teams: readonly TeamDocument[];
  readonly duty: readonly DutyDocument[];
  readonly maintenance: readonly MaintenanceDocument[];
  readonly routes: readonly RouteDocument[];
  readonly feeds: readonly FeedDocument[];
}

export interface QuotaDocument extends MayLack {
  readonly count: number;
  readonly per: Span;
}

export interface ChannelDocument extends MayLack {
  readonly kind: 'channel';
  readonly at: Place;
  readonly name: string;
  readonly title: Title | null;
  readonly type: Located<string>;
  /** plain data, known to the kind of channel */
  readonly settings: Located<Readonly<Record<string, unknown>>>;
  readonly language: 'en' | 'zh' | 'both';
  readonly recovery: boolean;
  readonly quota: QuotaDocument | null;
  readonly timeout: Span | null;
  readonly deadline: Span | null;
  readonly fallback: Located<string> | null;
  readonly dryRun: boolean;
  readonly subject: Located<string> | null;
  readonly text: Located<string> | null;
}
