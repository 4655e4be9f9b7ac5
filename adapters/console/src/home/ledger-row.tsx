// biome-ignore-all lint/a11y/useSemanticElements: elements of a table cannot be laid out in a window that scrolls
// biome-ignore-all lint/a11y/useFocusableInteractive: rows and cells are read, their links are what is focused
import { memo } from 'react';
import { Link } from 'wouter';
import { flowAddress } from '../address/address.ts';
import type { AlarmItem, FlowItem, LedgerRow, UsualFlow } from '../api/answers.ts';
import { StatusMark } from '../status/status-mark.tsx';
import type { Tone } from '../status/tone.ts';
import { alarmTextIn } from '../words/alarm-text.ts';
import { titleIn, useWords } from '../words/words.ts';
import type { DayScale } from './day-scale.ts';
import { rowStory } from './row-story.ts';
import { TimeLane } from './time-lane.tsx';

export interface LedgerEntry {
  readonly row: LedgerRow;
  readonly tone: Tone;
  readonly zone: string;
  /** the flow that it starts after */
  readonly after: FlowItem | null;
  readonly usual: UsualFlow | undefined;
  readonly alarms: readonly AlarmItem[];
}

function total(many: NonNullable<LedgerRow['many']>): number {
  return Object.values(many).reduce((sum, count) => sum + count, 0);
}

interface LedgerRowProps {
  readonly entry: LedgerEntry;
  readonly scale: DayScale;
  readonly now: number;
  readonly place: number;
}

/** One flow of the day: how it is, what it does, and when. */
export const LedgerRowView = memo(function LedgerRowView({ entry, scale, now, place }: LedgerRowProps) {
  const words = useWords();
  const { row, tone, zone, usual, alarms } = entry;
  const after = entry.after === null ? null : titleIn(words.language, entry.after.title, entry.after.name);
  const story = rowStory(row, { words, zone, now, usual, alarms, after });
  const measures = [
    ...(story.alarm === null ? [] : [story.headline]),
    ...story.measures,
    ...(alarms.length > 1 ? [words.home.alarms(alarms.length)] : []),
  ].join(' · ');
  const title = titleIn(words.language, row.title, row.flow);
  const bad = tone === 'critical' || tone === 'warning';
  const word = bad ? words.status.tone[tone] : words.status.row[row.status];
  return (
    <div role="row" aria-rowindex={place + 2} className={`ledger-row${bad ? ` ledger-${tone}` : ''}`}>
      <span role="cell" className="ledger-status">
        <StatusMark tone={tone} />
        <span>
          <b>{word}</b>
          {bad && <small>{words.status.row[row.status]}</small>}
        </span>
      </span>
      <span role="cell" className="ledger-flow">
        <Link
          href={flowAddress(row.flow, row.startedAt === null && row.openAlarms === 0 ? null : row.key)}
          title={title}
        >
          {title}
        </Link>
        <small title={row.key ?? ''}>{row.many === null ? row.key : words.home.many(total(row.many))}</small>
      </span>
      <span role="cell" className="ledger-story">
        {story.alarm === null ? (
          <span className="ledger-headline">{story.headline}</span>
        ) : (
          <span className="ledger-headline" title={alarmTextIn(words.language, story.alarm)}>
            {alarmTextIn(words.language, story.alarm)}
          </span>
        )}
        <small title={measures}>{measures}</small>
      </span>
      <span role="cell" className="ledger-lane">
        <TimeLane row={row} tone={tone} scale={scale} usual={usual} now={now} />
      </span>
    </div>
  );
});
