import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { Link } from 'wouter';
import { useChoices } from '../address/address.ts';
import type { TradingDay } from '../api/answers.ts';
import { ApiError } from '../api/ask.ts';
import { useFlowNames } from '../api/use-flow-names.ts';
import { readView } from '../api/view-reads.ts';
import '../flow/flow.css';
import { LoadFailure } from '../shell/load-failure.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { StatusMark } from '../status/status-mark.tsx';
import { titleIn, useWords } from '../words/words.ts';
import { viewAddress } from './view-address.ts';
import { ViewCanvas } from './view-canvas.tsx';
import { ViewDay } from './view-day.tsx';
import { ViewEventList } from './view-events.tsx';
import { ViewFacts } from './view-facts.tsx';

interface ViewPageProps {
  readonly name: string;
  readonly about: TradingDay;
}

/** One view: the drawing, what is wrong in it or what the chosen node shows, and its events below. */
export function ViewPage({ name, about }: ViewPageProps) {
  const words = useWords();
  const { shell, view: said } = words;
  const [choices, choose] = useChoices();
  const names = useFlowNames();
  const { data: view, error, isError, refetch } = useQuery(readView(name, about.day));
  const chosen = choices.get('node');
  const onNode = useCallback((node: string | null) => choose({ node }), [choose]);
  const onChoose = useCallback(
    (id: string | null) => choose({ node: id === chosen ? null : id }),
    [choose, chosen],
  );
  const title = titleIn(words.language, view?.title ?? null, name);
  usePageTitle(title);
  // what was shown before stays while the server cannot be reached, but not where it says that there is no such view
  if (view === undefined || (error instanceof ApiError && error.status === 404))
    return isError ? (
      <LoadFailure error={error} onAgain={() => refetch()} />
    ) : (
      <p className="quiet page-loading">{shell.loading}</p>
    );
  const day = about.day === about.today ? null : about.day;
  const node = view.nodes.find(({ id }) => id === chosen) ?? null;
  const tone = view.status ?? 'idle';
  const notes = view.notes.filter(({ x, y }) => x === null || y === null);
  return (
    <div className="view-page flow-page">
      <header className="view-head">
        <StatusMark tone={tone} size={20} label={words.status.tone[tone]} />
        <h1>{title}</h1>
        {view.parents.length > 0 && (
          <span>
            <span className="quiet">{said.partOf}</span>{' '}
            {view.parents.map((parent, index) => (
              <span key={parent.name}>
                {index > 0 && ', '}
                <Link href={viewAddress(parent.name, day === null ? {} : { day })}>
                  {titleIn(words.language, parent.title, parent.name)}
                </Link>
              </span>
            ))}
          </span>
        )}
        <ViewDay about={about} />
      </header>
      <div className="view-body">
        <div className="view-drawing panel">
          <ViewCanvas view={view} day={day} names={names} chosen={node?.id ?? null} onChoose={onChoose} />
          {notes.length > 0 && (
            <ul className="view-notes" aria-label={said.notes}>
              {notes.map(({ text }) => {
                const note = titleIn(words.language, text, '');
                return <li key={note}>{note}</li>;
              })}
            </ul>
          )}
        </div>
        <aside className="flow-side">
          <ViewFacts view={view} day={day} node={node} names={names} onWhole={() => onNode(null)} />
        </aside>
        <ViewEventList view={view} node={node?.id ?? null} names={names} onNode={onNode} />
      </div>
    </div>
  );
}
