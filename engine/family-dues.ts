/**
 * The due times of the families of a watch, so that what one had due before an event is found without asking all of it: a
 * step may nest tens of thousands of instances.
 *
 * 1. Small families are asked one by one. Of a large one each tree of nested instances has an agenda of its own, made when
 *    it is first asked for and gone with the last instance that is on it.
 * 2. What is due on an agenda may have become later; that is seen when it is looked at.
 */
import type { Definitions, Flow } from '../definitions/index.ts';
import { type Agenda, createAgenda } from './agenda.ts';
import { type DueTime, nextDueTime } from './due-times.ts';
import { nameOf, parentOf, relatives } from './family.ts';
import type { InstanceKey } from './ports.ts';
import type { Watched } from './watched.ts';

/** A family of so many is asked one by one. */
const SMALL = 64;

/** What an instance has due next. */
export interface Due {
  readonly watched: Watched;
  readonly next: DueTime;
}

/** The instances of one tree that have something due. */
interface Tree {
  readonly agenda: Agenda<Watched>;
  readonly tickets: Map<Watched, number>;
}

export class FamilyDues {
  readonly #definitions: Definitions;
  readonly #instances: ReadonlyMap<string, Watched>;
  /** by the name of the outermost instance */
  readonly #trees = new Map<string, Tree>();

  constructor(definitions: Definitions, instances: ReadonlyMap<string, Watched>) {
    this.#definitions = definitions;
    this.#instances = instances;
  }

  /** What the family of an instance has due before a time, the earliest first; deciding it is up to the caller. */
  *before(of: InstanceKey, time: number): Generator<Due> {
    const tops = this.#largeTops(of);
    const first =
      tops === null
        ? earliestOf(relatives(this.#definitions, of), (one) => this.#dueOf(one))
        : earliestOf(this.#treesOf(of, tops), (tree) => firstOf(tree, time));
    for (let due = first(); due !== null && due.next.due < time; due = first()) yield due;
  }

  /** An instance came into memory, or was decided. */
  changed(watched: Watched): void {
    if (this.#trees.size === 0) return;
    const tree = this.#trees.get(this.#topName(watched.instance));
    if (tree !== undefined) put(tree, watched);
  }

  /** An instance left memory. */
  dropped(watched: Watched): void {
    if (this.#trees.size === 0) return;
    const top = this.#topName(watched.instance);
    const tree = this.#trees.get(top);
    if (tree === undefined) return;
    const ticket = tree.tickets.get(watched);
    if (ticket !== undefined) tree.agenda.remove(ticket);
    tree.tickets.delete(watched);
    if (tree.tickets.size === 0) this.#trees.delete(top);
  }

  #dueOf({ flow, key }: InstanceKey): Due | null {
    const watched = this.#instances.get(nameOf(flow, key));
    const next = watched === undefined ? null : nextDueTime(watched);
    return watched === undefined || next === null ? null : { watched, next };
  }

  /** The outermost instances of a large family; null where it is small, or what is nested in it is followed by something. */
  #largeTops(of: InstanceKey): ReadonlyMap<string, InstanceKey> | null {
    const tops = new Map<string, InstanceKey>();
    const waiting = [of];
    let size = 0;
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      const top = topOf(this.#definitions, one);
      const name = nameOf(top.flow, top.key);
      const flow = this.#definitions.flows.get(top.flow);
      if (flow === undefined || tops.has(name)) continue;
      tops.set(name, top);
      size += treeSize(this.#definitions, flow);
      for (const follower of flow.followers) waiting.push({ flow: follower, key: top.key });
    }
    return size > SMALL ? tops : null;
  }

  #treesOf(of: InstanceKey, tops: ReadonlyMap<string, InstanceKey>): readonly Tree[] {
    const missing = [...tops.keys()].filter((name) => !this.#trees.has(name));
    if (missing.length > 0) {
      for (const name of missing) this.#trees.set(name, { agenda: createAgenda(), tickets: new Map() });
      for (const { flow, key } of relatives(this.#definitions, of)) {
        const watched = this.#instances.get(nameOf(flow, key));
        if (watched !== undefined) this.changed(watched);
      }
    }
    return [...tops.keys()].flatMap((name) => this.#trees.get(name) ?? []);
  }

  #topName(of: InstanceKey): string {
    const top = topOf(this.#definitions, of);
    return nameOf(top.flow, top.key);
  }
}

/** Gives the earliest of all, each time that it is called; of equal ones the first. */
function earliestOf<T>(all: readonly T[], dueOf: (one: T) => Due | null): () => Due | null {
  return () => {
    let earliest: Due | null = null;
    for (const one of all) {
      const due = dueOf(one);
      if (due !== null && (earliest === null || due.next.due < earliest.next.due)) earliest = due;
    }
    return earliest;
  };
}

/** The outermost instance that this one is nested in, near or far; itself where it is nested in none. */
function topOf(definitions: Definitions, of: InstanceKey): InstanceKey {
  let top: InstanceKey = of;
  for (;;) {
    const flow = definitions.flows.get(top.flow);
    const parent = flow === undefined ? null : parentOf(definitions, flow, top.key);
    if (parent === null) return top;
    top = parent;
  }
}

const SIZES = new WeakMap<Flow, number>();

/**
 * How many instances there are in one of this flow, itself included; minus infinity where something follows one that is
 * nested.
 */
function treeSize(definitions: Definitions, flow: Flow): number {
  const known = SIZES.get(flow);
  if (known !== undefined) return known;
  let size = 1;
  for (const { nested } of flow.steps) {
    const child = nested === null ? undefined : definitions.flows.get(nested.flow);
    if (nested === null || child === undefined) continue;
    size +=
      child.followers.length > 0
        ? Number.NEGATIVE_INFINITY
        : nested.suffixes.length * treeSize(definitions, child);
  }
  SIZES.set(flow, size);
  return size;
}

/** What a tree has due first, if that is before a time. It stays on the agenda until it was decided. */
function firstOf(tree: Tree, time: number): Due | null {
  const { agenda, tickets } = tree;
  for (let released = agenda.take(time); released !== null; released = agenda.take(time)) {
    const { item: watched, release } = released;
    tickets.delete(watched);
    put(tree, watched);
    const next = nextDueTime(watched);
    if (next !== null && next.due === release) return { watched, next };
  }
  return null;
}

function put({ agenda, tickets }: Tree, watched: Watched): void {
  const next = nextDueTime(watched);
  if (next === null) return;
  const ticket = tickets.get(watched);
  if (ticket === undefined) tickets.set(watched, agenda.add(watched, next.due));
  else if (next.due < agenda.releaseOf(ticket)) agenda.move(ticket, next.due);
}
