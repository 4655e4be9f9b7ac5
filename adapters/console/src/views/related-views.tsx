import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { ShowingView } from '../api/answers.ts';
import { readViews } from '../api/view-reads.ts';
import { StatusMark } from '../status/status-mark.tsx';
import { titleIn, useWords } from '../words/words.ts';
import { viewAddress } from './view-address.ts';

interface RelatedViewsProps {
  readonly views: readonly ShowingView[];
  /** the chosen step: the views that show it come first, and say so */
  readonly step: string | null;
}

/** The business views that show a flow or its chosen step, each with its status today. */
export function RelatedViews({ views, step }: RelatedViewsProps) {
  const words = useWords();
  const { data } = useQuery(readViews(null));
  const status = new Map((data?.items ?? []).map((item) => [item.name, item.status ?? 'idle']));
  const shows = (view: ShowingView) => step !== null && view.steps.includes(step);
  const sorted = views.toSorted((a, b) => Number(shows(b)) - Number(shows(a)));
  return (
    <section className="facts panel" aria-label={words.view.related}>
      <h2>{words.view.related}</h2>
      {views.length === 0 && <p className="quiet">{words.view.relatedNone}</p>}
      {sorted.length > 0 && (
        <ul className="related-views">
          {sorted.map((view) => {
            const tone = status.get(view.name) ?? 'idle';
            return (
              <li key={view.name} className="fact-status">
                <StatusMark tone={tone} size={14} label={words.status.tone[tone]} />
                <Link href={viewAddress(view.name)}>{titleIn(words.language, view.title, view.name)}</Link>
                {shows(view) && <span className="quiet">{words.view.thisStep}</span>}
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}
