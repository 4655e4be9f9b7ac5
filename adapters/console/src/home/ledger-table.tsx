// biome-ignore-all lint/a11y/useSemanticElements: elements of a table cannot be laid out in a window that scrolls
// biome-ignore-all lint/a11y/useFocusableInteractive: rows and cells are read, their links are what is focused
import { useRef } from 'react';
import { useNow } from '../time/server-clock.ts';
import { useWords } from '../words/words.ts';
import type { DayScale } from './day-scale.ts';
import { type LedgerEntry, LedgerRowView } from './ledger-row.tsx';
import { useWindow } from './use-window.ts';

const ROW_HEIGHT = 42;

/** Labels so near to `now`, percent, would be covered by it. */
const NEAR = 13;
/** The label of a later time, percent, would stand outside. */
const LAST = 96;

interface LedgerTableProps {
  readonly entries: readonly LedgerEntry[];
  readonly scale: DayScale;
  /** whether the day is still running, so that `now` is on the line */
  readonly running: boolean;
}

/** The rows of the day, with the time of day beside them. */
export function LedgerTable({ entries, scale, running }: LedgerTableProps) {
  const { home } = useWords();
  const now = useNow();
  const list = useRef<HTMLDivElement>(null);
  const { first, end } = useWindow(list, entries.length, ROW_HEIGHT);
  const { columns } = home;
  const nowAt = scale.at(now);
  return (
    <div className="ledger" role="table" aria-label={home.title} aria-rowcount={entries.length + 1}>
      <div className="ledger-head" role="row" aria-rowindex={1}>
        <span role="columnheader">{columns.status}</span>
        <span role="columnheader">{columns.flow}</span>
        <span role="columnheader">{columns.story}</span>
        <span role="columnheader" className="ledger-axis">
          <span className="sr-only">{columns.time}</span>
          {scale.ticks
            .filter(({ at }) => at < LAST && (!running || Math.abs(at - nowAt) > NEAR))
            .map(({ at, label }) => (
              <span key={at} className="ledger-tick" style={{ left: `${at}%` }}>
                {label}
              </span>
            ))}
          {running && (
            <span className="ledger-now-word" style={{ left: `${nowAt}%` }}>
              {home.now}
            </span>
          )}
        </span>
      </div>
      <div ref={list} role="rowgroup" className="ledger-rows" style={{ height: entries.length * ROW_HEIGHT }}>
        <div className="ledger-grid" aria-hidden="true">
          {scale.ticks.map(({ at }) => (
            <span key={at} className="ledger-gridline" style={{ left: `${at}%` }} />
          ))}
          {running && <span className="ledger-now" style={{ left: `${nowAt}%` }} />}
        </div>
        <div className="ledger-seen" style={{ transform: `translateY(${first * ROW_HEIGHT}px)` }}>
          {entries.slice(first, end).map((entry, index) => (
            <LedgerRowView
              key={`${entry.row.flow} ${entry.row.key}`}
              entry={entry}
              scale={scale}
              now={now}
              place={first + index}
            />
          ))}
        </div>
      </div>
    </div>
  );
}
