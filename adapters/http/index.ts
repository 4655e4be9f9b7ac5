export { measureChannels } from './channel-metrics.ts';
export { type EngineViewOptions, engineViews } from './engine-views.ts';
export { isLoopback } from './guards.ts';
export { createHttp, type Http, type HttpOptions } from './http.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { measureNotices } from './notice-metrics.ts';
export { ListenError, PortInUse } from './port-in-use.ts';
export { createProbes, type Probes, type ProbesOptions } from './probes.ts';
export { createQueries, type QueryOptions } from './queries.ts';
export type { QueryName } from './query-parameters.ts';
export { Refusal } from './refusal.ts';
export {
  type DefinitionRouteOptions,
  definitionRoutes,
} from './routes/definitions.ts';
export type { HealthReport } from './routes/health.ts';
export { relayRoute } from './routes/relay.ts';
export { measureCanary, measureClock } from './self-metrics.ts';
export { readStaticFiles, type StaticFiles } from './static-files.ts';
export { measureSystem, type SystemNumbers } from './system-metrics.ts';
export { measureWorkers, type WorkerMeasures } from './worker-metrics.ts';
