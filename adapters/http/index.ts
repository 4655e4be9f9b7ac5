export { createHttp, type Http, type HttpOptions } from './http.ts';
export {
  type Counter,
  createMetrics,
  type Gauge,
  type Histogram,
  type Labels,
  type Metrics,
} from './metrics.ts';
export { ListenError, PortInUse } from './port-in-use.ts';
export { createQueries, type Queries, type QueryOptions } from './queries.ts';
export { QUERY_PARAMETERS, type QueryName } from './query-parameters.ts';
export { type ProblemDetails, problemDetails, Refusal, type RefusalKind } from './refusal.ts';
export type { Answer, Call, Permission, Route } from './route.ts';
export type { HealthReport } from './routes/health.ts';
