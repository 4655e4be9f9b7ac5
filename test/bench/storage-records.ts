import type { Batch, InstanceRecord, JournalRecord, Position } from '../../engine/index.ts';

/** 2026-11-22T08:00:00Z */
const MORNING = Date.UTC(2026, 10, 22, 8);

/** Keys are spread: the entries of one instance lie far apart, as with many instances at once. */
function keyOf(number: number): string {
  return `order-${(number * 7919) % 200_003}`;
}

/** An entry of the journal of some 300 bytes at its place. */
export function entryAt(place: number): JournalRecord {
  const key = keyOf(place);
  const id = `e-${place}`;
  const time = MORNING + place;
  return {
    place,
    clock: time,
    backlog: false,
    flow: 'order-to-cash',
    key,
    id,
    digest: '4f2a9c81d05b7e63a1c8f0d2',
    step: 'receive',
    kind: 'committed',
    time,
    receivedAt: time,
    event: `{"id":"${id}","flow":"order-to-cash","key":"${key}","step":"receive","event":"committed","time":"2026-11-22T08:00:00.000Z","params":{"amount":12.5,"customer":"ACME"}}`,
  };
}

/** An instance with a snapshot of 640 bytes. */
function instanceAt(number: number): InstanceRecord {
  const time = MORNING + number;
  return {
    flow: 'order-to-cash',
    key: keyOf(number),
    revision: 'b3c1',
    status: 'running',
    health: 'running',
    deviated: false,
    group: 'clearing',
    tradingDay: '2026-11-23',
    startedAt: time,
    endedAt: null,
    updatedAt: time,
    openAlarms: 0,
    hasTimers: true,
    applied: number,
    snapshot: 'x'.repeat(640),
  };
}

/** The batch that follows a position: so many events, so many instances written, a change for each of them. */
export function batchOf(previous: Position, events: number, instances: number): Batch {
  const numbers = (count: number) => Array.from({ length: count }, (_, n) => previous.journal + 1 + n);
  const position = {
    ...previous,
    sequence: previous.sequence + 1,
    journal: previous.journal + events,
  };
  return {
    previous,
    position,
    journal: numbers(events).map(entryAt),
    instances: numbers(instances).map(instanceAt),
    removed: [],
    alarms: [],
    rejected: [],
    changes: numbers(instances).map((n) => ({
      kind: 'instance',
      subject: `milepost.status.order-to-cash.order-${n}`,
      body: '{"flow":"order-to-cash","status":"running"}',
    })),
    notices: [],
    watched: [],
    held: [],
  };
}
