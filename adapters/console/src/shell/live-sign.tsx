import { useLiveState } from '../live/live-context.tsx';
import { useWords } from '../words/words.ts';

/** A small word in the top bar: live, connecting or not live. */
export function LiveSign() {
  const { shell } = useWords();
  const state = useLiveState();
  return <span className={`live-sign live-${state}`}>{shell[state]}</span>;
}
