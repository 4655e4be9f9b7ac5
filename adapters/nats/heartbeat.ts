import { type NatsConnection, NatsError } from 'nats';
import { linkOf } from './link.ts';

/** Where the heartbeat of a process is published. What no subject may hold in its name becomes `_`. */
export function heartbeatSubject(name: string): string {
  const token = name.replace(/[^A-Za-z0-9_-]/g, '_');
  return `milepost.heartbeat.${token || '_'}`;
}

/**
 * Publishes a heartbeat; false where the server is not reached. One that could not leave is dropped: told later it would
 * say what is not so any more.
 */
export function beatOnNats(nc: NatsConnection, name: string, beat: object): boolean {
  if (linkOf(nc).state() !== 'up') return false;
  try {
    nc.publish(heartbeatSubject(name), JSON.stringify(beat));
    return true;
  } catch (error) {
    if (error instanceof NatsError) return false;
    throw error;
  }
}
