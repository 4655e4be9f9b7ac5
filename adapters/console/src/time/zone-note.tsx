import { useWords } from '../words/words.ts';
import { offsetOf } from './format-time.ts';
import { useNow } from './server-clock.ts';

const RARELY = 60_000;

/** Says in which zones the times of a page are, with their offsets. */
export function ZoneNote({ zones }: { readonly zones: Iterable<string> }) {
  const { shell } = useWords();
  const now = new Date(useNow(RARELY));
  const named = [...new Set(zones)].map((zone) => (zone === 'UTC' ? zone : `${zone} ${offsetOf(now, zone)}`));
  if (named.length === 0) return null;
  return <span className="quiet zone-note">{shell.zone(named.join(', '))}</span>;
}
