/** Keeps in the audit log what is done to a Milepost from its own machine: at its start, by a signal, by files that change. */
import { hostname, userInfo } from 'node:os';
import type { AuditLog, AuditOutcome } from '../../engine/index.ts';
import type { Log } from '../log.ts';
import { reasonOf } from '../reason-of.ts';
import type { ReloadOutcome } from '../reloading.ts';

export interface OwnActs {
  /** Whoever started this process evaluates a candidate. */
  candidate(paths: readonly string[], revision: string): Promise<void>;
  /** Whoever may signal this process has the definitions read again. */
  reloaded(why: string, reload: () => Promise<ReloadOutcome>): Promise<ReloadOutcome>;
  /** The definitions were followed, whoever changed them. */
  followed(why: string, outcome: ReloadOutcome): Promise<void>;
}

const ITSELF = 'milepost';

/** Makes it; what cannot be kept is said in the log, and done all the same. `now` gives ms. */
export function ownActs(options: {
  readonly audit: AuditLog;
  readonly log: Log;
  readonly now: () => number;
}): OwnActs {
  const { audit, log, now } = options;
  const origin = `process ${process.pid} on ${hostname()}`;

  async function keep(
    by: string,
    kind: string,
    detail: object,
    outcome: Pick<AuditOutcome, 'kind' | 'reason'>,
  ) {
    const act = { at: now(), by, kind, target: null, detail: JSON.stringify(detail), origin };
    try {
      await audit.settle(await audit.begin(act), { ...outcome, act: null });
    } catch (error) {
      log.error(`the audit log lacks that ${by} did this: ${kind} ${act.detail} (${reasonOf(error)})`);
    }
  }

  const keepReload = (by: string, why: string, { kind, revision, errors }: ReloadOutcome) =>
    keep(
      by,
      'reload',
      { why, revision },
      kind === 'broken' ? { kind: 'refused', reason: errors[0] ?? '' } : { kind: 'done', reason: null },
    );

  return {
    candidate: (paths, revision) =>
      keep(userName(), 'candidate', { paths, revision }, { kind: 'done', reason: null }),
    async reloaded(why, reload) {
      const outcome = await reload();
      await keepReload(userName(), why, outcome);
      return outcome;
    },
    async followed(why, outcome) {
      if (outcome.kind !== 'same') await keepReload(ITSELF, why, outcome);
    },
  };
}

/** The user that this process runs as; users without a name, as in containers, are numbers. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
