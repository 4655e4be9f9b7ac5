/** Nodes of business views that come to nothing: they look well whatever happens. */
import type { Findings } from './findings.ts';
import type { Definitions } from './flow.ts';
import type { View, ViewNode } from './view.ts';

/** One finding for each node, other than a label, that shows no flow and no step at all. */
export function lintViews({ views }: Definitions, findings: Findings): void {
  for (const view of views.values())
    for (const node of view.nodes) {
      if (node.shows.kind === 'label' || isSomething(node)) continue;
      findings.warning(node.at, 'MP601', `node '${node.name}' shows nothing: ${reasonOf(node)}`);
    }

  function isSomething({ shows }: ViewNode): boolean {
    if (shows.kind === 'label') return false;
    if (shows.kind === 'checkpoint') return shows.steps.length > 0;
    if (shows.kind !== 'view') return true;
    const inner: View | undefined = views.get(shows.view);
    return inner?.nodes.some(isSomething) === true;
  }
}

function reasonOf({ shows }: ViewNode): string {
  if (shows.kind === 'checkpoint')
    return `no flow has a step of type '${shows.checkpoint}'; use the type, or remove the node`;
  return 'that view has labels only; give it something to show, or write a label here';
}
