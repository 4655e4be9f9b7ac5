import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import { Link } from 'wouter';
import type { FlowNames } from '../api/use-flow-names.ts';
import type { ViewNodeItem, ViewNoteItem } from '../api/view-answers.ts';
import { StatusMark } from '../status/status-mark.tsx';
import { useNow } from '../time/server-clock.ts';
import { titleIn, useWords } from '../words/words.ts';
import { reasonWords } from './part-words.ts';
import { ToneCountsList } from './tone-counts.tsx';

export interface ViewNodeData extends Record<string, unknown> {
  readonly item: ViewNodeItem;
  readonly address: string | null;
  readonly names: FlowNames;
  readonly chosen: boolean;
  readonly onChoose: (id: string) => void;
}

export type ViewNodeType = Node<ViewNodeData, 'shown'>;
export type NoteNodeType = Node<{ readonly note: ViewNoteItem }, 'note'>;

/** A node: shape, word and colour of its status, what makes it so, and the way there. A label is its words only. */
export const ViewNode = memo(function ViewNode({ data }: NodeProps<ViewNodeType>) {
  const words = useWords();
  const { item, address, names, chosen, onChoose } = data;
  const title = titleIn(words.language, item.title, item.id);
  const tone = item.status ?? 'idle';
  if (item.kind === 'label')
    return (
      <div className="view-label">
        <Ends />
        <span>{title}</span>
      </div>
    );
  return (
    <div className={`step view-node tone-${tone}${chosen ? ' step-chosen' : ''}`}>
      <Ends />
      <div className="view-node-head">
        <StatusMark tone={tone} size={18} label={words.status.tone[tone]} />
        <b className="view-node-title" title={title}>
          {address === null ? title : <Link href={address}>{title}</Link>}
        </b>
        {item.view !== null && (
          <svg className="view-node-opens stroke" width="14" height="14" viewBox="0 0 16 16" role="img">
            <title>{words.view.opens}</title>
            <path d="M2 5h9v9H2zM5 5V2h9v9h-3" />
          </svg>
        )}
        <button
          type="button"
          className="view-node-choose"
          aria-pressed={chosen}
          aria-label={words.view.choose(title)}
          title={words.view.choose(title)}
          onClick={() => onChoose(item.id)}
        >
          ⋯
        </button>
      </div>
      <NodeReason item={item} names={names} />
      <p className="view-node-counts">
        <span className="quiet">{words.view.kinds[item.kind]}</span>
        <ToneCountsList counts={item.counts} />
      </p>
    </div>
  );
});

/** Lines are drawn where the layout has them; that a node has ends is all that has to be known. */
function Ends() {
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
}

/** The word of its status, and what makes it so; where the reason has the word in it, the reason alone. */
function NodeReason({ item, names }: Pick<ViewNodeData, 'item' | 'names'>) {
  const words = useWords();
  const now = useNow();
  const [worst] = item.parts;
  const word = words.status.tone[item.status ?? 'idle'];
  if (worst === undefined) return <p className="view-node-reason">{words.view.empty}</p>;
  const text = reasonWords(worst, words, names.zone(worst.flow), now);
  // of a flow or a step the place is the node itself
  const isOne = item.kind === 'flow' || item.kind === 'step';
  const place = isOne ? '' : `${titleIn(words.language, worst.step?.title ?? worst.title, worst.flow)}: `;
  const isSaid = worst.reason.kind === 'done' || text === word;
  return (
    <p className="view-node-reason" title={`${place}${text}`}>
      {!isSaid && <b>{word} · </b>}
      {place}
      {text}
    </p>
  );
}

/** Words that stand on the drawing by themselves. */
export function NoteNode({ data }: NodeProps<NoteNodeType>) {
  const words = useWords();
  return <p className="view-note">{titleIn(words.language, data.note.text, '')}</p>;
}
