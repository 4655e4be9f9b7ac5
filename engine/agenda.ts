/**
 * What is to be decided when the clock gets there: due times, events held back by `disorder`, days that begin.
 *
 * 1. Items leave in the order of their time; at the same time days begin first, then events, then due times, so that an
 *    event at the exact due time is in time. Equal ones go by name, so that the order never depends on history.
 * 2. An item is taken out lazily: whoever takes it checks that it still holds.
 */
export const RANK = { day: 0, event: 1, due: 2 } as const;

export interface AgendaItem<T> {
  /** milliseconds; for flows with `disorder` that much later than what it is about */
  readonly release: number;
  readonly rank: number;
  readonly name: string;
  readonly sequence: number;
  readonly what: T;
}

export interface Agenda<T> {
  readonly size: number;
  add(item: AgendaItem<T>): void;
  /** the first item that is due at `clock`: due times strictly before it, the others at it too */
  take(clock: number): AgendaItem<T> | null;
  /** the release of the first item; null when there is none */
  first(): number | null;
}

/** A binary heap of items. */
export function createAgenda<T>(): Agenda<T> {
  const heap: AgendaItem<T>[] = [];
  const at = (index: number): AgendaItem<T> => {
    const item = heap[index];
    if (item === undefined) throw new Error('broken rule: the agenda was asked beyond its end');
    return item;
  };
  return {
    get size() {
      return heap.length;
    },
    first: () => heap[0]?.release ?? null,
    add(item) {
      let index = heap.push(item) - 1;
      while (index > 0) {
        const parent = (index - 1) >> 1;
        if (!before(item, at(parent))) break;
        heap[index] = at(parent);
        index = parent;
      }
      heap[index] = item;
    },
    take(clock) {
      const top = heap[0];
      if (top === undefined || top.release > clock) return null;
      if (top.release === clock && top.rank === RANK.due) return null;
      const last = heap.pop();
      if (last === undefined || heap.length === 0) return top;
      let index = 0;
      for (;;) {
        let child = 2 * index + 1;
        if (child >= heap.length) break;
        if (child + 1 < heap.length && before(at(child + 1), at(child))) child++;
        if (!before(at(child), last)) break;
        heap[index] = at(child);
        index = child;
      }
      heap[index] = last;
      return top;
    },
  };
}

function before<T>(a: AgendaItem<T>, b: AgendaItem<T>): boolean {
  if (a.release !== b.release) return a.release < b.release;
  if (a.rank !== b.rank) return a.rank < b.rank;
  if (a.name !== b.name) return a.name < b.name;
  return a.sequence < b.sequence;
}
