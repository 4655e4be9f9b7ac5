/**
 * The life of an instance of a flow. One that has ended runs again when a step does, and is expected again when the step
 * that nests it is activated once more.
 */
import { setup } from 'xstate';
import { namedActions } from './named-actions.ts';

export type FlowEvent = 'expect' | 'start' | 'commit' | 'fail' | 'abandon' | 'reopen';

const AFTER_THE_END = {
  reopen: { target: 'running', actions: 'reopen' },
  expect: { target: 'expected', actions: 'set-back' },
} as const;

export const flowMachine = setup({
  types: { events: {} as { type: FlowEvent } }, // read as a type only
  actions: namedActions('begin', 'set-back', 'reopen', 'end'),
}).createMachine({
  id: 'flow',
  initial: 'expected',
  states: {
    expected: {
      description: 'Nothing has happened yet; it can be late.',
      on: { expect: {}, start: { target: 'running', actions: 'begin' }, abandon: 'abandoned' },
    },
    running: {
      description: 'A step is active or running.',
      on: { commit: 'committed', fail: 'failed', abandon: 'abandoned' },
    },
    committed: {
      description: 'No step is active or running, and none failed.',
      entry: 'end',
      on: AFTER_THE_END,
    },
    failed: {
      description: 'No step is active or running; one failed or is at a dead end.',
      entry: 'end',
      on: AFTER_THE_END,
    },
    abandoned: {
      description: 'It was without an event for too long.',
      entry: 'end',
      on: AFTER_THE_END,
    },
  },
});
