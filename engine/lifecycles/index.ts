/**
 * The lifecycles, each as a machine for people and as a table for the engine. The machines are the one definition of what
 * is legal; the actions of a move say what it means, and the engine carries them out.
 */
import { compileMachine, type TableOf } from '../compile-machine.ts';
import { alarmMachine } from './alarm-machine.ts';
import { connectorMachine } from './connector-machine.ts';
import { flowMachine } from './flow-machine.ts';
import { stepMachine } from './step-machine.ts';
import { timerMachine } from './timer-machine.ts';

export const STEP: TableOf<typeof stepMachine> = compileMachine(stepMachine);
export const FLOW: TableOf<typeof flowMachine> = compileMachine(flowMachine);
export const CONNECTOR: TableOf<typeof connectorMachine> = compileMachine(connectorMachine);
export const TIMER: TableOf<typeof timerMachine> = compileMachine(timerMachine);
export const ALARM: TableOf<typeof alarmMachine> = compileMachine(alarmMachine);

/** The machines themselves, to be drawn and exported. */
export const LIFECYCLES = {
  step: stepMachine,
  flow: flowMachine,
  connector: connectorMachine,
  timer: timerMachine,
  alarm: alarmMachine,
} as const;

export { stateEvent, stateKey, stateTableMachine } from './state-table-machine.ts';
