export { exportMermaid } from './mermaid.ts';
export { exportXstate } from './xstate-chart.ts';
