/** Random process trees, and random runs of them. */
import fc from 'fast-check';
import { node, type ProcessTree, SILENT } from '../../../adapters/discover/process-tree.ts';

/** A tree in which every activity stands once; `bits` decides its shape. */
function treeOf(size: number, bits: readonly number[]): ProcessTree {
  let at = 0;
  let names = 0;
  const next = (below: number) => (bits[at++ % bits.length] ?? 0) % below;
  const grow = (leaves: number): ProcessTree => {
    if (leaves <= 1) {
      names++;
      return { kind: 'activity', name: `a${names}` };
    }
    const kind = (['sequence', 'choice', 'parallel', 'loop'] as const)[next(4)] ?? 'sequence';
    const left = 1 + next(leaves - 1);
    const children = [grow(left), grow(leaves - left)];
    if (kind === 'choice' && next(2) === 0) return node('choice', [...children, SILENT]);
    if (kind === 'loop' && next(3) === 0)
      return node('sequence', [{ kind, children: [children[0] ?? SILENT, SILENT] }, children[1] ?? SILENT]);
    return kind === 'loop' ? { kind, children } : node(kind, children);
  };
  const skip = (tree: ProcessTree): ProcessTree => {
    if (tree.kind === 'silent') return tree;
    const inner = tree.kind === 'activity' ? tree : { ...tree, children: tree.children.map(skip) };
    return next(6) === 0 ? node('choice', [inner, SILENT]) : inner;
  };
  return skip(grow(size));
}

export const trees = fc
  .record({
    size: fc.integer({ min: 1, max: 9 }),
    bits: fc.array(fc.nat(59), { minLength: 24, maxLength: 24 }),
  })
  .map(({ size, bits }) => treeOf(size, bits));

/** One run of a tree, decided by numbers from 0 up to 1. */
export function runOf(tree: ProcessTree, random: () => number): readonly string[] {
  switch (tree.kind) {
    case 'silent':
      return [];
    case 'activity':
      return [tree.name];
    case 'sequence':
      return tree.children.flatMap((child) => runOf(child, random));
    case 'choice':
      return runOf(tree.children[Math.floor(random() * tree.children.length)] ?? SILENT, random);
    case 'loop': {
      const [first = SILENT, ...others] = tree.children;
      const run = [...runOf(first, random)];
      for (let round = 0; round < 3 && random() < 0.45; round++) {
        run.push(
          ...runOf(others[Math.floor(random() * others.length)] ?? SILENT, random),
          ...runOf(first, random),
        );
      }
      return run;
    }
    case 'parallel':
      return interleaved(
        tree.children.map((child) => runOf(child, random)),
        random,
      );
  }
}

function interleaved(runs: readonly (readonly string[])[], random: () => number): string[] {
  const rest = runs.map((run) => [...run]);
  const all: string[] = [];
  for (;;) {
    const open = rest.filter((run) => run.length > 0);
    const run = open[Math.floor(random() * open.length)];
    if (run === undefined) return all;
    all.push(run.shift() ?? '');
  }
}

/** Numbers from 0 up to 1 (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
