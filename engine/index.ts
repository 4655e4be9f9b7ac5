export * from './instance.ts';
export * from './ports.ts';
