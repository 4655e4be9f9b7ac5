/** Tests with everything looked up: instants in place of moments, and the instance that each entry is about. */
import type { CheckpointEvent } from '../checkpoints/index.ts';
import type { Title } from './document.ts';
import type { Place } from './place.ts';
import type { AlarmPattern, ExpectationDocument } from './test-document.ts';

export interface AlarmExpected extends Omit<AlarmPattern, 'raised'> {
  /** ms; null: at any time */
  readonly raised: number | null;
}

/** What is to hold of one instance; null is anything. */
export interface Expectation
  extends Omit<ExpectationDocument, 'flow' | 'key' | 'alarms' | 'open' | 'raised' | 'notRaised' | 'cleared'> {
  readonly flow: string;
  readonly key: string;
  readonly alarms: readonly AlarmExpected[] | null;
  readonly open: readonly AlarmExpected[] | null;
  readonly raised: readonly AlarmExpected[];
  readonly notRaised: readonly AlarmExpected[];
  readonly cleared: readonly AlarmExpected[];
}

/** An operator's act in a test; an alarm is closed by its name. */
export interface TestAct {
  readonly kind: 'waive' | 'unwaive' | 'close';
  readonly flow: string;
  readonly key: string;
  readonly step: string | null;
  /** of `close` */
  readonly alarm: string | null;
  readonly reason: string;
  readonly by: string;
}

/** `time` is when it comes, in ms. */
export type TestEntry = { readonly place: Place; readonly time: number } & (
  | { readonly kind: 'event'; readonly event: CheckpointEvent }
  /** an event that is to be rejected, as it is sent */
  | { readonly kind: 'bad-event'; readonly input: unknown }
  | { readonly kind: 'act'; readonly act: TestAct }
  | { readonly kind: 'expect'; readonly expect: readonly Expectation[] }
);

export interface TestCase {
  readonly name: string;
  readonly title: Title | null;
  readonly at: Place;
  /** the zone its times are shown in */
  readonly zone: string;
  /** where the clock begins, ms */
  readonly from: number;
  /** in the order of time; at one time what comes stands before what is expected */
  readonly entries: readonly TestEntry[];
}
