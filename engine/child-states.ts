/**
 * What an instance knows of the instances that its steps nest: their status and health, by step and entry of `each`.
 *
 * 1. A step may have tens of thousands of entries, and each of them reports: a change copies one path of a tree, whose
 *    leaves and branches have 64 places, and shares everything else with what was before.
 * 2. How many entries have which status and health is counted along, so that what they come to together is known without
 *    looking at them.
 * 3. Equal knowledge has equal form, in whatever order it came: empty places are left out at the end of leaf and branch.
 */
import { type Health, hasEnded, type InstanceStatus } from './instance-status.ts';
import { NONE } from './none.ts';

export interface ChildState {
  readonly status: InstanceStatus;
  readonly health: Health;
}

/** Of so many entries. */
export interface ChildCount extends ChildState {
  readonly count: number;
}

/** What is known of the entries of one step. */
export interface StepChildren {
  readonly step: number;
  /** how many branches lie above each leaf */
  readonly depth: number;
  readonly tree: Branch;
  /** how many entries have each code */
  readonly counts: readonly number[];
}

/** By step, ascending; steps of which no entry was heard of are not there. */
export type ChildStates = readonly StepChildren[];

/** A leaf is a text with the code of one entry at each place. */
type Branch = string | readonly Branch[];

const WIDTH = 64;
const STATUSES: readonly InstanceStatus[] = ['expected', 'running', 'committed', 'failed', 'abandoned'];
const HEALTHS: readonly Health[] = ['normal', 'running', 'warning', 'critical', 'unknown'];
/** Status and health of every code. Codes are stored as letters: others make another form of the snapshot. */
const STATES: readonly ChildState[] = STATUSES.flatMap((status) =>
  HEALTHS.map((health) => Object.freeze({ status, health })),
);
const FIRST_LETTER = 'a'.charCodeAt(0);
/** The letter of an entry that was not heard of. */
const UNHEARD = '-';

/** Nothing is known of any child. */
export const NO_CHILDREN: ChildStates = NONE;

/** What is known of an entry of a step; null where it was not heard of. */
export function childOf(children: ChildStates, step: number, entry: number): ChildState | null {
  const found = children.find((one) => one.step === step);
  return found === undefined ? null : stateOfCode(codeAt(found, entry));
}

/** The same with this status and health of an entry. */
export function withChild(
  children: ChildStates,
  child: ChildState & { readonly step: number; readonly entry: number },
): ChildStates {
  const { step, entry } = child;
  const before = children.find((one) => one.step === step) ?? emptyStep(step);
  const after = withCode(before, entry, codeOf(child));
  if (after === before) return children;
  return [...children.filter((one) => one.step !== step), after].sort((a, b) => a.step - b.step);
}

/** The same without anything about a step. */
export function withoutStep(children: ChildStates, step: number): ChildStates {
  return children.some((one) => one.step === step) ? children.filter((one) => one.step !== step) : children;
}

/** How many entries of a step are known to have which status and health. */
export function countsOf(children: ChildStates, step: number): readonly ChildCount[] {
  const found = children.find((one) => one.step === step);
  return found === undefined ? NONE : countsOfStep(found);
}

/**
 * How many of the first so many entries of a step have ended, and whether all of these have committed. There may be later
 * ones, of a child that other definitions than its parent's have found.
 */
export function endedOf(
  children: ChildStates,
  step: number,
  entries: number,
): { readonly count: number; readonly committed: boolean } {
  const found = children.find((one) => one.step === step);
  const ended = { all: 0, committed: 0 };
  const add = ({ status }: ChildState, count: number) => {
    if (hasEnded(status)) ended.all += count;
    if (status === 'committed') ended.committed += count;
  };
  for (const each of found === undefined ? NONE : countsOfStep(found)) add(each, each.count);
  const heard = found === undefined ? 0 : lengthOf(found);
  for (let entry = entries; entry < heard; entry++) {
    const later = childOf(children, step, entry);
    if (later !== null) add(later, -1);
  }
  return { count: ended.all, committed: ended.committed === ended.all };
}

/** The place after the last entry that was heard of. */
function lengthOf({ tree, depth }: StepChildren): number {
  let branch: Branch = tree;
  let length = 0;
  for (let size = WIDTH ** depth; typeof branch !== 'string'; size /= WIDTH) {
    length += size * (branch.length - 1);
    branch = branch.at(-1) ?? '';
  }
  return length + branch.length;
}

/** Which status and health there are among the children. */
export function kindsOf(children: ChildStates): readonly ChildState[] {
  return children.length === 0 ? NONE : children.flatMap(countsOfStep);
}

function countsOfStep({ counts }: StepChildren): readonly ChildCount[] {
  const found: ChildCount[] = [];
  for (let code = 0; code < counts.length; code++) {
    const count = counts[code] ?? 0;
    const state = STATES[code];
    if (count > 0 && state !== undefined) found.push({ ...state, count });
  }
  return found;
}

/** What is known of a step as a text with one letter an entry, as far as the last that was heard of. */
export function textOfStep({ tree, depth }: StepChildren): string {
  return textOfBranch(tree, depth);
}

function textOfBranch(branch: Branch, depth: number): string {
  if (typeof branch === 'string') return branch;
  const parts = branch.map((one) => textOfBranch(one, depth - 1));
  const size = WIDTH ** depth;
  return parts.map((part, place) => (place < parts.length - 1 ? part.padEnd(size, UNHEARD) : part)).join('');
}

/**
 * What such a text says of a step.
 *
 * @throws Error where it has a letter that none is stored with.
 */
export function stepFromText(step: number, text: string): StepChildren {
  const counts = STATES.map(() => 0);
  for (const letter of text) {
    if (letter === UNHEARD) continue;
    const code = letter.charCodeAt(0) - FIRST_LETTER;
    const before = counts[code];
    if (before === undefined) throw new Error(`broken rule: a snapshot has a child '${letter}'`);
    counts[code] = before + 1;
  }
  let depth = 0;
  while (WIDTH ** (depth + 1) < text.length) depth++;
  return { step, depth, tree: branchFromText(text, depth), counts };
}

function branchFromText(text: string, depth: number): Branch {
  const heard = withoutUnheard(text);
  if (depth === 0) return heard;
  const size = WIDTH ** depth;
  const parts: Branch[] = [];
  for (let from = 0; from < heard.length; from += size)
    parts.push(branchFromText(heard.slice(from, from + size), depth - 1));
  return parts.length === 0 ? NONE : parts;
}

/** A text without the entries at its end that were not heard of. */
function withoutUnheard(text: string): string {
  let end = text.length;
  while (text[end - 1] === UNHEARD) end--;
  return text.slice(0, end);
}

function emptyStep(step: number): StepChildren {
  return { step, depth: 0, tree: '', counts: STATES.map(() => 0) };
}

function codeAt({ tree, depth }: StepChildren, entry: number): number {
  let branch: Branch | undefined = tree;
  let size = WIDTH ** depth;
  let place = entry;
  while (branch !== undefined && typeof branch !== 'string') {
    branch = branch[Math.floor(place / size)];
    place %= size;
    size /= WIDTH;
  }
  return branch === undefined || place >= branch.length ? -1 : branch.charCodeAt(place) - FIRST_LETTER;
}

function withCode(before: StepChildren, entry: number, code: number): StepChildren {
  const was = codeAt(before, entry);
  if (was === code) return before;
  const counts = before.counts.slice();
  if (was >= 0) counts[was] = (counts[was] ?? 0) - 1;
  counts[code] = (counts[code] ?? 0) + 1;
  let { tree, depth } = before;
  for (; entry >= WIDTH ** (depth + 1); depth++) tree = tree.length === 0 ? NONE : [tree];
  return { step: before.step, depth, tree: changed({ branch: tree, depth, entry, code }), counts };
}

function changed(change: {
  readonly branch: Branch | undefined;
  readonly depth: number;
  readonly entry: number;
  readonly code: number;
}): Branch {
  const { branch, depth, entry, code } = change;
  if (depth === 0) {
    const leaf = typeof branch === 'string' ? branch : '';
    const letter = String.fromCharCode(FIRST_LETTER + code);
    return leaf.slice(0, entry).padEnd(entry, UNHEARD) + letter + leaf.slice(entry + 1);
  }
  const size = WIDTH ** depth;
  const place = Math.floor(entry / size);
  const parts = typeof branch === 'object' ? branch.slice() : [];
  while (parts.length <= place) parts.push(depth === 1 ? '' : NONE);
  parts[place] = changed({ branch: parts[place], depth: depth - 1, entry: entry % size, code });
  return parts;
}

function codeOf({ status, health }: ChildState): number {
  return STATUSES.indexOf(status) * HEALTHS.length + HEALTHS.indexOf(health);
}

function stateOfCode(code: number): ChildState | null {
  return STATES[code] ?? null;
}
