import type { AuditLog, NoticeReader, NoticeStore } from '../../engine/index.ts';
import { postgresAudit } from './audit.ts';
import { connect } from './connect.ts';
import { postgresNoticeReader } from './notice-reader.ts';
import { postgresNotices } from './notice-store.ts';

/** The ports of telling on one database; `close` ends its connections, more than once is fine. */
export interface OpenNotices {
  readonly store: NoticeStore;
  readonly reader: NoticeReader;
  /** who did what */
  readonly audit: AuditLog;
  close(): Promise<void>;
}

/** Opens the ports of telling on a database that was migrated; nothing is connected until the first call. */
export function openNotices(options: {
  readonly url: string;
  readonly onLost?: (error: Error) => void;
}): OpenNotices {
  let closed: Promise<void> | null = null;
  const onLost = (error: Error) => (closed === null ? options.onLost?.(error) : undefined);
  const db = connect({ url: options.url, role: 'notices', size: 4, onLost });
  return {
    store: postgresNotices(db),
    reader: postgresNoticeReader(db),
    audit: postgresAudit(db),
    close() {
      closed ??= db.destroy();
      return closed;
    },
  };
}
