import { Link, useLocation, useSearch } from 'wouter';
import { useHeardAt } from '../live/live-context.tsx';
import { span } from '../time/format-time.ts';
import { useNow } from '../time/server-clock.ts';
import { useWords } from '../words/words.ts';
import './big-screen.css';

/** Whether the address asks for the form that is read from afar: `?screen=big`. */
export function useBigScreen(): boolean {
  return new URLSearchParams(useSearch()).get('screen') === 'big';
}

/** What is above a page that is read from afar: how old the data is, and the way back. */
export function BigScreenBar() {
  const { shell, language } = useWords();
  const [location] = useLocation();
  const heard = useHeardAt();
  useNow();
  return (
    <header className="big-screen-bar">
      <b>Milepost</b>
      <span>{heard === null ? shell.connecting : shell.dataAge(span(Date.now() - heard, language))}</span>
      <Link href={location}>{shell.leaveBig}</Link>
    </header>
  );
}
