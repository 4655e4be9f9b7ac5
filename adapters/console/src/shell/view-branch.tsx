import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ViewItem } from '../api/view-answers.ts';
import { readViews } from '../api/view-reads.ts';
import { StatusMark } from '../status/status-mark.tsx';
import { worstFirst } from '../status/tone.ts';
import { viewAddress } from '../views/view-address.ts';
import { titleIn, useWords } from '../words/words.ts';
import { Leaf } from './leaf.tsx';

interface ViewBranchProps {
  /** what the tree is filtered by, in small letters */
  readonly wanted: string;
  readonly location: string;
}

/** The business views in the tree, each with its status today, those that another shows below it. */
export function ViewBranch({ wanted, location }: ViewBranchProps) {
  const words = useWords();
  const [folded, setFolded] = useState(false);
  const { data } = useQuery(readViews(null));
  const entries = inTree(data?.items ?? [])
    .map(({ view, depth }) => ({ view, depth, title: titleIn(words.language, view.title, view.name) }))
    .filter(({ view, title }) => title.toLowerCase().includes(wanted) || view.name.includes(wanted));
  if (entries.length === 0) return null;
  const visible = wanted !== '' || !folded;
  const [tone = 'idle'] = entries.map(({ view }) => view.status ?? 'idle').sort(worstFirst);
  return (
    <section className="branch">
      <button
        type="button"
        className="branch-head"
        aria-expanded={visible}
        onClick={() => setFolded(visible)}
      >
        <StatusMark tone={tone} size={13} label={words.status.tone[tone]} />
        <span className="branch-name">{words.view.title}</span>
        <span className="count">{entries.length}</span>
      </button>
      {visible && (
        <ul>
          {entries.map(({ view, depth, title }) => {
            const address = viewAddress(view.name);
            return (
              <Leaf
                key={view.name}
                address={address}
                here={location === address}
                title={title}
                tone={view.status ?? 'idle'}
                depth={depth}
              />
            );
          })}
        </ul>
      )}
    </section>
  );
}

/** Views that none shows, each with those that it shows below it; one that several show stands below the first. */
function inTree(items: readonly ViewItem[]): readonly { readonly view: ViewItem; readonly depth: number }[] {
  const entries: { readonly view: ViewItem; readonly depth: number }[] = [];
  const add = (view: ViewItem, depth: number): void => {
    if (entries.some((entry) => entry.view === view)) return;
    entries.push({ view, depth });
    for (const child of items) if (child.parents.includes(view.name)) add(child, depth + 1);
  };
  for (const view of items) if (view.parents.length === 0) add(view, 0);
  return entries;
}
