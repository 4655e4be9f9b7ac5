import type { Io } from './io.ts';
import type { Options, Taking } from './options.ts';

/** One command: what it takes, what its help says, and what it does. */
export interface Command extends Taking {
  readonly about: string;
  readonly examples: readonly { readonly line: string; readonly about: string }[];
  /** what the help says at its end, such as exit codes */
  readonly notes?: readonly string[];
  /** Does it; gives the exit code. */
  run(call: {
    readonly operands: readonly string[];
    readonly options: Options;
    readonly io: Io;
  }): Promise<number>;
}
