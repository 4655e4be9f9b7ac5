/**
 * The HTTP server: routes onto fastify, with the guards before them and one way of refusing after them.
 *
 * 1. A route without a permission keeps the server from starting.
 * 2. Bodies reach routes as bytes; nothing here parses them.
 * 3. Whatever goes wrong is answered with problem details, without any trace of the code.
 */
import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import {
  type ChangeLog,
  type NoticeStore,
  type Outlet,
  type RejectedRecord,
  StoreError,
} from '../../engine/index.ts';
import { createActIntake } from './act-intake.ts';
import { audited } from './audited.ts';
import { createChangeStream } from './change-stream.ts';
import { createEventIntake } from './event-intake.ts';
import { checkHost, checkOrigin, isLoopback, SECURITY_HEADERS } from './guards.ts';
import { createHandlingIntake } from './handling-intake.ts';
import { countEvents, measureRequests } from './http-metrics.ts';
import type { Metrics } from './metrics.ts';
import { mount } from './mount.ts';
import { createOperators, type OperatorOptions } from './operators.ts';
import { listenFailure } from './port-in-use.ts';
import { createQueries, type QueryOptions } from './queries.ts';
import { problemDetails, type Refusal, rawProblem } from './refusal.ts';
import { noSuchAddress, refusalOf, unreadable } from './refusal-of.ts';
import { PERMISSIONS, type Route } from './route.ts';
import { actRoutes } from './routes/acts.ts';
import { eventRoute } from './routes/events.ts';
import { handlingRoutes } from './routes/handlings.ts';
import { type HealthReport, healthRoutes } from './routes/health.ts';
import { withDocuments } from './routes/index-page.ts';
import { readRoutes } from './routes/reads.ts';
import { resendRoute } from './routes/resend.ts';
import { streamRoute } from './routes/stream.ts';
import { findStatic, type StaticFiles } from './static-files.ts';

export interface HttpOptions extends QueryOptions {
  readonly changes: ChangeLog;
  readonly outlet: Outlet;
  /** keeps events that were refused at the door */
  readonly keepRejected: (records: readonly RejectedRecord[]) => Promise<void>;
  /** where acts on alarms, silences and channels are kept; goes with `telling` */
  readonly handling?: { readonly acts: Pick<NoticeStore, 'keepAct'>; readonly wake: () => void };
  /** who may act */
  readonly operators: OperatorOptions;
  readonly health: () => HealthReport;
  /** the time up to which everything that was stored is known to be applied, ms; null where nothing is known */
  readonly asOf?: () => number | null;
  readonly metrics: Metrics;
  /** told of every failure that a caller only sees as "the server failed" */
  readonly onError: (error: unknown, where: string) => void;
  /** further routes, such as a console's; one for `/` replaces the page there */
  readonly routes?: readonly Route[];
  /** the console's pages; null or left out: `/` is a page that lists the addresses */
  readonly pages?: StaticFiles | null;
  /** further names for the Host header, such as that of a proxy on this machine */
  readonly hosts?: readonly string[];
  /** milliseconds; default 1000, 2000: a console says within five seconds that it hears nothing */
  readonly stream?: { readonly poll?: number; readonly heartbeat?: number };
}

export interface Http {
  /** Starts to listen; gives the address, such as `http://127.0.0.1:4600`. Rejects with PortInUse or ListenError. */
  listen(where: { readonly host: string; readonly port: number }): Promise<string>;
  /** There may be new changes to stream: to be called after each commit. */
  notify(): void;
  /** What is really registered, sorted by path and method. */
  routes(): readonly { readonly method: string; readonly path: string }[];
  /** Ends streams, lets requests under way finish for up to five seconds, then stops. Twice is fine. */
  close(): Promise<void>;
}

const BODY_LIMIT = 1024 * 1024;
const HEADER_LIMIT = 32 * 1024;
const CLOSE_GRACE = 5000;
const STREAMS = 500;
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** Builds the server; throws where a route lacks a permission. Nothing listens yet. */
export function createHttp(options: HttpOptions): Http {
  const { onError } = options;
  const stream = createChangeStream({
    changes: options.changes,
    poll: options.stream?.poll ?? 1000,
    pace: 100,
    heartbeat: options.stream?.heartbeat ?? 2000,
    held: 2000,
    onError,
  });
  const measured = measureRequests(options.metrics, stream.readers);
  const intake = countEvents(createEventIntake(options), options.metrics);
  const acts = createActIntake(options);
  const pages = options.pages ?? null;
  const operators = createOperators(options.operators, options.now);
  const routes = withDocuments(
    withAudit([
      ...(options.routes ?? []),
      ...readRoutes(createQueries(options), options.asOf),
      eventRoute(intake),
      ...actRoutes(acts, options.reader),
      ...(options.handling === undefined || options.telling === undefined
        ? []
        : handlingRoutes(
            createHandlingIntake({ ...options, ...options.handling, telling: options.telling.reader }),
          )),
      resendRoute({ reader: options.reader, intake, acts, now: options.now }),
      streamRoute({ stream, definitions: options.definitions, limit: STREAMS, onError }),
      ...healthRoutes({ health: options.health, renderMetrics: options.metrics.render }),
    ]),
    pages === null,
  );

  let hosts: readonly string[] | null = null;
  const registered: { method: string; path: string }[] = [];
  const app = createApp();
  app.addHook('onRoute', ({ method, url, config }) => {
    const permission = config?.permission;
    if (permission === undefined || !PERMISSIONS.includes(permission))
      throw new Error(`every route declares a permission: ${String(method)} ${url} does not`);
    if (config?.route !== undefined && method !== 'HEAD')
      registered.push({ method: String(method), path: url });
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    if (hosts !== null) checkHost(request.headers, hosts);
    if (request.method !== 'GET' && request.method !== 'HEAD') checkOrigin(request.headers);
    if (request.routeOptions.config.permission === 'operate') operators.check(request.headers, request.ip);
  });
  app.addHook('onResponse', async (request, reply) => measured(request, reply));
  app.setErrorHandler((error, request, reply) => refuse(error, request, reply));
  app.setNotFoundHandler((request, reply) =>
    sendPage(request, reply) ? reply : refuse(noSuchAddress(request), request, reply),
  );
  mount(app, routes);
  app.addHook('preClose', async () => stream.close());
  let closing: Promise<void> | null = null;

  return {
    async listen(where) {
      const own = options.hosts ?? [];
      hosts = isLoopback(where.host) ? [...LOOPBACK_NAMES, ...own] : own.length > 0 ? own : null;
      try {
        return await app.listen({ host: where.host, port: where.port });
      } catch (error) {
        throw listenFailure(error, where);
      }
    },
    notify: stream.notify,
    routes: () => registered.map(({ method, path }) => ({ method, path: path.replace(/:(\w+)/g, '{$1}') })),
    close() {
      closing ??= closeWithGrace(app);
      return closing;
    },
  };

  function withAudit(all: readonly Route[]): readonly Route[] {
    return all.map((route) => (route.permission === 'operate' ? audited(route, options) : route));
  }

  function createApp(): FastifyInstance {
    const answerRaw = (refusal: Refusal, socket: Socket) => {
      if (socket.writable) socket.end(rawProblem(refusal, SECURITY_HEADERS));
      else socket.destroy();
    };
    return Fastify({
      bodyLimit: BODY_LIMIT,
      requestTimeout: 30_000,
      connectionTimeout: 90_000,
      keepAliveTimeout: 30_000,
      handlerTimeout: 45_000,
      exposeHeadRoutes: false,
      return503OnClosing: false,
      http: { headersTimeout: 15_000, connectionsCheckingInterval: 5000, maxHeaderSize: HEADER_LIMIT },
      routerOptions: { maxParamLength: HEADER_LIMIT },
      clientErrorHandler: (error, socket) => answerRaw(unreadable(error), socket),
      frameworkErrors: (error, request, reply) => {
        reply.headers(SECURITY_HEADERS);
        refuse(error, request, reply);
      },
    });
  }

  /** Sends what of the console is at this address; false where nothing is. */
  function sendPage(request: FastifyRequest, reply: FastifyReply): boolean {
    if (pages === null || (request.method !== 'GET' && request.method !== 'HEAD')) return false;
    const found = findStatic(pages, request.url.split('?')[0] ?? '', request.headers);
    if (found === null) return false;
    reply
      .code(found.status)
      .headers(found.headers)
      .send(found.bytes === null ? null : Buffer.from(found.bytes));
    return true;
  }

  function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const refusal = refusalOf(error, request);
    if (refusal.kind === 'internal' || error instanceof StoreError)
      onError(error, `${request.method} ${request.url} (${request.id})`);
    reply
      .code(refusal.status)
      .headers(refusal.headers)
      .type('application/problem+json; charset=utf-8')
      .send(JSON.stringify(problemDetails(refusal, request.url)));
  }
}

/** Waits for requests under way, but not for ever. */
async function closeWithGrace(app: FastifyInstance): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
  }
}
