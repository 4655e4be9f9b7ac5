export * from './channel.ts';
export { decideNotices } from './decide-notices.ts';
export type { ActOutcome, Changes, NotifyRules } from './desk.ts';
export { type AlarmPoint, explains } from './explains.ts';
export {
  type AlarmNews,
  type Handling,
  type HistoryEntry,
  type HistoryKind,
  type Outcome,
  readAlarmChange,
  type Standing,
} from './handling.ts';
export {
  type HandlingAct,
  type HandlingActResult,
  handlingActToJson,
  readHandlingAct,
} from './handling-act.ts';
export {
  type Item,
  NO_STATE,
  type NotifierState,
  nextDue,
  type Silence,
  type Storm,
  type Trouble,
} from './notifier-state.ts';
export type { NotifyDecision, NotifyFact } from './notify-fact.ts';
export { type Delivery, type LevelPlan, planRoute, type RoutePlan } from './route.ts';
