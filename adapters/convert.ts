/** Everything that turns Milepost's forms into others and back, for the command line: one door to the folders that do it. */
export * from './bpmn/index.ts';
export * from './charts/index.ts';
export * from './discover/index.ts';
export * from './logs/index.ts';
