import type { Node, NodeProps } from '@xyflow/react';

export type InsideFrameType = Node<{ readonly flow: string; readonly instanceKey: string | null }, 'inside'>;

/** The name above the graph of a nested instance. */
export function InsideFrame({ data }: NodeProps<InsideFrameType>) {
  return <span className="inside-caption">{data.instanceKey ?? data.flow}</span>;
}
