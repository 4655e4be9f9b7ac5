import type { ToneCounts } from '../../../../engine/index.ts';
import { StatusMark } from '../status/status-mark.tsx';
import { TONES } from '../status/tone.ts';
import { useWords } from '../words/words.ts';

/** How many of which status, the worst first; what there is none of is left out. */
export function ToneCountsList({ counts }: { readonly counts: ToneCounts }) {
  const { status, view } = useWords();
  return (
    <span className="tone-counts">
      {TONES.filter((tone) => counts[tone] > 0).map((tone) => (
        <span key={tone} className="tone-count" title={view.count(counts[tone], status.tone[tone])}>
          <StatusMark tone={tone} size={12} label={status.tone[tone]} />
          {counts[tone]}
        </span>
      ))}
    </span>
  );
}
