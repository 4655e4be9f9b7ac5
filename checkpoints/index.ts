export * from './event.ts';
export * from './state-table.ts';
export * from './value.ts';
