export * from './channel.ts';
export { decideNotices } from './decide-notices.ts';
export type { ActOutcome, NotifyRules } from './desk.ts';
export { type ChannelState, createDispatcher, type Dispatcher, type DispatchOptions } from './dispatch.ts';
export { type AlarmPoint, explains } from './explains.ts';
export {
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
export { readHandling } from './notice-records.ts';
export { NotifierMemory } from './notifier-memory.ts';
export {
  type Item,
  NO_STATE,
  type NotifierState,
  type Silence as AlarmSilence,
  type Storm,
  type Trouble,
} from './notifier-state.ts';
export { createNotifier, type Notifier, type NotifierOptions, type NotifierTurn } from './notify.ts';
export type { NotifyDecision, NotifyFact } from './notify-fact.ts';
export * from './ports.ts';
export { renderNotice } from './render-notice.ts';
export { type Delivery, type LevelPlan, planRoute, type RoutePlan } from './route.ts';
export type { Changes } from './shelf.ts';
