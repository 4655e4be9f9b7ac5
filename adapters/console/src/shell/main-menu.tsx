import { Link, useLocation } from 'wouter';
import { useWords } from '../words/words.ts';
import './main-menu.css';

/** The pages that are not of one flow. */
export function MainMenu() {
  const { shell } = useWords();
  const [location] = useLocation();
  const entries = [
    { to: '/', name: shell.day, here: location === '/' || location.startsWith('/days/') },
    { to: '/alarms', name: shell.alarms, here: location.startsWith('/alarms') },
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
