/**
 * The flow of the bench for xstate's own interpreter: one parallel machine, a region for each step, run by `createActor`
 * on a simulated clock. A region is expected once the one before has committed and the guard on its parameter holds, has
 * a delayed transition for its timer, and takes the parameter into the context.
 *
 * What the peer lacks and the engine does: alarms with their reasons, counts, deviations, ids that were seen, and an
 * event that is not expected is simply not taken. What it does more: nothing; there are no listeners.
 */
import {
  type AnyActorRef,
  type AnyStateMachine,
  assign,
  createActor,
  createMachine,
  SimulatedClock,
} from 'xstate';
import { EVENTS_PER_STEP } from './line-flow.ts';

interface Context {
  readonly counts: readonly number[];
  readonly stalled: number;
}

interface PeerEvent {
  readonly type: string;
  readonly count: number;
}

/** The machine with that many steps. */
export function parallelMachine(steps: number): AnyStateMachine {
  const regions = Array.from({ length: steps }, (_, index) => [`s${index}`, region(index)] as const);
  return createMachine({
    id: 'line',
    type: 'parallel',
    types: {} as { context: Context; events: PeerEvent }, // read as a type only
    context: { counts: Array.from({ length: steps }, () => 0), stalled: 0 },
    states: Object.fromEntries(regions),
  });
}

function region(index: number) {
  return {
    initial: index === 0 ? 'active' : 'idle',
    states: {
      idle: {
        on: {
          [`commit.${index - 1}`]: {
            target: 'active',
            guard: ({ context }: { context: Context }) => (context.counts[index - 1] ?? 0) >= 0,
          },
        },
      },
      active: {
        on: { [`report.${index}`]: 'running' },
        after: { 600000: { actions: assign({ stalled: ({ context }) => context.stalled + 1 }) } },
      },
      running: {
        on: {
          [`params.${index}`]: {
            actions: assign({
              counts: ({ context, event }: { context: Context; event: PeerEvent }) =>
                context.counts.with(index, event.count),
            }),
          },
          [`commit.${index}`]: 'committed',
        },
      },
      committed: {},
    },
  };
}

/** All events of an instance of so many steps. */
export function peerEvents(steps: number): readonly PeerEvent[] {
  const kinds = ['report', 'params', 'commit'];
  return Array.from({ length: steps * EVENTS_PER_STEP }, (_, place) => {
    const step = Math.floor(place / EVENTS_PER_STEP);
    return { type: `${kinds[place % EVENTS_PER_STEP]}.${step}`, count: step };
  });
}

/** A running instance. */
export function startActor(machine: AnyStateMachine): AnyActorRef {
  return createActor(machine, { clock: new SimulatedClock() }).start();
}

/** Whether the last step has committed: a bench that went nowhere measures nothing. */
export function hasCommitted(actor: AnyActorRef, steps: number): boolean {
  const value: unknown = actor.getSnapshot().value;
  return typeof value === 'object' && value !== null && Reflect.get(value, `s${steps - 1}`) === 'committed';
}
