export { type Demo, type DemoOptions, prepareDemo } from './prepare-demo.ts';
export { DemoError } from './round.ts';
export { type ProducerOptions, type Producers, startHistory, startProducers } from './start-producers.ts';
