import Fastify from 'fastify';
import { SECURITY_HEADERS } from './guards.ts';
import type { Metrics } from './metrics.ts';
import { mount } from './mount.ts';
import { listenFailure } from './port-in-use.ts';
import { type HealthReport, healthRoutes } from './routes/health.ts';

/** A server with `/livez`, `/readyz` and `/metrics` only, for processes without an API. */
export interface Probes {
  /** Starts to listen; gives the address. Rejects with PortInUse or ListenError. */
  listen(where: { readonly host: string; readonly port: number }): Promise<string>;
  close(): Promise<void>;
}

/** Builds the server; nothing listens yet. */
export function createProbes(options: {
  readonly health: () => HealthReport;
  readonly metrics: Metrics;
}): Probes {
  const app = Fastify({ requestTimeout: 30_000, return503OnClosing: false, forceCloseConnections: true });
  app.addHook('onRequest', async (_request, reply) => void reply.headers(SECURITY_HEADERS));
  mount(app, healthRoutes({ health: options.health, renderMetrics: options.metrics.render }));
  return {
    async listen(where) {
      try {
        return await app.listen(where);
      } catch (error) {
        throw listenFailure(error, where);
      }
    },
    close: () => app.close(),
  };
}
