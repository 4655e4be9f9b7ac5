/**
 * The life of an alarm, one per cause while it is open.
 *
 * 1. Raised again while it is open it counts; raised after its end it is another episode.
 * 2. It is cleared when its cause ends, closed when an operator says so. What has ended is not acknowledged any more.
 * 3. Clearing what is not open does nothing: causes may end that never led to an alarm.
 * 4. Once somebody sees to it, it is not passed on to the next level; where that is taken back, it is open again.
 * 5. Muting changes who is told, not where it stands.
 */
import { setup } from 'xstate';
import { namedActions } from './named-actions.ts';

export type AlarmEvent =
  | 'raise'
  | 'acknowledge'
  | 'unacknowledge'
  | 'assign'
  | 'comment'
  | 'escalate'
  | 'mute'
  | 'unmute'
  | 'judge'
  | 'clear'
  | 'close';

const NOTE = { actions: 'note' } as const;
const HANDLING = { assign: NOTE, comment: NOTE, judge: NOTE } as const;
const WHILE_OPEN = {
  ...HANDLING,
  mute: NOTE,
  unmute: NOTE,
  raise: { actions: 'count' },
  clear: 'cleared',
  close: 'closed',
} as const;
const UNANSWERED = {
  ...WHILE_OPEN,
  acknowledge: { target: 'acknowledged', actions: 'note' },
  escalate: { target: 'escalated', actions: 'note' },
} as const;
const BEGIN = { target: 'open', actions: ['begin-episode', 'tell-raised'] } as const;
const AFTER_THE_END = { ...HANDLING, raise: BEGIN, clear: {} } as const;

export const alarmMachine = setup({
  types: { events: {} as { type: AlarmEvent } }, // read as a type only
  actions: namedActions('begin-episode', 'count', 'note', 'tell-raised', 'tell-cleared'),
}).createMachine({
  id: 'alarm',
  initial: 'absent',
  states: {
    absent: { description: 'Its cause was never there.', on: { raise: BEGIN, clear: {} } },
    open: {
      description: 'Its cause is there, and nobody has seen to it yet.',
      on: UNANSWERED,
    },
    escalated: {
      description: 'Its cause is there, nobody has seen to it in time, and the next level was told.',
      on: UNANSWERED,
    },
    acknowledged: {
      description: 'Its cause is there, and somebody sees to it.',
      on: { ...WHILE_OPEN, acknowledge: NOTE, unacknowledge: { target: 'open', actions: 'note' } },
    },
    cleared: { description: 'Its cause ended.', entry: 'tell-cleared', on: AFTER_THE_END },
    closed: { description: 'An operator ended it.', entry: ['note', 'tell-cleared'], on: AFTER_THE_END },
  },
});
