import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { encoded } from './content-coding.ts';
import { readParameters } from './parameters.ts';
import { Refusal } from './refusal.ts';
import { type Answer, checkAccept, type Permission, type Route } from './route.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly permission?: Permission;
    /** the route that answers; absent where only the refusal of a method is answered */
    readonly route?: Route;
  }
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];

/** Makes fastify answer the routes, and refuse other methods at their addresses. */
export function mount(app: FastifyInstance, routes: readonly Route[]): void {
  app.removeAllContentTypeParsers();
  for (const type of new Set(routes.flatMap((route) => route.accepts))) {
    app.addContentTypeParser(type, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  }
  for (const route of routes) addRoute(app, route);
  for (const path of new Set(routes.map((route) => route.path))) {
    const here = routes.filter((route) => route.path === path);
    addMethodRefusal(app, path, here);
  }
}

/** `/api/v1/flows/{flow}` in the router's words. */
function pattern(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

function addRoute(app: FastifyInstance, route: Route): void {
  const types = answerTypes(route);
  app.route({
    method: route.method,
    url: pattern(route.path),
    exposeHeadRoute: hasHead(route),
    config: { permission: route.permission, route },
    async handler(request, reply) {
      checkAccept(request.headers.accept, types);
      const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
      const params = joinParameters(route, request);
      const values = readParameters(route.parameters, params);
      const { headers, ip: from } = request;
      return answer(request, reply, await route.handle({ params, values, headers, body, from }));
    },
  });
}

/** A GET has a HEAD, but for one that never ends. */
function hasHead(route: Route): boolean {
  return route.method === 'GET' && !answerTypes(route).includes('text/event-stream');
}

function answerTypes({ answers }: Route): readonly string[] {
  const good = Object.entries(answers).filter(([status]) => Number(status) < 300);
  return [...new Set(good.map(([, { type }]) => type))];
}

/** Parameters of path and query in one; those of the path cannot be given in the query. */
function joinParameters(route: Route, { params, query }: FastifyRequest): Readonly<Record<string, unknown>> {
  const inPath = Object.entries(params ?? {});
  const inQuery = Object.entries(query ?? {});
  for (const [name] of inQuery) {
    if (!route.parameters.some((each) => each.in === 'path' && each.name === name)) continue;
    const message = 'is part of the path; leave it out of the query';
    throw new Refusal('bad-parameter', `${name}: ${message}`, { errors: [{ path: name, message }] });
  }
  return Object.fromEntries([...inPath, ...inQuery]);
}

function answer(request: FastifyRequest, reply: FastifyReply, given: Answer): FastifyReply {
  switch (given.kind) {
    case 'json': {
      const accepted = String(request.headers['accept-encoding'] ?? '');
      const { body, headers } = encoded(given.body, accepted);
      return reply
        .code(given.status)
        .headers({ ...given.headers, ...headers })
        .type('application/json; charset=utf-8')
        .send(body);
    }
    case 'text':
      return reply.code(given.status).type(given.type).send(given.body);
    case 'stream':
      reply.hijack();
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) reply.raw.setHeader(name, value);
      }
      given.start(reply.raw);
      return reply;
  }
}

function addMethodRefusal(app: FastifyInstance, path: string, routes: readonly Route[]): void {
  const allowed = routes.flatMap((route) => (hasHead(route) ? [route.method, 'HEAD'] : [route.method]));
  const allow = allowed.join(', ');
  const refuse = () => {
    throw new Refusal('method-not-allowed', `this address takes ${allow}; use that`, { headers: { allow } });
  };
  app.route({
    method: METHODS.filter((method) => !allowed.includes(method)),
    url: pattern(path),
    exposeHeadRoute: false,
    config: { permission: 'read' },
    // before the body is looked at: whatever it is, the method is what is wrong
    onRequest: async () => refuse(),
    handler: async () => refuse(),
  });
}
