/**
 * Parameters of the steps of a flow: declarations checked, derived ones compiled.
 *
 * 1. No parameter has a name that means something else in expressions.
 * 2. No derived parameter depends on itself, and what reading one of them costs is bounded.
 */
import type { ParamDocument } from './document.ts';
import type { ExpressionFunction } from './expression.ts';
import { compileExpression } from './expression-compile.ts';
import { RESERVED_WORDS, scan } from './expression-scan.ts';
import type { Findings } from './findings.ts';
import type { Param } from './flow.ts';
import { type NamedParam, type NamesOf, SCOPE_WORDS } from './link-names.ts';
import { lacks } from './lost.ts';
import type { Place } from './place.ts';

/**
 * How many expressions reading one derived parameter may run, itself included. It bounds the time, which would double
 * with every `x + x`, and the depth of the stack, which a chain of 500 long expressions overflows.
 */
const MAX_COST = 100;

const TAKEN = new Set([...SCOPE_WORDS, ...RESERVED_WORDS]);

/** The parameters of one step as names see them; the expressions of derived ones are set by `compileDerived`. */
export function declareParams(
  params: readonly ParamDocument[],
  findings: Findings,
): ReadonlyMap<string, NamedParam> {
  for (const { at, name } of params) {
    if (!TAKEN.has(name)) continue;
    const message = `'${name}' means something else in expressions; give the parameter another name`;
    findings.error(at, 'reserved-name', message);
  }
  return new Map(
    params.map((param, index) => {
      const { name, type } = param;
      const derived = param.value !== null && !lacks(param, 'value');
      return [name, { index, name, type, typed: !lacks(param, 'type'), derived, value: null }];
    }),
  );
}

/** Compiles the derived parameters of all steps of a flow, and refuses those that depend on themselves. */
export function compileDerived(
  steps: readonly {
    readonly documents: readonly ParamDocument[];
    readonly params: ReadonlyMap<string, NamedParam>;
  }[],
  context: {
    readonly names: NamesOf;
    readonly functions: ReadonlyMap<string, ExpressionFunction>;
    readonly findings: Findings;
  },
): void {
  const { names, functions, findings } = context;
  const nodes = new Map<NamedParam, Node>();
  steps.forEach(({ documents, params }, own) => {
    for (const document of documents) {
      const param = params.get(document.name);
      const source = document.value;
      if (source === null || param === undefined) continue;
      const reads: NamedParam[] = [];
      const result = compileExpression(source, {
        names: names(own, (read) =>
          reads.push(...Array<NamedParam>(timesNamed(source.value, read)).fill(read)),
        ),
        functions,
        expect: param.typed ? document.type : null,
      });
      if (result.ok) param.value = result.expression;
      else findings.add(result.findings);
      nodes.set(param, { at: source.at, reads, cost: null });
    }
  });
  checkCosts(nodes, findings);
}

/** The compiled form of a step's parameters, in their order. */
export function finishParams(
  documents: readonly ParamDocument[],
  params: ReadonlyMap<string, NamedParam>,
): readonly Param[] {
  return documents.map(({ name, type, unit, title, default: initial, from }) => ({
    name,
    type,
    unit,
    title,
    default: initial,
    from: from?.value ?? null,
    value: params.get(name)?.value ?? null,
  }));
}

/** How often an expression names a parameter, whichever step's; a name is looked up only once. */
function timesNamed(source: string, { name }: NamedParam): number {
  return scan(source).tokens.filter((token) => token.kind === 'name' && token.text === name).length;
}

interface Node {
  readonly at: Place;
  /** a parameter that is named twice is there twice */
  readonly reads: readonly NamedParam[];
  /** null until it is known; infinite while it is being computed, so that a circle is seen */
  cost: number | null;
}

function checkCosts(nodes: ReadonlyMap<NamedParam, Node>, findings: Findings): void {
  for (const start of nodes.keys()) {
    const path: { readonly param: NamedParam; readonly node: Node; next: number; cost: number }[] = [];
    const enter = (param: NamedParam) => {
      const node = nodes.get(param);
      if (node === undefined) return;
      node.cost = Number.POSITIVE_INFINITY;
      path.push({ param, node, next: 0, cost: 1 });
    };
    if (nodes.get(start)?.cost === null) enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const read = top.node.reads[top.next];
      const known = read === undefined ? null : (nodes.get(read)?.cost ?? null);
      if (read === undefined) {
        top.node.cost = top.cost;
        if (top.cost > MAX_COST) refuseCost(top.param, top.node);
        path.pop();
      } else if (known === null) {
        enter(read);
      } else {
        if (known === Number.POSITIVE_INFINITY) refuseCircle(path, read);
        else top.cost += known;
        top.next += 1;
      }
    }
  }

  function refuseCost(param: NamedParam, node: Node): void {
    node.cost = 1; // said once, not again for everything that reads it
    const message = `reading '${param.name}' computes more than ${MAX_COST} derived parameters; let some be reported`;
    findings.error(node.at, 'derived-cost', message);
  }

  function refuseCircle(
    path: readonly { readonly param: NamedParam; readonly node: Node }[],
    to: NamedParam,
  ): void {
    const circle = path.slice(path.findIndex((entry) => entry.param === to));
    const shownPath = [...circle.map((entry) => entry.param), to]
      .map((param) => `'${param.name}'`)
      .join(' -> ');
    const at = circle[0]?.node.at;
    if (at === undefined) throw new Error('A parameter whose cost is being computed must be on the path.');
    findings.error(
      at,
      'derived-circle',
      `derived parameters depend on themselves: ${shownPath}; break the circle`,
    );
  }
}
