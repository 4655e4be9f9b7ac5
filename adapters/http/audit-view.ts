import { formatTime } from '../../checkpoints/index.ts';
import type { AuditEntry } from '../../engine/index.ts';

/** An entry of the audit log as the API shows it. */
export function viewAudit({ id, at, by, kind, target, detail, origin, outcome }: AuditEntry): object {
  return {
    ...{ id, at: formatTime(at), by, kind, target, detail: JSON.parse(detail), origin },
    ...{ outcome: outcome?.kind ?? null, reason: outcome?.reason ?? null, act: outcome?.act ?? null },
  };
}
