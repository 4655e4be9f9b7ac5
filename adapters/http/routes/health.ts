import { json, jsonAnswer, type Route } from '../route.ts';

/** How the server is: `live` while it is worth leaving alone, `ready` while what it needs is there. */
export interface HealthReport {
  readonly live: boolean;
  readonly ready: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
}

interface HealthOptions {
  readonly health: () => HealthReport;
  readonly renderMetrics: () => string;
}

/** The addresses that supervisors and Prometheus ask. */
export function healthRoutes({ health, renderMetrics }: HealthOptions): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/livez',
      permission: 'read',
      summary: 'Whether the server is alive; 503: restart it',
      parameters: [],
      accepts: [],
      answers: { 200: jsonAnswer('It is', 'Liveness'), 503: jsonAnswer('It is not', 'Liveness') },
      async handle() {
        const { live } = health();
        return json(live ? 200 : 503, { live });
      },
    },
    {
      method: 'GET',
      path: '/readyz',
      permission: 'read',
      summary: 'Whether the server has everything it needs, check by check',
      parameters: [],
      accepts: [],
      answers: { 200: jsonAnswer('It has', 'Readiness'), 503: jsonAnswer('It has not', 'Readiness') },
      async handle() {
        const { ready, checks } = health();
        return json(ready ? 200 : 503, {
          ready,
          checks: checks.map(({ name, ok, detail }) => ({ name, ok, detail })),
        });
      },
    },
    {
      method: 'GET',
      path: '/metrics',
      permission: 'read',
      summary: 'Measurements in the text format of Prometheus',
      parameters: [],
      accepts: [],
      answers: { 200: { description: 'Measurements', type: 'text/plain' } },
      async handle() {
        return {
          kind: 'text',
          status: 200,
          type: 'text/plain; version=0.0.4; charset=utf-8',
          body: renderMetrics(),
        };
      },
    },
  ];
}
