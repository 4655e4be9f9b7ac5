/**
 * Processes composed of the patterns, each inside the other, and runs of them in good order.
 *
 * 1. A process is a tree; its YAML and its runs are made from the tree alone, and the engine has no part in either.
 * 2. A run is the order in which steps report: concurrent parts are interleaved as the numbers given say.
 */
import fc from 'fast-check';

type Split = 'parallel' | 'choice' | 'some' | 'race';

export type Process =
  | { readonly kind: 'step' }
  | { readonly kind: 'sequence'; readonly parts: readonly Process[] }
  | {
      readonly kind: Split;
      readonly parts: readonly Process[];
      readonly join: 'all' | 'any';
      /** whether the parts meet at a step that reports, or at a gate */
      readonly meets: boolean;
    }
  | { readonly kind: 'loop'; readonly part: Process };

export interface Report {
  readonly step: string;
  readonly event: 'activated' | 'committed';
  readonly params: Readonly<Record<string, number | boolean>>;
}

interface Inside {
  readonly loop: boolean;
  /** beside other parts, inside a loop */
  readonly besideInLoop: boolean;
}

/**
 * Any process of at most this depth. Not in it: joins that wait (`all`) for what may not come, beside other parts of a
 * loop; what runs beside them could lead round to them again, and so they wait for it.
 */
export function anyProcess(
  depth: number,
  inside: Inside = { loop: false, besideInLoop: false },
): fc.Arbitrary<Process> {
  const step = fc.constant<Process>({ kind: 'step' });
  if (depth === 0) return step;
  const partsIn = (around: Inside) => fc.array(anyProcess(depth - 1, around), { minLength: 2, maxLength: 3 });
  const split = (kind: Split) => {
    const beside = kind === 'parallel' || kind === 'some';
    const one = kind === 'choice' || kind === 'race';
    const joins = one ? (inside.besideInLoop ? ['any'] : ['all', 'any']) : ['all'];
    return fc.record({
      kind: fc.constant(kind),
      parts: partsIn({ ...inside, besideInLoop: inside.besideInLoop || (beside && inside.loop) }),
      join: fc.constantFrom(...(joins as ('all' | 'any')[])), // the literals above are of that type
      meets: fc.boolean(),
    });
  };
  const sequence = partsIn(inside).map((parts): Process => ({ kind: 'sequence', parts }));
  const loop = anyProcess(depth - 1, { ...inside, loop: true }).map(
    (part): Process => ({ kind: 'loop', part }),
  );
  const kinds = [step, sequence, loop, split('parallel'), split('choice'), split('race')];
  return fc.oneof(...kinds, ...(inside.besideInLoop ? [] : [split('some')]));
}

/** The flow of a process: `d` steps decide, `l` steps say whether a loop goes on, `g` are gates, `s` do the work. */
export function yamlOf(process: Process): string {
  const steps: string[] = [];
  const connectors: string[] = [];
  const add = (prefix: string, at: string, body: string) => {
    steps.push(`  ${prefix}${at}: { ${body} }`);
    return `${prefix}${at}`;
  };
  const connect = (from: string, to: string, when = '') =>
    connectors.push(`  - { from: ${from}, to: ${to}${when && `, when: ${when}`} }`);

  function lay(part: Process, at: string): { readonly first: string; readonly last: string } {
    if (part.kind === 'step') {
      const only = add('s', at, '');
      return { first: only, last: only };
    }
    if (part.kind === 'loop') {
      const first = add('g', at, 'gate: true, join: any');
      const inner = lay(part.part, `${at}_0`);
      const last = add('l', at, 'params: { MORE: { type: boolean } }, end: true');
      connect(first, inner.first);
      connect(inner.last, last);
      connect(last, first, 'MORE');
      const out = add('o', at, 'gate: true');
      connect(last, out, 'not MORE');
      return { first, last: out };
    }
    if (part.kind === 'sequence') {
      const laid = part.parts.map((each, n) => lay(each, `${at}_${n}`));
      for (let n = 1; n < laid.length; n++) connect(laid[n - 1]?.last ?? '', laid[n]?.first ?? '');
      return { first: laid[0]?.first ?? '', last: laid.at(-1)?.last ?? '' };
    }
    const split = {
      parallel: 'gate: true',
      race: 'gate: true, split: event',
      ...deciders(part.parts.length),
    };
    const first = add(part.kind === 'choice' || part.kind === 'some' ? 'd' : 'g', at, split[part.kind]);
    const last = add('j', at, `${part.meets ? '' : 'gate: true, '}join: ${part.join}`);
    part.parts.forEach((each, n) => {
      const inner = lay(each, `${at}_${n}`);
      connect(
        first,
        inner.first,
        { choice: `PICK == ${n}`, some: `P${n}`, parallel: '', race: '' }[part.kind],
      );
      connect(inner.last, last);
    });
    return { first, last };
  }

  const whole = lay(process, '0');
  connect('begin', whole.first);
  connect(whole.last, 'done');
  return ['flow: work', 'steps:', '  begin: {}', ...steps, '  done: {}', 'connectors:', ...connectors].join(
    '\n',
  );
}

function deciders(count: number) {
  const picks = Array.from({ length: count }, (_, n) => `P${n}: { type: boolean }`);
  return {
    choice: 'split: first, params: { PICK: { type: number } }',
    some: `params: { ${picks.join(', ')} }`,
  };
}

/** A run of the process in good order; `choose(n)` gives a number below n. */
export function* runOf(process: Process, choose: (n: number) => number): Generator<Report> {
  yield* report('begin');
  yield* walk(process, '0');
  yield* report('done');

  function* report(step: string, params: Report['params'] = {}): Generator<Report> {
    if (choose(2) === 1) yield { step, event: 'activated', params: {} };
    yield { step, event: 'committed', params };
  }

  function* walk(part: Process, at: string): Generator<Report> {
    switch (part.kind) {
      case 'step':
        yield* report(`s${at}`);
        return;
      case 'loop':
        for (let more = true; more; ) {
          yield* walk(part.part, `${at}_0`);
          more = choose(3) === 0;
          yield* report(`l${at}`, { MORE: more });
        }
        return;
      case 'sequence':
        for (const [n, each] of part.parts.entries()) yield* walk(each, `${at}_${n}`);
        return;
      case 'race': {
        yield* walks(part, at, [choose(part.parts.length)]);
        return;
      }
      case 'choice': {
        const n = choose(part.parts.length);
        yield* report(`d${at}`, { PICK: n });
        yield* walks(part, at, [n]);
        return;
      }
      case 'some': {
        const sure = choose(part.parts.length);
        const chosen = part.parts.map((_, n) => n === sure || choose(2) === 1);
        yield* report(`d${at}`, Object.fromEntries(chosen.map((taken, n) => [`P${n}`, taken])));
        yield* walks(
          part,
          at,
          [...chosen.keys()].filter((n) => chosen[n]),
        );
        return;
      }
      case 'parallel':
        yield* walks(part, at, [...part.parts.keys()]);
        return;
      default:
        part satisfies never;
    }
  }

  /** These parts beside each other, and where they meet. */
  function* walks(
    { parts, meets }: Extract<Process, { readonly kind: Split }>,
    at: string,
    chosen: readonly number[],
  ): Generator<Report> {
    const open = chosen.flatMap((n) => {
      const part = parts[n];
      return part === undefined ? [] : [walk(part, `${at}_${n}`)];
    });
    while (open.length > 0) {
      const n = choose(open.length);
      const next = open[n]?.next();
      if (next === undefined || next.done) open.splice(n, 1);
      else yield next.value;
    }
    if (meets) yield* report(`j${at}`);
  }
}
