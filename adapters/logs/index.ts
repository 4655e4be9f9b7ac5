export { createEventWriter, createStepNames, keyOf } from './entry-event.ts';
export type { LogItem, LogProblem } from './log-row.ts';
export { readCsv } from './read-csv.ts';
export { readSwf } from './read-swf.ts';
export { readXes } from './read-xes.ts';
export { createEntries, type LogEntry, type RowMapping } from './row-entries.ts';
export { sortedByTime } from './sort-lines.ts';
export { UnpackTrouble, unpacked } from './unpack.ts';
