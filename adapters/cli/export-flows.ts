/** Definitions in the forms of other tools. */
import { closest, compileDefinitions, formatFinding, plainDocuments } from '../../definitions/index.ts';
import { exportBpmn, exportMermaid, exportXstate } from '../convert.ts';
import { draftOfDocument, type FlowDraft, type PlainMap } from '../flow-draft.ts';
import { definitionSources } from './definition-sources.ts';
import { deliver } from './import-diagram.ts';
import type { Io } from './io.ts';
import type { Options } from './options.ts';
import { EXIT, WrongUse } from './outcome.ts';

export const EXPORT_KINDS = ['bpmn', 'mermaid', 'xstate'] as const;

export type FlowKind = (typeof EXPORT_KINDS)[number];

export function isFlowKind(kind: string): kind is FlowKind {
  return EXPORT_KINDS.some((each) => each === kind);
}

/** Writes the flows below some paths in another form; gives the exit code. */
export async function exportFlows(
  kind: FlowKind,
  paths: readonly string[],
  { options, io }: { readonly options: Options; readonly io: Io },
): Promise<number> {
  if (paths.length === 0) throw new WrongUse(`something is missing: write milepost export ${kind} PATH`);
  const sources = await definitionSources(paths);
  const { definitions, findings } = compileDefinitions(sources, '');
  for (const finding of findings) io.say(formatFinding(finding));
  if (definitions === null) {
    io.say('nothing was exported: correct the definitions');
    return EXIT.findings;
  }
  const documents = plainDocuments(sources);
  const all = documents
    .filter((document) => document.kind === 'flow')
    .map(({ data }) => draftOfDocument(data));
  const flows = chosen(all, options.all('flow'));
  if (flows.length === 0) throw new WrongUse('there is no flow in these definitions: name others');
  const others = documents
    .filter((document) => document.kind === 'checkpoint' || document.kind === 'calendar')
    .map(({ data }) => data as PlainMap); // what YAML gives is nothing else
  await deliver(await written(kind, flows, others), options.text('output'), io);
  return EXIT.done;
}

async function written(
  kind: FlowKind,
  flows: readonly FlowDraft[],
  others: readonly PlainMap[],
): Promise<string> {
  switch (kind) {
    case 'bpmn':
      return exportBpmn(flows, others);
    case 'mermaid':
      return exportMermaid(flows);
    case 'xstate': {
      const charts = flows.map(exportXstate);
      return `${JSON.stringify(charts.length === 1 ? charts[0] : charts, null, 2)}\n`;
    }
  }
}

/** The flows of these names with what they nest; all of them where none is named. */
function chosen(flows: readonly FlowDraft[], names: readonly string[]): readonly FlowDraft[] {
  if (names.length === 0) return flows;
  const byName = new Map(flows.map((flow) => [flow.name, flow]));
  const kept = new Set<string>();
  const pending = [...names];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const flow = byName.get(name);
    if (flow === undefined) {
      const near = closest(name, [...byName.keys()]);
      throw new WrongUse(
        `there is no flow "${name}": ${near === null ? 'see milepost lint' : `did you mean ${near}?`}`,
      );
    }
    if (kept.size === kept.add(name).size) continue;
    pending.push(...flow.steps.flatMap(({ keys }) => (typeof keys.flow === 'string' ? [keys.flow] : [])));
  }
  return flows.filter(({ name }) => kept.has(name));
}
