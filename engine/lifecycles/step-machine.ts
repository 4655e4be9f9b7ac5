/**
 * The life of a step within its instance.
 *
 * 1. A step that nobody expects now may report all the same: it is followed (reality wins) and told as `out-of-order`, or
 *    as `re-run` where it failed before.
 * 2. An arrival at a step that is active or running changes nothing.
 * 3. Only what has not reported yet can be withdrawn.
 */
import { setup } from 'xstate';
import { namedActions } from './named-actions.ts';

export type StepEvent = 'arrive' | 'report' | 'commit' | 'fail' | 'withdraw';

/** The same three reports begin a visit wherever none is under way. */
function unexpected<const Meaning extends 'out-of-order' | 're-run'>(meaning: Meaning) {
  const actions = ['begin-visit', meaning] as const;
  return {
    report: { target: 'running', actions },
    commit: { target: 'committed', actions, reenter: true },
    fail: { target: 'failed', actions, reenter: true },
  } as const;
}

export const stepMachine = setup({
  types: { events: {} as { type: StepEvent } }, // read as a type only
  actions: namedActions(
    'begin-visit',
    'out-of-order',
    're-run',
    'stop-timers',
    'end-visit',
    'follow-connectors',
    'raise-exception',
  ),
}).createMachine({
  id: 'step',
  initial: 'idle',
  states: {
    idle: {
      description: 'Nothing has led here yet.',
      on: { arrive: { target: 'active', actions: 'begin-visit' }, ...unexpected('out-of-order') },
    },
    active: {
      description: 'A connector arrived: its application is expected to report.',
      on: {
        arrive: {},
        report: { target: 'running', actions: 'stop-timers' },
        commit: { target: 'committed', actions: 'stop-timers' },
        fail: { target: 'failed', actions: 'stop-timers' },
        withdraw: { target: 'withdrawn' },
      },
    },
    running: {
      description: 'Its application has reported.',
      on: {
        arrive: {},
        report: { actions: 'stop-timers' },
        commit: { target: 'committed', actions: 'stop-timers' },
        fail: { target: 'failed', actions: 'stop-timers' },
      },
    },
    committed: {
      description: 'Done; its connectors were followed.',
      entry: ['end-visit', 'follow-connectors'],
      on: { arrive: { target: 'active', actions: 'begin-visit' }, ...unexpected('out-of-order') },
    },
    failed: {
      description: 'It reported an exception, or its nested flow failed.',
      entry: ['end-visit', 'raise-exception'],
      on: { arrive: { target: 'active', actions: 'begin-visit' }, ...unexpected('re-run') },
    },
    withdrawn: {
      description: 'It was offered, and another branch won.',
      entry: 'end-visit',
      on: { arrive: { target: 'active', actions: 'begin-visit' }, ...unexpected('out-of-order') },
    },
  },
});
