/** The pages of business views: the list of them, and one. */
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'wouter';
import { useChoices } from '../address/address.ts';
import { readDays } from '../api/reads.ts';
import { useFlowNames } from '../api/use-flow-names.ts';
import type { ViewItem } from '../api/view-answers.ts';
import { readViews } from '../api/view-reads.ts';
import { LoadFailure } from '../shell/load-failure.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { StatusMark } from '../status/status-mark.tsx';
import { useNow } from '../time/server-clock.ts';
import { titleIn, useWords } from '../words/words.ts';
import { partWords, reasonWords } from './part-words.ts';
import { ToneCountsList } from './tone-counts.tsx';
import { partAddress, viewAddress } from './view-address.ts';
import { ViewDay } from './view-day.tsx';
import { ViewPage } from './view-page.tsx';
import './views.css';

/** The page; the view stands in the path, the day and the node that is chosen in the query. */
export default function ViewsPage() {
  const { view } = useParams<{ view?: string }>();
  const { shell } = useWords();
  const [choices] = useChoices();
  const about = useQuery(readDays(choices.get('day')));
  if (about.data === undefined)
    return about.isError ? (
      <LoadFailure error={about.error} onAgain={() => about.refetch()} />
    ) : (
      <p className="quiet page-loading">{shell.loading}</p>
    );
  return view === undefined ? (
    <ViewList about={about.data} />
  ) : (
    <ViewPage key={view} name={decodeURIComponent(view)} about={about.data} />
  );
}

function ViewList({ about }: Pick<Parameters<typeof ViewDay>[0], 'about'>) {
  const words = useWords();
  const { view: said } = words;
  const day = about.day === about.today ? null : about.day;
  const { data, error, isError, refetch } = useQuery(readViews(day));
  usePageTitle(said.title);
  if (isError && data === undefined) return <LoadFailure error={error} onAgain={() => refetch()} />;
  return (
    <div className="views">
      <header className="view-head">
        <h1>{said.title}</h1>
        <ViewDay about={about} />
      </header>
      {data !== undefined && data.items.length === 0 && (
        <div className="page-message">
          <p>{said.none}</p>
          <p className="quiet">{said.howTo}</p>
        </div>
      )}
      {data !== undefined && data.items.length > 0 && (
        <ul className="view-cards">
          {data.items.map((item) => (
            <ViewCard key={item.name} item={item} day={day} />
          ))}
        </ul>
      )}
    </div>
  );
}

function ViewCard({ item, day }: { readonly item: ViewItem; readonly day: string | null }) {
  const words = useWords();
  const now = useNow();
  const names = useFlowNames();
  const { worst } = item;
  const tone = item.status ?? 'idle';
  const bad = tone === 'critical' || tone === 'warning' || tone === 'unknown';
  return (
    <li className={`view-card panel tone-${tone}`}>
      <p className="view-node-head">
        <StatusMark tone={tone} size={20} label={words.status.tone[tone]} />
        <Link className="view-card-title" href={viewAddress(item.name, day === null ? {} : { day })}>
          {titleIn(words.language, item.title, item.name)}
        </Link>
      </p>
      <p>
        <b>{item.status === null ? words.view.empty : words.status.tone[tone]}</b>
        {worst !== null && bad && ` · ${reasonWords(worst, words, names.zone(worst.flow), now)}`}
      </p>
      {worst !== null && bad && <Link href={partAddress(worst)}>{partWords(worst, words).name}</Link>}
      <p className="view-node-counts">
        <span className="quiet">{words.view.nodes(item.nodes)}</span>
        <ToneCountsList counts={item.counts} />
      </p>
    </li>
  );
}
