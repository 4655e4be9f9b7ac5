/**
 * Process trees: what the miner finds before it is a flow. Leemans, Fahland, van der Aalst, Discovering Block-Structured
 * Process Models from Event Logs, 2013. The first child of a loop is done once, and again after each of the others.
 */
export type ProcessTree =
  | { readonly kind: 'activity'; readonly name: string }
  /** nothing is seen */
  | { readonly kind: 'silent' }
  | { readonly kind: 'sequence' | 'choice' | 'parallel' | 'loop'; readonly children: readonly ProcessTree[] };

export const SILENT: ProcessTree = { kind: 'silent' };

export function activity(name: string): ProcessTree {
  return { kind: 'activity', name };
}

/** A node with these children; a sequence, choice or parallel part of one child is that child. */
export function node(
  kind: 'sequence' | 'choice' | 'parallel' | 'loop',
  children: readonly ProcessTree[],
): ProcessTree {
  const flat =
    kind === 'loop'
      ? children
      : children.flatMap((child) => (child.kind === kind ? child.children : [child]));
  const kept =
    kind === 'sequence' || kind === 'parallel' ? flat.filter((child) => child.kind !== 'silent') : flat;
  const silent = kept.filter((child) => child.kind === 'silent');
  const distinct =
    kind === 'choice' ? [...kept.filter((child) => child.kind !== 'silent'), ...silent.slice(0, 1)] : kept;
  const [only = SILENT, ...more] = distinct;
  return more.length === 0 ? only : { kind, children: distinct };
}

/** A loop of a loop is one, and each way of a choice to go back is a way of its own. */
function loop([first = SILENT, ...others]: readonly ProcessTree[]): ProcessTree {
  const ways = others.flatMap((other) => (other.kind === 'choice' ? other.children : [other]));
  const [body = SILENT, ...inner] = first.kind === 'loop' ? first.children : [first];
  const all = [...inner, ...ways];
  const silent = all.filter(({ kind }) => kind === 'silent').slice(0, 1);
  return { kind: 'loop', children: [body, ...all.filter(({ kind }) => kind !== 'silent'), ...silent] };
}

/** Whether nothing at all is one way through it. */
export function canBeEmpty(tree: ProcessTree): boolean {
  switch (tree.kind) {
    case 'activity':
      return false;
    case 'silent':
      return true;
    case 'choice':
      return tree.children.some(canBeEmpty);
    case 'loop':
      return tree.children.slice(0, 1).every(canBeEmpty);
    case 'sequence':
    case 'parallel':
      return tree.children.every(canBeEmpty);
  }
}

export function activitiesOf(tree: ProcessTree): readonly string[] {
  if (tree.kind === 'activity') return [tree.name];
  return tree.kind === 'silent' ? [] : tree.children.flatMap(activitiesOf);
}

/** One or more of some activities, in any order. */
export function anyOrder(activities: readonly string[]): ProcessTree {
  return node('loop', [node('choice', activities.map(activity)), SILENT]);
}

export function orNothing(tree: ProcessTree): ProcessTree {
  return node('choice', [tree, SILENT]);
}

/**
 * The same tree, or one with more runs, of which every run can be followed without looking ahead:
 * a loop of which both the first part and another can be empty is any number of its activities in any order, or nothing;
 * so is, within a loop, a parallel part with something in it that may come or not, since nobody could say of such an event
 * to which round it belongs.
 */
export function traceable(tree: ProcessTree, inLoop = false): ProcessTree {
  if (tree.kind === 'activity' || tree.kind === 'silent') return tree;
  const children = tree.children.map((child) => traceable(child, inLoop || tree.kind === 'loop'));
  if (tree.kind !== 'loop') {
    const same = node(tree.kind, children);
    if (!inLoop || same.kind !== 'parallel' || !same.children.some(isOpen)) return same;
    const any = anyOrder(activitiesOf(same));
    return canBeEmpty(same) ? orNothing(any) : any;
  }
  const same = loop(children);
  const [first = SILENT, ...others] = same.kind === 'loop' ? same.children : [];
  if (!canBeEmpty(first) || !others.some(canBeEmpty)) return same;
  if (first.kind === 'choice' && others.every(({ kind }) => kind === 'silent')) {
    const full = first.children.filter(({ kind }) => kind !== 'silent');
    if (full.length < first.children.length && !full.some(canBeEmpty))
      return orNothing(node('loop', [node('choice', full), SILENT]));
  }
  return orNothing(anyOrder(activitiesOf(tree)));
}

/** Whether a part of a parallel whole may be over and yet go on. */
export function isOpen(tree: ProcessTree): boolean {
  if (canBeEmpty(tree)) return true;
  if (tree.kind === 'loop') return true;
  if (tree.kind === 'choice') return tree.children.some(isOpen);
  return tree.kind === 'sequence' && tree.children.slice(-1).some(isOpen);
}
