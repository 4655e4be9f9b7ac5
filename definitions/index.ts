export * from './calendar.ts';
export * from './calendar-check.ts';
export * from './document.ts';
export * from './expression.ts';
export * from './flow.ts';
export * from './moment.ts';
export * from './place.ts';
export * from './scope.ts';
