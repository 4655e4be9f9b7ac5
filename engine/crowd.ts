import type { Health, InstanceStatus } from './instance.ts';

/** How many instances of a flow have a status and a health on a day, where they are too many to be told one by one. */
export interface Crowd {
  readonly flow: string;
  readonly status: InstanceStatus;
  readonly health: Health;
  readonly count: number;
  readonly openAlarms: number;
}
