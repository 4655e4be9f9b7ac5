import { Link } from 'wouter';
import { flowAddress } from '../address/address.ts';
import type { History, HistoryRow } from '../api/answers.ts';
import { StatusMark } from '../status/status-mark.tsx';
import { type Tone, toneOfInstance, toneOfStepStatus } from '../status/tone.ts';
import { span } from '../time/format-time.ts';
import { Moment } from '../time/moment.tsx';
import { useWords } from '../words/words.ts';

interface StepHistoryProps {
  readonly history: History | undefined;
  readonly step: string;
  readonly zone: string;
}

/** How a step went on the last days, and how long it took. */
export function StepHistory({ history, step, zone }: StepHistoryProps) {
  const words = useWords();
  const rows = history?.items.filter((row) => row.steps[step]?.activatedAt != null) ?? [];
  if (rows.length === 0) return <p className="quiet">{words.flow.noHistory}</p>;
  const longest = Math.max(1, ...rows.map((row) => stepTook(row, step) ?? 0));
  return (
    <ul className="step-history">
      {rows.map((row) => {
        const took = stepTook(row, step);
        const tone = stepTone(row, step);
        return (
          <li key={row.key} className={`tone-${tone}`}>
            <StatusMark tone={tone} size={13} label={words.status.tone[tone]} />
            <Link href={flowAddress(row.flow, row.key, { step })} title={row.key}>
              {row.tradingDay}
            </Link>
            <span className="history-time">
              <Moment at={row.steps[step]?.activatedAt ?? ''} zone={zone} />
            </span>
            <span className="history-bar">
              {took !== null && <span style={{ width: `${(took / longest) * 100}%` }} />}
            </span>
            <span className="history-took">{took === null ? '' : span(took, words.language)}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** How long a step took, ms; null where it has not ended. */
export function stepTook(row: HistoryRow, step: string): number | null {
  const state = row.steps[step];
  if (state?.activatedAt == null || state.endedAt === null) return null;
  return Date.parse(state.endedAt) - Date.parse(state.activatedAt);
}

/** How a step was on a day: the worst alarm that it raised, recovered or not, else how it ended. */
export function stepTone(row: HistoryRow, step: string): Tone {
  const own = row.alarms.filter((alarm) => alarm.step === step);
  return worstOf(own) ?? toneOfStepStatus(row.steps[step]?.status ?? 'idle');
}

/** How a flow was on a day: the worst alarm that it or a step of it raised, recovered or not, else how it ended. */
export function flowTone(row: HistoryRow): Tone {
  return worstOf(row.alarms) ?? toneOfInstance(row.status, row.health);
}

function worstOf(alarms: HistoryRow['alarms']): Tone | null {
  if (alarms.some(({ severity }) => severity === 'critical')) return 'critical';
  return alarms.some(({ severity }) => severity === 'warning') ? 'warning' : null;
}

/** The day of a row, and where there are several on a day what its key has beyond that: `11-20 cffex`. */
export function dayOfRow({ tradingDay, key }: HistoryRow): string {
  const slash = key.indexOf('/');
  return slash < 0 ? tradingDay.slice(5) : `${tradingDay.slice(5)} ${key.slice(slash + 1)}`;
}
