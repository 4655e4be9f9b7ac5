import { Link, useLocation, useSearch } from 'wouter';
import { useHeardAt } from '../live/live-context.tsx';
import { span } from '../time/format-time.ts';
import { useNow } from '../time/server-clock.ts';
import { useWords } from '../words/words.ts';
import './big-screen.css';
import { pageOf } from './rotation.ts';
import { RotationButton } from './rotation-panel.tsx';
import { useRotation } from './use-rotation.ts';

/** What is above a page that is read from afar: how old the data is, and the way back. */
export function BigScreenBar() {
  const { shell, language } = useWords();
  const [location] = useLocation();
  const search = useSearch();
  const rotation = useRotation();
  const heard = useHeardAt();
  useNow();
  return (
    <header className="big-screen-bar">
      <b>Milepost</b>
      <span>{heard === null ? shell.connecting : shell.dataAge(span(Date.now() - heard, language))}</span>
      <span className="big-screen-acts">
        <RotationButton rotation={rotation} />
        <Link href={pageOf(location, search)}>{shell.leaveBig}</Link>
      </span>
    </header>
  );
}
