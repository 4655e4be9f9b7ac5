/**
 * A million pending due times on the agenda at random times of a day: put on, moved, taken off again, and fired in their
 * order; beside a binary heap that cancels lazily, as is common. The items themselves (the instances) are there before.
 */
import { type AgendaItem, createAgenda } from '../../engine/agenda.ts';
import { againstLimit, againstPeer, heldBytes, type Measurement, median, microseconds } from './measure.ts';

const BENCH = 'core';
const TIMERS = 1_000_000;
const DAY = 86_400_000;
const RUNS = 5;
const LIMIT = { atMost: 2 };

interface Times {
  readonly insert: number;
  readonly move: number;
  readonly cancel: number;
  readonly fire: number;
  readonly bytes: number;
}

/** The lines about timers. */
export function* measureTimers(): Generator<Measurement> {
  const items = Array.from(
    { length: TIMERS },
    (_, number): AgendaItem => ({ kind: 'due', name: `order-${number}` }),
  );
  const dues = randomTimes(TIMERS);
  const runs = Array.from({ length: RUNS }, () => runAgenda(items, dues));
  const peers = Array.from({ length: RUNS }, () => runLazyHeap(items, dues));
  for (const name of ['insert', 'move', 'cancel', 'fire'] as const) {
    const value = median(runs.map((run) => run[name]));
    const measured = { measure: `1,000,000 pending timers, ${name}`, value, unit: 'us' };
    yield againstLimit(BENCH, measured, LIMIT);
    if (name === 'fire') {
      const peer = median(peers.map((run) => run[name]));
      yield againstPeer(BENCH, measured, { name: 'binary heap, lazy cancel', value: peer });
    }
  }
  const value = median(runs.map((run) => run.bytes));
  yield againstLimit(
    BENCH,
    { measure: 'a pending timer of 1,000,000', value, unit: 'bytes' },
    { atMost: 64 },
  );
}

/** Half of the timers are moved, a quarter taken off and put on again; all are fired. */
function runAgenda(items: readonly AgendaItem[], dues: Float64Array): Times {
  const before = heldBytes();
  const agenda = createAgenda<AgendaItem>();
  const tickets = new Int32Array(items.length);
  const insert = timed(items.length, () => {
    for (const [index, item] of items.entries()) tickets[index] = agenda.add(item, dues[index] ?? 0);
  });
  const bytes = (heldBytes() - before - tickets.byteLength) / items.length;
  const move = timed(items.length / 2, () => {
    for (let index = 0; index < items.length; index += 2)
      agenda.move(tickets[index] ?? -1, dues[items.length - 1 - index] ?? 0);
  });
  const cancelled = items.filter((_, index) => index % 4 === 0);
  const cancel = timed(cancelled.length, () => {
    for (let index = 0; index < items.length; index += 4) agenda.remove(tickets[index] ?? -1);
  });
  for (const [index, item] of cancelled.entries()) agenda.add(item, dues[index] ?? 0);
  let fired = 0;
  const fire = timed(items.length, () => {
    let last = 0;
    for (let next = agenda.take(DAY * 2); next !== null; next = agenda.take(DAY * 2)) {
      if (next.release < last) throw new Error('The agenda gives its items in the order of time.');
      last = next.release;
      fired++;
    }
  });
  if (fired !== items.length) throw new Error(`${fired} timers fired, not ${items.length}.`);
  return { insert, move, cancel, fire, bytes };
}

interface Entry {
  readonly due: number;
  readonly item: AgendaItem;
}

function runLazyHeap(items: readonly AgendaItem[], dues: Float64Array): Pick<Times, 'insert' | 'fire'> {
  const heap: Entry[] = [];
  const at = (index: number): Entry => heap[index] as Entry; // asked for places that are filled only
  const insert = timed(items.length, () => {
    for (const [number, item] of items.entries()) {
      const entry: Entry = { due: dues[number] ?? 0, item };
      let index = heap.push(entry) - 1;
      for (
        let parent = (index - 1) >> 1;
        index > 0 && entry.due < at(parent).due;
        parent = (index - 1) >> 1
      ) {
        heap[index] = at(parent);
        index = parent;
      }
      heap[index] = entry;
    }
  });
  const fire = timed(items.length, () => {
    while (heap.length > 0) {
      const last = heap.pop() as Entry; // the heap is not empty
      let index = 0;
      for (let child = 1; child < heap.length; child = 2 * index + 1) {
        if (child + 1 < heap.length && at(child + 1).due < at(child).due) child++;
        if (at(child).due >= last.due) break;
        heap[index] = at(child);
        index = child;
      }
      if (heap.length > 0) heap[index] = last;
    }
  });
  return { insert, fire };
}

/** Microseconds for one of `count` things that `work` does. */
function timed(count: number, work: () => void): number {
  return microseconds(work) / count;
}

/** Times within a day that look random and are the same in every run (the generator is mulberry32). */
function randomTimes(count: number): Float64Array {
  let state = 42;
  return Float64Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * DAY);
  });
}
