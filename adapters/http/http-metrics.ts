import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EventIntake } from './event-intake.ts';
import type { Metrics } from './metrics.ts';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Counts and times requests by the route that answered them; gives what is to be called after each answer. */
export function measureRequests(
  metrics: Metrics,
  streams: () => number,
): (request: FastifyRequest, reply: FastifyReply) => void {
  const requests = metrics.counter('milepost_http_requests_total', 'HTTP requests answered');
  const seconds = metrics.histogram('milepost_http_request_seconds', 'How long answers took', SECONDS);
  const open = metrics.gauge('milepost_http_streams', 'Streams of changes that are open');
  metrics.beforeRender(() => open.set(streams()));
  return (request, reply) => {
    // the route's pattern, never the address: what callers send must not become labels
    const route = request.routeOptions.config.route?.path ?? 'none';
    const method = route === 'none' ? 'other' : request.method;
    requests.add(1, { method, route, status: String(reply.statusCode) });
    if (route !== '/api/v1/stream') seconds.observe(reply.elapsedTime / 1000, { route });
  };
}

/** The same intake, counting what is accepted and what is refused. */
export function countEvents(intake: EventIntake, metrics: Metrics): EventIntake {
  const events = metrics.counter('milepost_http_events_total', 'Events taken over HTTP, by outcome');
  return {
    async accept(payload, headers) {
      const taken = await intake.accept(payload, headers);
      events.add(taken.accepted, { outcome: 'accepted' });
      events.add(taken.rejected.length, { outcome: 'rejected' });
      return taken;
    },
    async resend(payload, headers) {
      const taken = await intake.resend(payload, headers);
      events.add(taken.accepted, { outcome: 'resent' });
      return taken;
    },
  };
}
