export {
  ACT_SUBJECT,
  type Act,
  type ActResult,
  actDigest,
  actSubject,
  actToJson,
  readAct,
  readActText,
} from './act.ts';
export { type AlarmDiff, diffAlarms, type MovedAlarm, type MovedField } from './alarm-diff.ts';
export { type AlarmNews, alarmJson } from './alarm-news.ts';
export { alarmText, alarmTextIn, type Language } from './alarm-text.ts';
export type { AuditAct, AuditEntry, AuditFilter, AuditLog, AuditOutcome } from './audit.ts';
export { actKey, type CheckedAct, checkAct } from './check-act.ts';
export { checkEvent, type KeyedEvent } from './check-event.ts';
export { type ChildCount, type ChildState, type ChildStates, childOf, countsOf } from './child-states.ts';
export { type Coverage, type CoverageItem, createCoverage } from './coverage.ts';
export type { Crowd } from './crowd.ts';
export { type Birth, decide, newInstance } from './decide.ts';
export { WRITE_BUDGET, type WriteBudget } from './dirty-roots.ts';
export { healthOf, worse } from './draft.ts';
export { startDue } from './expected-days.ts';
export { type AlarmTale, type Chapter, type Explanation, explainHeard } from './explain.ts';
export type { Cause } from './explain-cause.ts';
export { type Heard, type Listener, listenTo } from './explain-heard.ts';
export { explainJournal, hearJournal, kinOf, type Rebuilt, type Rerun } from './explain-rerun.ts';
export type { Silence, SilenceReason } from './explain-silence.ts';
export type { Asked, Happening, Moment } from './explain-story.ts';
export type { ChildFact, Decision, Effect, Fact } from './fact.ts';
export { FAIL_POINTS, type FailPoint, type FailPointHook } from './fail-points.ts';
export { childKey, nameOf, parentOf, relatives } from './family.ts';
export { type GraphView, viewGraph } from './graph-view.ts';
export type { AlarmChange, Harvest, Wish } from './harvest.ts';
export * from './instance.ts';
export * from './leases.ts';
export {
  type LedgerEntry,
  type LedgerQuestion,
  type LedgerRow,
  type LedgerStatus,
  ledger,
} from './ledger.ts';
export { ALARM, CONNECTOR, FLOW, LIFECYCLES, STEP, stateTableMachine, TIMER } from './lifecycles/index.ts';
export type { AlarmFilter, InstanceFilter } from './list-filter.ts';
export { createWatch } from './live-watch.ts';
export * from './notifying/index.ts';
export { CHANNEL_FLOW, OWN_FLOW } from './own-flows.ts';
export { partitionOf, partitionOfToken, rootOf } from './partition.ts';
export { type Evaluation, type Frame, type Playback, playBack } from './playback.ts';
export * from './ports.ts';
export { PROBED_SUBJECT, probeSubject } from './probe.ts';
export {
  createReplay,
  type Rejection,
  type Replay,
  type ReplayOptions,
  type ReplayReport,
} from './replay.ts';
export { runTest, type TestOptions } from './run-test.ts';
export { createShadow, type Shadow, type ShadowEntry } from './shadow.ts';
export { type Share, type ShareOptions, shareOf } from './shares.ts';
export { decodeInstance, encodeInstance } from './snapshot.ts';
export {
  activatedAt,
  endedAt,
  type PastVisit,
  type StepDetail,
  type StepState,
  type StepStatus,
} from './step-state.ts';
export { createTeller, type Teller, type TellerOptions } from './tell.ts';
export type { SentNotice, TestFailure, TestHappening, TestOutcome } from './test-outcome.ts';
export { TONES, type Tone, toneOfInstance, toneOfRow, toneOfStep } from './tone.ts';
export { type Usual, usualOf } from './usual.ts';
export {
  type AlarmView,
  type InstanceView,
  viewAlarm,
  viewDeviations,
  viewInstance,
  viewVisits,
  viewWaivers,
} from './view.ts';
export type { Part } from './view-parts.ts';
export type { Reason } from './view-reason.ts';
export {
  createViewStatuses,
  flowsBehind,
  type NodeStatus,
  type ToneCounts,
  type ViewStatus,
  type ViewStatuses,
} from './view-status.ts';
export type { Acted, Taken, Watch } from './watch.ts';
export type { Watched } from './watched.ts';
export { createWorker, type Turn, type Worker } from './worker.ts';
export type { WorkerOptions } from './worker-options.ts';
