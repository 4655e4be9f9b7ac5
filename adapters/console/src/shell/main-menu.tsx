import { Link, useLocation, useSearch } from 'wouter';
import { useWords } from '../words/words.ts';
import './main-menu.css';
import { bigAddress, pageOf, USUAL } from './rotation.ts';

/** The pages that are not of one flow. */
export function MainMenu() {
  const { shell } = useWords();
  const [location] = useLocation();
  const search = useSearch();
  const entries = [
    { to: '/', name: shell.day, here: location === '/' || location.startsWith('/days/') },
    { to: '/views', name: shell.views, here: location.startsWith('/views') },
    { to: '/alarms', name: shell.alarms, here: location.startsWith('/alarms') },
    { to: eventsOf(search), name: shell.events, here: location.startsWith('/events') },
    { to: '/rejected', name: shell.rejected, here: location.startsWith('/rejected') },
    { to: '/audit', name: shell.audit, here: location.startsWith('/audit') },
  ];
  return (
    <nav className="main-menu" aria-label={shell.pages}>
      {entries.map(({ to, name, here }) => (
        <Link key={to} href={to} aria-current={here ? 'page' : undefined} className={here ? 'here' : ''}>
          {name}
        </Link>
      ))}
    </nav>
  );
}

/** The way to this page as it is read from afar, where there is one. */
export function BigScreenLink() {
  const { shell } = useWords();
  const [location] = useLocation();
  const search = useSearch();
  if (!hasBig(location)) return null;
  return (
    <Link href={bigAddress(pageOf(location, search), ONE)} className="big-screen-link">
      {shell.big}
    </Link>
  );
}

/** The events of what is looked at: of the instance, and of the step that is chosen in it. */
function eventsOf(search: string): string {
  const { pathname } = window.location;
  if (!pathname.startsWith('/flows/')) return '/events';
  const step = new URLSearchParams(search).get('step');
  const query = step === null ? '' : `?${new URLSearchParams({ step })}`;
  return `/events/${pathname.slice('/flows/'.length)}${query}`;
}

/** Whether a page can be read from afar. */
function hasBig(location: string): boolean {
  return location === '/' || /^\/(days|flows|views)\//.test(location);
}

/** A page that stays. */
const ONE = { pages: [], every: USUAL };
