/** The moments of a worker's turn at which it may be killed, in the order in which they come; a crash test kills it at each. */
export const FAIL_POINTS = [
  'beforeOpen',
  'afterOpen',
  'beforeRecovery',
  'duringRecovery',
  'afterRecovery',
  'beforeStart',
  'beforeGather',
  'afterGather',
  'beforeLoad',
  'afterLoad',
  'afterDecide',
  'beforePassOn',
  'beforeCommit',
  'afterCommit',
  'beforeConfirm',
  'afterConfirm',
  'beforeSettle',
  'afterSettle',
] as const;

export type FailPoint = (typeof FAIL_POINTS)[number];

/** Told when a moment comes; the worker goes on once it returns. */
export type FailPointHook = (point: FailPoint) => void | Promise<void>;
