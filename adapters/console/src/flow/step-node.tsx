import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import { memo } from 'react';
import { Link } from 'wouter';
import { flowAddress } from '../address/address.ts';
import { StatusMark } from '../status/status-mark.tsx';
import { type Tone, toneOfHealth, toneOfInstance, toneOfStep, worstFirst } from '../status/tone.ts';
import { countdown } from '../time/format-time.ts';
import { useNow } from '../time/server-clock.ts';
import { titleIn, useWords, type Words } from '../words/words.ts';
import { MOST_INSIDE, type ModelNode } from './graph-model.ts';

export interface StepNodeData extends Record<string, unknown> {
  readonly model: ModelNode;
  readonly onToggle: (id: string) => void;
  /** while the past is replayed no time is counted down */
  readonly past: boolean;
}

export type StepNodeType = Node<StepNodeData, 'step'>;

/** A step in the graph: shape, word and colour of its status, then what it is called, waits for and nests. */
export const StepNode = memo(function StepNode({ data, selected }: NodeProps<StepNodeType>) {
  const words = useWords();
  const { model, onToggle, past } = data;
  const { node } = model;
  const tone = toneOfNode(model);
  const title = titleIn(words.language, node.title, node.id);
  const said = statusText(words, model);
  // what is over waits for nothing any more
  const timer = node.endedAt === null ? node.timers[0] : undefined;
  return (
    <div
      className={`step step-${node.kind} tone-${tone}${selected ? ' step-chosen' : ''}${model.open ? ' step-open' : ''}`}
    >
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <div className="step-head">
        <StatusMark tone={tone} size={node.kind === 'gate' ? 14 : 18} />
        <span className="step-words">
          <b title={title}>{title}</b>
          {node.kind !== 'gate' && <small title={said}>{said}</small>}
        </span>
        {node.visits > 1 && (
          <span className="step-visits" title={words.flow.visits(node.visits)}>
            ×{node.visits}
          </span>
        )}
        {timer !== undefined && !past && <Countdown name={timer.name} due={timer.due} />}
        {node.nested !== null && (
          <NestedButtons model={model} words={words} title={title} onToggle={() => onToggle(model.id)} />
        )}
      </div>
      {model.inside.map((inside, index) => (
        <span key={inside.id} className="sr-only">
          {index + 1}: {inside.key}
        </span>
      ))}
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
});

/** The tone of a step, with that of what it nests. */
function toneOfNode({ node }: ModelNode): Tone {
  const own = toneOfStep(node);
  const nested = (node.nested?.counts ?? []).map(({ status, health }) => toneOfInstance(status, health));
  const bad = nested.filter((tone) => tone === 'critical' || tone === 'warning' || tone === 'unknown');
  return [own, ...bad].sort(worstFirst)[0] ?? own;
}

/** What is said of a step: the word of its status, its state, its alarm. */
export function statusText(words: Words, { node }: ModelNode): string {
  const status = stepWord(words, node.status);
  const [alarm] = node.alarms;
  const alarmed = alarm === undefined ? null : (words.flow.rules[alarm.name] ?? alarm.name);
  return [status, node.state, alarmed].filter((part) => part != null && part !== '').join(' · ');
}

/** The word of a step's status. */
export function stepWord(words: Words, status: string | null): string {
  const known: Readonly<Record<string, string>> = words.status.step;
  return known[status ?? 'idle'] ?? status ?? '';
}

function Countdown({ name, due }: { readonly name: string; readonly due: string }) {
  const now = useNow();
  const left = Date.parse(due) - now;
  return (
    <span className={`step-timer${left < 60_000 ? ' step-timer-soon' : ''}`} title={name}>
      {countdown(left)}
    </span>
  );
}

/** So many lines have room in a step. */
const MOST_COUNTS = 4;

/** How many instances have which tone, the worst first. */
function countsByTone(counts: NonNullable<ModelNode['node']['nested']>['counts']): readonly [Tone, number][] {
  const found = new Map<Tone, number>();
  for (const { status, health, count } of counts) {
    const tone = toneOfInstance(status, health);
    found.set(tone, (found.get(tone) ?? 0) + count);
  }
  return [...found].sort(([a], [b]) => worstFirst(a, b));
}

interface NestedButtonsProps {
  readonly model: ModelNode;
  readonly words: Words;
  readonly title: string;
  readonly onToggle: () => void;
}

function NestedButtons({ model, words, title, onToggle }: NestedButtonsProps) {
  const { nested } = model.node;
  if (nested === null) return null;
  const some = nested.entries > MOST_INSIDE ? words.flow.nestedSome(MOST_INSIDE, nested.entries) : '';
  return (
    <span className="step-nested nodrag nopan">
      {nested.children.length > 1 && (
        <span className="step-children" title={words.flow.nestedCount(nested.entries)}>
          {nested.entries <= MOST_INSIDE
            ? nested.children.map(({ key, health }) => (
                <StatusMark key={key} tone={toneOfHealth(health)} size={9} />
              ))
            : countsByTone(nested.counts)
                .slice(0, MOST_COUNTS)
                .map(([tone, count]) => (
                  <span key={tone} className="step-children-count">
                    <StatusMark tone={tone} size={9} /> {count.toLocaleString(words.language)}
                  </span>
                ))}
        </span>
      )}
      <button
        type="button"
        aria-expanded={model.open}
        aria-label={model.open ? words.flow.closeNested(title) : words.flow.openNested(title)}
        title={`${model.open ? words.flow.closeNested(title) : words.flow.openNested(title)}${some}`}
        onClick={(event) => {
          event.stopPropagation();
          onToggle();
        }}
      >
        {model.open ? '−' : '+'}
      </button>
      <Link
        href={flowAddress(
          nested.flow,
          nested.children.length === 1 ? nested.children[0]?.key : nested.keys[0],
        )}
        aria-label={words.flow.enterNested(title)}
        title={words.flow.enterNested(title)}
      >
        ↗
      </Link>
    </span>
  );
}
