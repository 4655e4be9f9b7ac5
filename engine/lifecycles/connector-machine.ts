/**
 * The life of a connector: evaluated each time its source step commits, then taken or refused. What is offered stays
 * evaluated until one branch has won.
 */
import { setup } from 'xstate';
import { namedActions } from './named-actions.ts';

export type ConnectorEvent = 'evaluate' | 'take' | 'refuse';

const AGAIN = { evaluate: { target: 'evaluated', reenter: true } } as const;

export const connectorMachine = setup({
  types: { events: {} as { type: ConnectorEvent } }, // read as a type only
  actions: namedActions('run-rules', 'count', 'activate-target'),
}).createMachine({
  id: 'connector',
  initial: 'idle',
  states: {
    idle: { description: 'Its source step has not committed yet.', on: AGAIN },
    evaluated: {
      description: 'Its expression was looked at.',
      entry: 'run-rules',
      on: { ...AGAIN, take: 'taken', refuse: 'refused' },
    },
    taken: {
      description: 'It was true, and its target was activated.',
      entry: ['count', 'run-rules', 'activate-target'],
      on: AGAIN,
    },
    refused: {
      description: 'It was not true, or another branch won.',
      entry: 'run-rules',
      on: AGAIN,
    },
  },
});
