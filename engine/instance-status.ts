/** What an instance has come to, and how well it stands. */

export type InstanceStatus = 'expected' | 'running' | 'committed' | 'failed' | 'abandoned';
/** Whether an instance goes on no more by itself. */
export function hasEnded(status: InstanceStatus): boolean {
  return status !== 'expected' && status !== 'running';
}

export type Health = 'normal' | 'running' | 'warning' | 'critical' | 'unknown';
