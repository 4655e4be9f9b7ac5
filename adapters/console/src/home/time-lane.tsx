import { memo } from 'react';
import type { LedgerRow, UsualFlow } from '../api/answers.ts';
import type { Tone } from '../status/tone.ts';
import type { DayScale } from './day-scale.ts';

interface TimeLaneProps {
  readonly row: LedgerRow;
  readonly tone: Tone;
  readonly scale: DayScale;
  readonly usual: UsualFlow | undefined;
  readonly now: number;
}

/** A row's time of day: what was expected, what is, and its deadline. */
export const TimeLane = memo(function TimeLane({ row, tone, scale, usual, now }: TimeLaneProps) {
  const expected = expectedSpan(row, usual);
  const actual = actualSpan(row, now);
  return (
    <span className={`lane tone-${tone}`} aria-hidden="true">
      {expected !== null && <span className="lane-expected" style={place(scale, expected)} />}
      {actual !== null && (
        <span
          className={`lane-actual${row.startedAt === null ? ' lane-missing' : ''}`}
          style={place(scale, actual)}
        />
      )}
      {row.startDue !== null && (
        <span className="lane-start" style={{ left: `${scale.at(Date.parse(row.startDue))}%` }} />
      )}
      {row.deadline !== null && (
        <span className="lane-deadline" style={{ left: `${scale.at(Date.parse(row.deadline))}%` }} />
      )}
    </span>
  );
});

type Span = readonly [from: number, to: number];

function place(scale: DayScale, [from, to]: Span) {
  const left = Math.max(0, scale.at(from));
  const right = Math.min(100, scale.at(to));
  return { left: `${left}%`, width: `max(3px, ${Math.max(0, right - left)}%)` };
}

/** From its usual start for as long as it usually takes; else from when it is due to its deadline. */
function expectedSpan(row: LedgerRow, usual: UsualFlow | undefined): Span | null {
  const start = usual?.start ?? row.startDue;
  if (start == null) return null;
  const from = Date.parse(start);
  if (usual?.took != null && usual.start !== null) return [from, from + usual.took];
  return row.deadline === null ? null : [from, Date.parse(row.deadline)];
}

/** From its start to its end or now; for what has not started, from when it should have. */
function actualSpan(row: LedgerRow, now: number): Span | null {
  if (row.startedAt !== null) {
    const from = Date.parse(row.startedAt);
    return [from, row.endedAt === null ? Math.max(now, from) : Date.parse(row.endedAt)];
  }
  const waits = row.status === 'waiting' || row.status === 'missing';
  const since = row.startDue;
  if (!waits || since === null || Date.parse(since) > now) return null;
  const until = row.status === 'missing' && row.deadline !== null ? Date.parse(row.deadline) : now;
  return [Date.parse(since), Math.max(until, Date.parse(since))];
}
