import type { ReloadOutcome } from '../reloading.ts';
import type { OperatorToken } from './operator-token.ts';

/** A program that runs. */
export interface Serving {
  /** `http://127.0.0.1:4600` */
  readonly address: string;
  /** where producers publish: with user and password; null where there is only HTTP */
  readonly natsUrl: string | null;
  /** of the definitions that it began with */
  readonly revision: string;
  /** by whom acts are made over HTTP; null: by nobody */
  readonly operator: OperatorToken | null;
  /** Reads the definitions again, and uses them if they are sound; `why` is for the log. */
  readonly reload: (why: string) => Promise<ReloadOutcome>;
  /** Stops everything in the reverse order of its start; twice is fine. */
  stop(): Promise<void>;
  /** Resolves when it cannot go on by itself, with the reason. */
  readonly ended: Promise<string>;
}
