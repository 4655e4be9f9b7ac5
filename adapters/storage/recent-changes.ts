import type { ChangeLog } from '../../engine/index.ts';

type Change = Awaited<ReturnType<ChangeLog['changes']>>[number];

/**
 * The newest changes that this process itself has committed, so that who follows them need not ask the database. What it
 * holds has no gaps: where somebody else committed in between it begins anew, and what is missing is to be read.
 */
export class RecentChanges {
  readonly #most: number;
  /** ascending, without gaps */
  #held: Change[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** These were committed; the last of them got this id. */
  add(changes: readonly Omit<Change, 'id'>[], last: number): void {
    const first = last - changes.length + 1;
    if ((this.#held.at(-1)?.id ?? first - 1) !== first - 1) this.#held = [];
    changes.forEach(({ kind, subject, body }, index) => {
      this.#held.push({ id: first + index, kind, subject, body });
    });
    if (this.#held.length > this.#most * 2) this.#held = this.#held.slice(-this.#most);
  }

  /** Changes after that id, at most so many; null where that cannot be told without the database. */
  after(id: number, most: number): readonly Change[] | null {
    const first = this.#held[0]?.id;
    if (first === undefined || id < first - 1) return null;
    const from = id - first + 1;
    return from >= this.#held.length ? null : this.#held.slice(from, from + most);
  }

  /** It is not known what the database holds; what is held may not be in it. */
  clear(): void {
    this.#held = [];
  }

  /** Those up to that id are no longer kept. */
  forget(id: number): void {
    const first = this.#held[0]?.id;
    if (first !== undefined && first <= id) this.#held = this.#held.slice(id - first + 1);
  }
}
