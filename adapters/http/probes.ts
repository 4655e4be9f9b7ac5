import Fastify from 'fastify';
import { SECURITY_HEADERS } from './guards.ts';
import type { Metrics } from './metrics.ts';
import { mount } from './mount.ts';
import { listenFailure } from './port-in-use.ts';
import type { Route } from './route.ts';
import { type HealthReport, healthRoutes } from './routes/health.ts';

/** A server with `/livez`, `/readyz` and `/metrics` only, for processes without an API. */
export interface Probes {
  /** Starts to listen; gives the address. Rejects with PortInUse or ListenError. */
  listen(where: { readonly host: string; readonly port: number }): Promise<string>;
  close(): Promise<void>;
}

export interface ProbesOptions {
  readonly health: () => HealthReport;
  readonly metrics: Metrics;
  /** further addresses beside those */
  readonly routes?: readonly Route[];
  /** the longest body, bytes; default 1 MiB */
  readonly bodyLimit?: number;
  /** PEM texts, to be asked by TLS alone */
  readonly tls?: { readonly cert: string; readonly key: string } | null;
}

/** Builds the server; nothing listens yet. */
export function createProbes(options: ProbesOptions): Probes {
  const app = Fastify({
    ...{ requestTimeout: 30_000, return503OnClosing: false, forceCloseConnections: true },
    ...(options.bodyLimit === undefined ? {} : { bodyLimit: options.bodyLimit }),
    https: options.tls ?? null,
  });
  app.addHook('onRequest', async (_request, reply) => void reply.headers(SECURITY_HEADERS));
  const health = healthRoutes({ health: options.health, renderMetrics: options.metrics.render });
  mount(app, [...(options.routes ?? []), ...health]);
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
