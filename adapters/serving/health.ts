import type { HealthReport } from '../http/index.ts';
import type { Stream } from './open-stream.ts';

const LINK_DETAIL = {
  none: 'none: events come over HTTP',
  up: 'open',
  down: 'lost; looking for it',
  closed: 'closed',
};

/** The health of a process from its parts and the link to NATS. */
export function healthReport(stream: Stream, parts: HealthReport['checks']): HealthReport {
  const link = stream.link();
  const nats = { name: 'nats', ok: link === 'none' || link === 'up', detail: LINK_DETAIL[link] };
  const checks = [...parts, nats];
  return { live: link !== 'closed', ready: checks.every(({ ok }) => ok), checks };
}
