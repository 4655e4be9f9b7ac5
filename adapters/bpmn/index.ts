export { exportBpmn } from './export-bpmn.ts';
export { type ImportedBpmn, importBpmn, LARGEST_BPMN } from './import-bpmn.ts';
export type { Note } from './notes.ts';
