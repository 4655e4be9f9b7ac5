/** What a run has been through, counted: a run that never came to a state has shown nothing about it. */
export class Reached {
  readonly counts = new Map<string, number>();

  add(name: string, count = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + count);
  }
}

/** What a hundred seeds together must have been through. */
const MUST_BE_REACHED: readonly string[] = [
  ...['takeover', 'stale writer fenced', 'CAS lost', 'all workers down', 'killed', 'frozen', 'clean stop'],
  ...['unknown commit', 'delayed commit', 'failover that lost something', 'database down', 'stream down'],
  ...[
    'stream lost',
    'incarnation change',
    'incarnation change while reading',
    'published again',
    'PubAck lost',
  ],
  ...['dedupe by NATS', 'dedupe by the journal', 'stale ack', 'passed on', 'waited for what is unsorted'],
  ...['late timer', 'backlog', 'held back', 'rejected', 'rows behind the journal', 'root written late'],
  ...[
    'takeover of the notifier',
    'stale notifier write refused',
    'nobody tells',
    'send unknown',
    'notice came twice',
  ],
  ...['breaker open', 'breaker closed', 'quota hit', 'Retry-After', 'storm mode', 'silence', 'acknowledged'],
  'changes removed that nobody took',
  ...['killed before settle', 'killed before commitNotices', 'unknown settle', 'unknown commitNotices'],
  ...['told repeated', 'told escalated', 'told undeliverable', 'told notify', 'notice given up: failed'],
  ...['recovery with tail', 'killed at beforeCommit', 'killed at afterCommit', 'killed at duringRecovery'],
];

/** The states that were not come to. */
export function neverReached(reached: ReadonlyMap<string, number>): readonly string[] {
  return MUST_BE_REACHED.filter((name) => !reached.has(name));
}
