import { type Edge, EdgeLabelRenderer, type EdgeProps } from '@xyflow/react';
import { memo } from 'react';
import { pathOf } from '../flow/connector-edge.tsx';
import type { Line } from '../flow/layout.ts';

export type ViewLinkType = Edge<{ readonly line: Line; readonly label: string }, 'link'>;

/** A drawn link: a line and its words. It has no arrow, since it says nothing about order. */
export const ViewLink = memo(function ViewLink({ data }: EdgeProps<ViewLinkType>) {
  if (data === undefined) return null;
  const { line, label } = data;
  const at = line.label;
  return (
    <>
      <path className="connector view-link" d={pathOf(line)} fill="none" />
      {label !== '' && at !== null && (
        <EdgeLabelRenderer>
          <span
            className="connector-label view-link-label"
            style={{ transform: `translate(-50%, -50%) translate(${at.x}px, ${at.y}px)` }}
            title={label}
          >
            {label}
          </span>
        </EdgeLabelRenderer>
      )}
    </>
  );
});
