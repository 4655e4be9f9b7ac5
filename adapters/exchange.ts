/**
 * What `serve` needs to exchange definitions while it runs: reloading, what Milepost says about its own definitions, and
 * a candidate beside those in use.
 */

import type { Definitions } from '../definitions/index.ts';
import type { Reader, Store } from '../engine/index.ts';
import type { ActiveSet } from './active-set.ts';
import { type Candidate, startCandidate } from './candidate.ts';
import type { Log } from './log.ts';
import type { OwnParams } from './own-flow.ts';
import { reasonOf } from './reason-of.ts';
import { createReloading, type Reloading, type ReloadingOptions, type ReloadOutcome } from './reloading.ts';

export interface ExchangeOptions {
  readonly paths: readonly string[];
  readonly extensions: string | null;
  readonly first: ActiveSet;
  /** null: there is none */
  readonly candidate: Definitions | null;
  /** whether changes of files and git revisions are followed */
  readonly follow: boolean;
  readonly activate: (set: ActiveSet) => Promise<void>;
  readonly reader: Reader;
  readonly tail: Store['tail'];
  readonly partitions: readonly string[];
  /** told what is wrong with the definitions of this process; null: nothing is */
  readonly onTrouble: (trouble: OwnParams | null) => void;
  /** told of what came of following the definitions */
  readonly onFollowed: NonNullable<ReloadingOptions['onFollowed']>;
  readonly log: Log;
  readonly now: () => number;
}

export interface Exchange extends Pick<Reloading, 'active' | 'reload' | 'last'> {
  candidate(): ReturnType<Candidate['report']> | null;
  stop(): Promise<void>;
}

/** Begins to follow the definitions, and to compare the candidate. */
export async function startExchange(options: ExchangeOptions): Promise<Exchange> {
  const { log, now, reader, partitions, onTrouble } = options;
  const report = async ({ kind, errors, revision }: ReloadOutcome) => {
    const [first = '', ...others] = errors;
    const reason = others.length === 0 ? first : `${first} (and ${others.length} more)`;
    onTrouble(kind === 'broken' ? { REASON: reason, REVISION: revision } : null);
  };
  const reloading = createReloading({ ...options, onOutcome: report });
  const ending = new AbortController();
  const following = options.follow
    ? reloading.follow(ending.signal).catch((error: unknown) => {
        log.error(`the definitions are followed no longer: ${reasonOf(error)}`);
      })
    : Promise.resolve();
  const candidate =
    options.candidate === null
      ? null
      : await startCandidate({
          ...{ candidate: options.candidate, active: () => reloading.active().definitions },
          journal: {
            tail: options.tail,
            async end(partition) {
              const position = await reader.position(partition);
              return { journal: position?.journal ?? 0, clock: position?.clock ?? null };
            },
          },
          ...{ partitions, now, log },
        });
  return {
    active: reloading.active,
    reload: reloading.reload,
    last: reloading.last,
    candidate: () => candidate?.report() ?? null,
    async stop() {
      ending.abort();
      await candidate?.stop();
      await following;
    },
  };
}
