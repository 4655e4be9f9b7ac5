export type { NatsConnection } from 'nats';
export {
  type Applied,
  type Removed,
  removedMessages,
  type WaitingOptions,
  waitingMessages,
} from './backlog.ts';
export {
  connectNats,
  type LinkNotice,
  type NatsOptions,
  NatsSettingError,
  natsOptionsFrom,
} from './connect.ts';
export { examineNats, type NatsExamination } from './examine.ts';
export { type FoundServer, findNatsServer, userCache } from './find-server.ts';
export { beatOnNats, heartbeatSubject } from './heartbeat.ts';
export { type NatsIntakeOptions, natsIntake } from './intake.ts';
export type { IntakeNotice } from './intake-notice.ts';
export { PrivateNatsError } from './launch-server.ts';
export { linkOf } from './link.ts';
export { type NoticeQueue, openNoticeQueue } from './notice-queue.ts';
export { ensureNoticeStream, type HandedNotice, noticeOutlet, waitingNotices } from './notice-stream.ts';
export { type NatsOutletOptions, natsOutlet, OutletError } from './outlet.ts';
export { type PrivateNats, startPrivateNats } from './private-server.ts';
export { type NatsPublisherOptions, natsPublisher, PublishError } from './publisher.ts';
export { answerAsRelay, otherRelay, type RelaySelf } from './relay-name.ts';
export { followRelays, relayReport } from './relay-report.ts';
export { makeRoom } from './room.ts';
export { type NatsServiceOptions, SERVICE_READS, type ServiceRead, startNatsService } from './service.ts';
export {
  type CheckedStream,
  ensureStream,
  removeApplied,
  STREAM_NAME,
  StreamRefused,
  type StreamSettings,
  streamUsage,
} from './stream.ts';
export { backupStream, restoreStream, StreamBackupError, verifyStreamBackup } from './stream-backup.ts';
