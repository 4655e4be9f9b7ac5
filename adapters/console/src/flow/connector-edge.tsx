import { type Edge, EdgeLabelRenderer, type EdgeProps } from '@xyflow/react';
import { memo } from 'react';
import { useWords } from '../words/words.ts';
import { type Evaluation, valuesText } from './evaluations.ts';
import type { ModelEdge } from './graph-model.ts';
import type { Line } from './layout.ts';

export interface ConnectorEdgeData extends Record<string, unknown> {
  readonly model: ModelEdge;
  readonly line: Line;
  readonly evaluation: Evaluation | undefined;
}

export type ConnectorEdgeType = Edge<ConnectorEdgeData, 'connector'>;

/** A connector: thick where it was taken, dashed where its expression was false, with what it depends on. */
export const ConnectorEdge = memo(function ConnectorEdge({ data, markerEnd }: EdgeProps<ConnectorEdgeType>) {
  const words = useWords();
  if (data === undefined) return null;
  const { model, line, evaluation } = data;
  const { edge } = model;
  const refused = edge.taken === 0 && evaluation !== undefined && evaluation.value !== true;
  const kind = edge.taken > 0 ? 'taken' : refused ? 'refused' : 'open';
  const values = evaluation === undefined ? '' : valuesText(evaluation.values);
  const title = [edge.when ?? '', values, words.flow.connector[kind]]
    .filter((part) => part !== '')
    .join('\n');
  const shown = words.flow.connectorWords(kind, edge.taken, edge.limit);
  return (
    <>
      <path className={`connector connector-${kind}`} d={pathOf(line)} markerEnd={markerEnd} fill="none">
        <title>{title}</title>
      </path>
      {line.label !== null && (
        <EdgeLabelRenderer>
          <span
            className={`connector-label connector-label-${kind}`}
            style={{
              transform: `translate(${line.label.beside ? 0 : -50}%, -50%) translate(${line.label.x}px, ${line.label.y}px)`,
            }}
            title={title}
          >
            {kind !== 'open' && <b>{kind === 'taken' ? '✓' : '✕'}</b>} <span>{edge.when}</span>
            {shown !== '' && <b> {shown}</b>}
          </span>
        </EdgeLabelRenderer>
      )}
      {line.label === null && edge.taken > 1 && (
        <EdgeLabelRenderer>
          <span className="connector-label" style={{ transform: middle(line) }}>
            <b>{shown}</b>
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

function middle({ points }: Line): string {
  const { x = 0, y = 0 } = points[points.length >> 1] ?? {};
  return `translate(-50%, -50%) translate(${x}px, ${y}px)`;
}

/** Through the points with round corners. */
export function pathOf({ points }: Line): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  const parts = [`M${first.x},${first.y}`];
  rest.forEach((point, index) => {
    const next = rest[index + 1];
    if (next === undefined) parts.push(`L${point.x},${point.y}`);
    else parts.push(`Q${point.x},${point.y} ${(point.x + next.x) / 2},${(point.y + next.y) / 2}`);
  });
  return parts.join(' ');
}
