import type { AuditEntry, AuditLog, NoticeReader } from '../../engine/index.ts';
import { followed } from './audit.ts';
import { pageSize, readNumberCursor, writeCursor } from './cursor.ts';

/** The audit log in memory; `act` tells what the notifier made of an act. */
export function memoryAudit(act: NoticeReader['act'] = async () => null): AuditLog {
  const entries: AuditEntry[] = [];

  async function withOutcome(entry: AuditEntry): Promise<AuditEntry> {
    const { outcome } = entry;
    if (outcome?.kind !== 'taken' || outcome.act === null) return entry;
    const known = await act(outcome.act);
    return { ...entry, outcome: followed(outcome, known?.done ?? null, known?.reason ?? null) };
  }

  return {
    async begin(said) {
      const id = String(entries.length + 1);
      entries.push({ ...said, id, outcome: null });
      return id;
    },
    async settle(id, outcome) {
      const index = entries.findIndex((entry) => entry.id === id);
      const entry = entries[index];
      if (entry !== undefined && entry.outcome === null) entries[index] = { ...entry, outcome };
    },
    async list({ by, kind, target }, limit, cursor) {
      const size = pageSize(limit);
      const before = cursor === null ? Number.POSITIVE_INFINITY : readNumberCursor('audit', cursor)[0];
      const found = entries
        .filter(
          (entry) =>
            Number(entry.id) < before &&
            (by === undefined || entry.by === by) &&
            (kind === undefined || entry.kind === kind) &&
            (target === undefined || entry.target === target),
        )
        .reverse();
      const last = found[size - 1];
      const next =
        found.length > size && last !== undefined ? writeCursor('audit', [Number(last.id), 0]) : null;
      return { items: await Promise.all(found.slice(0, size).map(withOutcome)), next };
    },
  };
}
