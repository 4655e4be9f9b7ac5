/** What came of a test of definitions: what was not as expected, and what happened. */
import type { Value } from '../checkpoints/index.ts';
import type { AlarmExpected, NoticePattern, Place, TestCase } from '../definitions/index.ts';
import type { NoticeKind } from './notifying/index.ts';
import type { AlarmView } from './view.ts';

/** A message that was sent about an instance; `to` is null where only the channel is known. */
export interface SentNotice {
  readonly time: number;
  readonly flow: string;
  readonly key: string;
  readonly channel: string;
  readonly to: string | null;
  /** why there is one: an alarm was raised, goes to the next level, has ended, … */
  readonly kind: NoticeKind;
  /** subject and text in English */
  readonly text: string;
  /** the same in Chinese */
  readonly zh: string;
}

/** One thing that was not as expected, at `time`, of the instance `flow` `key`. */
export type TestFailure = {
  readonly place: Place;
  readonly time: number;
  readonly flow: string;
  readonly key: string;
} & (
  | {
      readonly kind: 'value';
      readonly what: 'status' | 'health' | 'deviated' | 'state' | 'visits' | 'param';
      /** null: of the instance itself */
      readonly step: string | null;
      /** of a parameter */
      readonly name: string | null;
      readonly expected: Value;
      readonly actual: Value | null;
    }
  /** `there` are the alarms that it was looked for among */
  | {
      readonly kind: 'alarm-missing';
      readonly list: 'alarms' | 'open' | 'raised' | 'cleared';
      readonly pattern: AlarmExpected;
      readonly there: readonly AlarmView[];
    }
  | {
      readonly kind: 'alarm-surplus';
      readonly list: 'alarms' | 'open' | 'not-raised';
      readonly alarm: AlarmView;
    }
  | { readonly kind: 'not-cleared'; readonly alarm: AlarmView }
  | {
      readonly kind: 'notice-missing';
      readonly pattern: NoticePattern;
      readonly there: readonly SentNotice[];
    }
  | { readonly kind: 'notice-surplus'; readonly notice: SentNotice }
  | { readonly kind: 'publication-missing'; readonly subject: string; readonly there: readonly string[] }
  | { readonly kind: 'rejected'; readonly reason: string }
  | { readonly kind: 'not-rejected' }
);

/** One thing that happened while a test ran, in the order it was decided. */
export type TestHappening = { readonly time: number; readonly flow: string; readonly key: string } & (
  | {
      readonly kind: 'event';
      readonly event: string;
      readonly step: string | null;
      readonly state: string | null;
      readonly params: readonly (readonly [string, Value | null])[];
    }
  | { readonly kind: 'rejected'; readonly reason: string }
  | { readonly kind: 'act'; readonly act: string; readonly by: string }
  | { readonly kind: 'step'; readonly step: string; readonly from: string; readonly to: string }
  | {
      readonly kind: 'alarm';
      readonly change: 'raised' | 'repeated' | 'cleared';
      readonly step: string | null;
      readonly name: string;
      readonly severity: string;
    }
  | { readonly kind: 'notice'; readonly notice: SentNotice }
);

export interface TestOutcome {
  readonly test: TestCase;
  /** in the order of time; empty: it holds */
  readonly failures: readonly TestFailure[];
  readonly happenings: readonly TestHappening[];
}
