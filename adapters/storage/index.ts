export { postgresAudit } from './audit.ts';
export { type BackedUp, backupDatabase } from './backup.ts';
export type { Heading, TableCount } from './backup-file.ts';
export { postgresChangeLog } from './change-log.ts';
export { type ConnectOptions, connect, type Database } from './connect.ts';
export { type DatabaseExamination, examineDatabase } from './examine.ts';
export { postgresLeases } from './leases.ts';
export { type LocalStream, openLocalStream } from './local-stream.ts';
export { memoryAudit } from './memory-audit.ts';
export { type MemoryNotices, memoryNotices } from './memory-notices.ts';
export { type MemoryStorage, memoryStorage } from './memory-store.ts';
export { type MemoryStream, memoryStream } from './memory-stream.ts';
export type { MemoryTables } from './memory-tables.ts';
export { migrate } from './migrate.ts';
export { postgresNoticeReader } from './notice-reader.ts';
export { postgresNotices } from './notice-store.ts';
export { type OpenNotices, openNotices } from './open-notices.ts';
export type { OwnMatters, OwnTurn } from './own-matters.ts';
export {
  type PrivatePostgres,
  type PrivatePostgresOptions,
  startPrivatePostgres,
} from './private-postgres.ts';
export { postgresReader } from './reader.ts';
export { type Restored, restoreDatabase, verifyBackup } from './restore.ts';
export { KEEP, type Keep, type SweepOptions, type Swept, sweep } from './retention.ts';
export { type DatabaseStorage, openStorage, type Storage, type StorageOptions } from './storage.ts';
export { postgresStore } from './store.ts';
export { storeFailure } from './store-failure.ts';
export { type SystemEpoch, systemEpoch } from './system.ts';
