/** What a year must have seen: a run in which a kind of disturbance never came up has shown nothing about it. */
import { MISHAPS } from './mishaps.ts';
import type { YearReport } from './simulate.ts';

const DISTURBANCES = [
  ...new Set(Object.values(MISHAPS).flatMap((mishaps) => Object.keys(mishaps))),
  ...[
    'application silent for a day',
    'delivered late',
    'overtaken within a step',
    'overtaken by the next step',
  ],
  ...['repeated at once', 'repeated within the hour', 'repeated within five days'],
  ...['unknown step', 'unknown flow', 'id of another event'],
  ...['waived for a day', 'waiver taken back', 'alarm closed by hand', 'transaction lost', 'restarted'],
];

const ALARMS = [
  ...['start-timeout', 'late-start', 'deadline', 'stalled', 'slow', 'cut-off', 'unanswered', 'no-answer'],
  ...['silent', 'halted-long', 'not-open', 'out-of-order', 'exception', 'illegal-state', 'loop-limit'],
  ...['short-transfer', 'slow-orders', 'wrong-day', 'archive-incomplete', 'orders-left-open', 'bank-missing'],
  ...['trades-differ', 'statements-missing', 'calls-missing', 'empty-report'],
];

const STATUSES = ['on-time', 'late', 'failed', 'missing', 'excused', 'running', 'waiting'];

/** The disturbances, alarms and ledger statuses that did not come up. */
export function neverReached({ planted, alarms, ledger }: YearReport): readonly string[] {
  return [
    ...DISTURBANCES.filter((name) => planted[name] === undefined),
    ...ALARMS.filter((name) => alarms[name] === undefined).map((name) => `alarm ${name}`),
    ...STATUSES.filter((name) => ledger[name] === undefined).map((name) => `ledger ${name}`),
  ];
}
