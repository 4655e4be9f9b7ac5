import { useWords } from '../words/words.ts';

/** What the signs of the time of day mean. */
export function LaneLegend() {
  const { legend } = useWords().home;
  return (
    <p className="lane-legend">
      <span className="legend-expected" /> {legend.expected}
      <span className="legend-actual" /> {legend.actual}
      <span className="legend-start" /> {legend.start}
      <span className="legend-deadline" /> {legend.deadline}
      <span className="legend-now" /> {legend.now}
    </p>
  );
}
