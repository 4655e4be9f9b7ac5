/** Ways that lead on for ever, and what no way leads to. */
import type { StateTable } from '../checkpoints/index.ts';
import type { Document } from './document.ts';
import type { Findings } from './findings.ts';
import type { Flow } from './flow.ts';
import type { Place } from './place.ts';

/** Loops of a flow of which no connector has a limit: one finding for each, at the connector that closes it. */
export function lintLoops(flow: Flow, findings: Findings): void {
  const free = flow.connectors.filter(({ limit }) => limit === null);
  const targets = flow.steps.map(({ index }) =>
    free.filter(({ from }) => from === index).map(({ to }) => to),
  );
  const state = flow.steps.map((): 'new' | 'open' | 'done' => 'new');
  // Walks depth first in the order of the file; a connector back to a step that is still open closes a loop.
  const walk = (step: number, path: readonly number[]) => {
    state[step] = 'open';
    for (const to of targets[step] ?? []) {
      if (state[to] === 'new') walk(to, [...path, to]);
      else if (state[to] === 'open') tell(step, path.slice(path.indexOf(to)));
    }
    state[step] = 'done';
  };
  const tell = (from: number, loop: readonly number[]) => {
    const closing = free.find((one) => one.from === from && one.to === loop[0]);
    if (closing === undefined) return;
    const names = [...loop, loop[0] ?? 0].map((step) => flow.steps[step]?.name).join(' → ');
    const message = `the loop ${names} may be taken without end, and nobody would notice: add \`limit: 3\` to this connector`;
    findings.warning(closing.at, 'MP301', message);
  };
  for (const start of [...flow.startSteps, ...flow.steps.map(({ index }) => index)])
    if (state[start] === 'new') walk(start, [start]);
}

/** States that no other leads to, of the flow and of its steps. */
export function lintStates(flow: Flow, findings: Findings): void {
  const tables = [flow, ...flow.steps].flatMap(({ states, statesAt }) =>
    states === null || statesAt === null ? [] : [{ states, statesAt }],
  );
  for (const { states, statesAt } of tables)
    for (const name of unreached(states)) {
      const message = `no state leads to '${name}', so that it is never legal: let one lead to it, or remove its line`;
      findings.warning(statesAt, 'MP302', message);
    }
}

function unreached(table: StateTable): readonly string[] {
  const reached = new Set([table.initial]);
  for (const state of reached) for (const next of table.next(state)) reached.add(next);
  return table.states.filter((state) => !reached.has(state));
}

/** Types and calendars that no flow uses, where there are flows. */
export function lintUnused(documents: readonly Document[], findings: Findings): void {
  const flows = documents.filter((document) => document.kind === 'flow');
  if (flows.length === 0) return;
  const types = new Set(flows.flatMap(({ steps }) => steps.map(({ checkpoint }) => checkpoint?.value)));
  const calendars = new Set([
    ...flows.map(({ calendar }) => calendar?.value),
    ...documents.flatMap((document) => (document.kind === 'policy' ? [document.calendar?.value] : [])),
  ]);
  const tell = (at: Place, what: string) =>
    findings.warning(at, 'MP303', `no flow uses the ${what}: remove it, or use it`);
  for (const document of documents) {
    const { kind, name, at } = document;
    if (kind === 'checkpoint' && !types.has(name)) tell(at, `checkpoint '${name}'`);
    if (kind === 'calendar' && !calendars.has(name)) tell(at, `calendar '${name}'`);
  }
}
