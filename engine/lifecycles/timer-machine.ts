/** The life of a timer: started anew it counts anew, it fires once, and stopping one that does not run does nothing. */
import { setup } from 'xstate';
import { namedActions } from './named-actions.ts';

export type TimerEvent = 'arm' | 'fire' | 'stop';

export const timerMachine = setup({
  types: { events: {} as { type: TimerEvent } }, // read as a type only
  actions: namedActions('schedule', 'unschedule', 'raise'),
}).createMachine({
  id: 'timer',
  initial: 'idle',
  states: {
    idle: { description: 'It was never started.', on: { arm: 'armed', stop: {} } },
    armed: {
      description: 'It has a due time.',
      entry: 'schedule',
      exit: 'unschedule',
      on: {
        arm: { target: 'armed', reenter: true },
        fire: { target: 'fired', actions: 'raise' },
        stop: 'stopped',
      },
    },
    fired: { description: 'Its due time passed.', on: { arm: 'armed', stop: {} } },
    stopped: { description: 'What it waited for happened in time.', on: { arm: 'armed', stop: {} } },
  },
});
