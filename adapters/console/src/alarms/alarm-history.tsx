import type { AlarmEntry, AlarmInfo } from '../api/alarm-answers.ts';
import { Moment } from '../time/moment.tsx';
import { alarmTextIn } from '../words/alarm-text.ts';
import { useWords } from '../words/words.ts';

interface AlarmHistoryProps {
  readonly history: readonly AlarmEntry[];
  /** what the alarm says, and what raised it */
  readonly alarm: Pick<AlarmInfo, 'source' | 'text'>;
  readonly zone: string;
  readonly day: string;
}

/** What happened to an alarm, oldest first: when, what, by whom. */
export function AlarmHistory({ history, alarm, zone, day }: AlarmHistoryProps) {
  const { alarms, language } = useWords();
  const said = ({ detail }: AlarmEntry) => (detail === alarm.text ? alarmTextIn(language, alarm) : detail);
  return (
    <ol className="alarm-history">
      {history.map((entry, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: entries are only ever added at the end
        <li key={index} className="alarm-passage">
          <Moment at={entry.at} zone={zone} day={day} seconds />
          <span>
            <b>{alarms.kinds[entry.kind] ?? entry.kind}</b>
            {entry.by !== null && ` ${alarms.by(entry.by)}`}
            {entry.detail !== null && <div className="alarm-said">{said(entry)}</div>}
          </span>
        </li>
      ))}
    </ol>
  );
}
