/** Flows as a Mermaid flowchart, for READMEs and wikis: https://mermaid.js.org/syntax/flowchart.html */
import type { FlowDraft } from '../flow-draft.ts';
import { type ShapedStep, shapeOf, titleText } from '../flow-shape.ts';

/** One chart of the flows; where there are several, each in a frame of its own. */
export function exportMermaid(flows: readonly FlowDraft[]): string {
  const lines = flows.flatMap((flow, index) => {
    const chart = chartOf(flow, `f${index}`);
    if (flows.length === 1) return chart.map((line) => `  ${line}`);
    const title = titleText(flow.keys.title) ?? flow.name;
    return [`  subgraph f${index}[${quoted(title)}]`, ...chart.map((line) => `    ${line}`), '  end'];
  });
  return ['flowchart LR', ...lines].map((line) => `${line}\n`).join('');
}

function chartOf(flow: FlowDraft, prefix: string): readonly string[] {
  const shape = shapeOf(flow);
  const ids = new Map(shape.map(({ step }, index) => [step.name, `${prefix}s${index}`]));
  const starts = shape.filter(({ isStart }) => isStart);
  const ends = shape.filter(({ outOf, end, split }) => outOf.length === 0 || (end && split === 'event'));
  return [
    `${prefix}start((" "))`,
    ...shape.map((each) => `${ids.get(each.step.name)}${nodeOf(each)}`),
    `${prefix}end(((" ")))`,
    ...starts.map(({ step }) => `${prefix}start --> ${ids.get(step.name)}`),
    ...flow.connectors.map(({ from, to, keys }) => {
      const { when, limit } = keys;
      const says = [
        when === undefined ? '' : String(when),
        limit === undefined ? '' : `at most ${limit} times`,
      ];
      const label = says.filter((text) => text !== '').join(', ');
      const arrow = shape.find(({ step }) => step.name === from)?.split === 'event' ? '-.->' : '-->';
      return `${ids.get(from)} ${arrow}${label === '' ? '' : `|${quoted(label)}|`} ${ids.get(to)}`;
    }),
    ...ends.map(({ step }) => `${ids.get(step.name)} --> ${prefix}end`),
  ];
}

function nodeOf({ step, kind, join, into }: ShapedStep): string {
  const each = step.keys.each;
  const times = Array.isArray(each) ? ` ×${each.length}` : '';
  const text = `${titleText(step.keys.title) ?? step.name}${times}${into.length > 1 && join === 'any' ? ' (any)' : ''}`;
  if (kind === 'gate') return `{${quoted(text)}}`;
  return kind === 'flow' ? `[[${quoted(text)}]]` : `[${quoted(text)}]`;
}

/** In quotes, with the signs that Mermaid takes for its own or for HTML as entities. */
function quoted(text: string): string {
  const entities = text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .replace(/[#&<>"`\\|;]/g, (sign) => `#${sign.charCodeAt(0)};`);
  return `"${entities}"`;
}
