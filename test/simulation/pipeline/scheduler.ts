/**
 * Virtual time: what is to happen stands in a heap by (time, tie-break), and happens one after another. After whatever may
 * wake production code, its promises run until none is left, so that nothing depends on the machine's own time.
 */
import { setImmediate as drained } from 'node:timers/promises';

export interface Planned {
  readonly time: number;
  readonly order: number;
  readonly label: string;
  /** whether production code may go on after it */
  readonly wakes: boolean;
  run: (() => void) | null;
}

export class Scheduler {
  now: number;
  steps = 0;
  readonly #heap: Planned[] = [];
  #order = 0;
  #hash = 0x811c9dc5;

  readonly #trace: ((text: string) => void) | null;

  /** `trace`: told of everything that happens. */
  constructor(start: number, trace: ((text: string) => void) | null = null) {
    this.now = start;
    this.#trace = trace;
  }

  /** how much is planned */
  get size(): number {
    return this.#heap.length;
  }

  /** Of everything that happened, in its order: the same seed gives the same. */
  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0');
  }

  /** Plans something `delay` ms from now. */
  after(delay: number, label: string, run: () => void, wakes = true): Planned {
    const planned: Planned = { time: this.now + Math.max(0, delay), order: this.#order++, label, wakes, run };
    this.#heap.push(planned);
    this.#up(this.#heap.length - 1);
    return planned;
  }

  cancel(planned: Planned): void {
    planned.run = null;
  }

  /** Something of note, so that two runs that differ anywhere have another hash. */
  note(text: string): void {
    this.#trace?.(`${new Date(this.now).toISOString().slice(11)} ${text}`);
    let hash = this.#hash;
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    this.#hash = Math.imul(hash ^ (this.now & 0x7fffffff), 0x01000193);
  }

  /** Lets happen what comes up to a time, or until `done`; gives whether it was done. */
  async run(until: number, done: () => boolean = () => false): Promise<boolean> {
    for (;;) {
      if (done()) return true;
      const first = this.#heap[0];
      if (first === undefined || first.time > until) break;
      this.#pop();
      const { run } = first;
      if (run === null) continue;
      this.now = first.time;
      this.steps++;
      this.note(first.label);
      run();
      if (first.wakes) await drained();
    }
    this.now = Math.max(this.now, until);
    return done();
  }

  #before(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || other === undefined) return false;
    return one.time < other.time || (one.time === other.time && one.order < other.order);
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || other === undefined) return;
    this.#heap[a] = other;
    this.#heap[b] = one;
  }

  #up(from: number): void {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.#before(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (this.#before(child, least)) least = child;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }
}
