export { createCaseLog, type GatheredLog } from './case-log.ts';
export { type Discovered, type DiscoverOptions, discover } from './discover.ts';
