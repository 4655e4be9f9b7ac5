import type { Flow } from '../definitions/index.ts';
import type { Instance } from './instance.ts';

/** An instance in memory, as it stands on the agenda. */
export interface Watched {
  readonly kind: 'due';
  /** `<flow>/<key>` */
  readonly name: string;
  readonly flow: Flow;
  instance: Instance;
  /** its ticket on the agenda; NO_TICKET while it is not there */
  ticket: number;
}

export const NO_TICKET = -1;
