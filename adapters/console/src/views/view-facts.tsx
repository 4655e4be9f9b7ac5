import { Button } from 'antd';
import { Link } from 'wouter';
import type { FlowNames } from '../api/use-flow-names.ts';
import type { ViewInfo, ViewNodeItem, ViewPart } from '../api/view-answers.ts';
import { StatusMark } from '../status/status-mark.tsx';
import { worstFirst } from '../status/tone.ts';
import { useNow } from '../time/server-clock.ts';
import { titleIn, useWords } from '../words/words.ts';
import { partWords, reasonWords } from './part-words.ts';
import { ToneCountsList } from './tone-counts.tsx';
import { partAddress, viewAddress } from './view-address.ts';

interface ViewFactsProps {
  readonly view: ViewInfo;
  /** the day in the address of what is gone to; null: today */
  readonly day: string | null;
  readonly node: ViewNodeItem | null;
  readonly names: FlowNames;
  readonly onWhole: () => void;
}

/** What is wrong in the view, or everything that the chosen node shows; each leads to where it is. */
export function ViewFacts({ view, day, node, names, onWhole }: ViewFactsProps) {
  const words = useWords();
  const now = useNow();
  const parts = node === null ? wrongIn(view) : node.parts;
  const { counts, status } = node ?? view;
  const told = parts.reduce((sum, { count }) => sum + count, 0);
  const total = Object.values(counts).reduce((sum, each) => sum + each, 0);
  const title = node === null ? null : titleIn(words.language, node.title, node.id);
  const tone = status ?? 'idle';
  const inner = node?.view ?? null;
  return (
    <section className="facts panel" aria-label={title ?? words.view.whatIsWrong}>
      <h2>{title === null ? words.view.whatIsWrong : words.view.shows(title)}</h2>
      <p className="facts-title">
        <StatusMark tone={tone} size={16} />
        <b>{status === null ? words.view.empty : words.status.tone[tone]}</b>
        <ToneCountsList counts={counts} />
      </p>
      {parts.length === 0 && <p className="quiet">{words.view.nothingWrong}</p>}
      {parts.length > 0 && (
        <ul className="part-list">
          {parts.map((part) => {
            const { name, key } = partWords(part, words);
            return (
              <li key={`${part.flow} ${part.key} ${part.step?.name} ${part.status}`} className="part">
                <StatusMark tone={part.status} size={14} label={words.status.tone[part.status]} />
                <div>
                  <Link href={partAddress(part)}>{name}</Link>
                  <p>{reasonWords(part, words, names.zone(part.flow), now)}</p>
                  <p className="quiet">{key}</p>
                </div>
              </li>
            );
          })}
        </ul>
      )}
      {node !== null && node.view === null && total > told && (
        <p className="quiet">{words.view.more(total - told)}</p>
      )}
      {inner !== null && (
        <Link href={viewAddress(inner, day === null ? {} : { day })}>{words.view.opens}</Link>
      )}
      {node !== null && (
        <p>
          <Button onClick={onWhole}>{words.view.wholeView}</Button>
        </p>
      )}
    </section>
  );
}

/** What is wrong behind all nodes, each once, the worst first. */
function wrongIn({ nodes }: ViewInfo): readonly ViewPart[] {
  const found = new Map<string, ViewPart>();
  for (const part of nodes.flatMap(({ parts }) => parts)) {
    const isWrong = part.status === 'critical' || part.status === 'warning' || part.status === 'unknown';
    const cause = part.reason.alarm?.id ?? `${part.flow} ${part.key} ${part.step?.name}`;
    if (isWrong && !found.has(cause)) found.set(cause, part);
  }
  return [...found.values()].toSorted((a, b) => worstFirst(a.status, b.status));
}
