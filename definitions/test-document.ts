/** Documents of the kind `test` as read: a timeline of events and acts, and what is expected to have come of them. */
import type { EventKind, Value } from '../checkpoints/index.ts';
import type { MayLack } from './lost.ts';
import type { Day, Moment, Span } from './moment.ts';
import type { Located, Place } from './place.ts';
import type { Severity } from './severity.ts';
import type { Title } from './title.ts';

/** A time as it is written in a test: an instant, or a moment of a trading day. */
export type TestTime =
  | { readonly kind: 'instant'; readonly time: number }
  | { readonly kind: 'moment'; readonly moment: Moment };

/** When an entry of a timeline happens; without `at` and `after` together with the one before it. */
export interface TestWhen {
  readonly at: Located<TestTime> | null;
  readonly after: Span | null;
  /** the trading day that a moment of `at` belongs to; null: the test's */
  readonly day: Located<Day | 'previous' | 'next'> | null;
}

/** The instance that something is about, where it is not the test's own. */
export interface TestSubject {
  readonly flow: Located<string> | null;
  readonly key: Located<string> | null;
}

export interface TestParamDocument {
  readonly name: string;
  readonly at: Place;
  readonly value: Value;
}

export type TestEntryDocument = MayLack & { readonly place: Place; readonly when: TestWhen } & (
    | ({
        readonly kind: 'event';
        readonly step: Located<string> | null;
        readonly event: EventKind | null;
        readonly id: Located<string> | null;
        readonly state: Located<string> | null;
        readonly params: readonly TestParamDocument[];
        /** when it happened, where that is not when it came */
        readonly time: Located<TestTime> | null;
        readonly message: string | null;
        readonly source: string | null;
        /** it is not to be understood */
        readonly rejected: boolean;
      } & TestSubject)
    | ({
        readonly kind: 'waive' | 'unwaive';
        readonly step: Located<string> | null;
        readonly reason: string;
        readonly by: string;
      } & TestSubject)
    | ({
        readonly kind: 'close';
        readonly alarm: Located<string>;
        readonly step: Located<string> | null;
        readonly reason: string;
        readonly by: string;
      } & TestSubject)
    | { readonly kind: 'expect'; readonly expect: readonly ExpectationDocument[] }
  );

export interface StepExpectation {
  readonly at: Place;
  readonly name: string;
  readonly status: string | null;
  readonly state: Located<string> | null;
  readonly visits: number | null;
  readonly params: readonly TestParamDocument[];
}

/** An alarm as a test describes it; null is anything. */
export interface AlarmPattern {
  readonly at: Place;
  readonly alarm: string;
  readonly step: Located<string> | null;
  readonly severity: Severity | null;
  readonly source: string | null;
  readonly count: number | null;
  /** stands somewhere in its text */
  readonly text: string | null;
  readonly raised: Located<TestTime> | null;
}

/** A notice as a test describes it; null is anything. */
export interface NoticePattern {
  readonly at: Place;
  readonly channel: string;
  readonly to: string | null;
  readonly text: string | null;
}

/** What is to hold of one instance at a time; null is anything. */
export interface ExpectationDocument extends MayLack, TestSubject {
  readonly at: Place;
  readonly status: string | null;
  readonly health: string | null;
  readonly deviated: boolean | null;
  readonly state: Located<string> | null;
  readonly steps: readonly StepExpectation[];
  /** all that were raised so far */
  readonly alarms: readonly AlarmPattern[] | null;
  /** all that are open */
  readonly open: readonly AlarmPattern[] | null;
  /** some of those raised so far */
  readonly raised: readonly AlarmPattern[];
  readonly notRaised: readonly AlarmPattern[];
  /** some of those raised and cleared again */
  readonly cleared: readonly AlarmPattern[];
  readonly notified: readonly NoticePattern[];
  readonly notNotified: readonly NoticePattern[];
  readonly published: readonly Located<string>[];
}

export interface TestDocument extends MayLack {
  readonly kind: 'test';
  readonly at: Place;
  readonly name: string;
  readonly title: Title | null;
  readonly flow: Located<string> | null;
  readonly key: Located<string> | null;
  /** the trading day of its moments */
  readonly day: Located<Day> | null;
  /** where the clock begins; null: with the trading day, or with the first entry */
  readonly from: Located<TestTime> | null;
  readonly timeline: readonly TestEntryDocument[];
  /** what is to hold at the end */
  readonly expect: readonly ExpectationDocument[];
  /** where the clock ends; null: with the last entry */
  readonly until: Located<TestTime> | null;
}
