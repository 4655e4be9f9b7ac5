import { Link } from 'wouter';
import { flowAddress } from '../address/address.ts';
import type { History, HistoryRow } from '../api/answers.ts';
import type { Tone } from '../status/tone.ts';
import { span } from '../time/format-time.ts';
import { useNow } from '../time/server-clock.ts';
import { useWords } from '../words/words.ts';
import { usualSpan } from './flow-facts.tsx';
import { flowTone, stepTone, stepTook } from './step-history.tsx';

interface DurationsChartProps {
  readonly history: History;
  /** null: the whole flow */
  readonly step: string | null;
  readonly title: string;
}

interface Bar {
  readonly row: HistoryRow;
  readonly tone: Tone;
  /** ms; null where it has not begun, or a step has not ended */
  readonly took: number | null;
  readonly going: boolean;
}

/** How long a flow, or a step of it, took on its last trading days, the latest at the right, beside what is usual. */
export function DurationsChart({ history, step, title }: DurationsChartProps) {
  const words = useWords();
  const { flow, status, language } = words;
  const now = useNow(10_000);
  const bars = history.items.map((row) => barOf(row, step, now)).toReversed();
  const named = namedDays(bars.map(({ row }) => row.tradingDay));
  const usual = usualSpan(history, step ?? undefined);
  const top = roundUp(Math.max(1000, usual ?? 0, ...bars.map(({ took }) => took ?? 0)));
  return (
    <figure className="durations panel">
      <figcaption>
        <b>{flow.durations(title)}</b>
        {usual !== null && <span className="quiet"> · {flow.median(span(usual, language))}</span>}
      </figcaption>
      <div className="durations-plot">
        {[1, 0.5, 0].map((part) => (
          <span key={part} className="durations-line" style={{ bottom: `${part * 100}%` }}>
            <small>{span(top * part, language)}</small>
          </span>
        ))}
        {usual !== null && (
          <span
            className="durations-usual"
            style={{ bottom: `${(usual / top) * 100}%` }}
            title={flow.median(span(usual, language))}
          />
        )}
        <ol>
          {bars.map(({ row, tone, took, going }, index) => {
            const text = took === null ? status.tone[tone] : `${status.tone[tone]}, ${span(took, language)}`;
            return (
              <li key={row.key}>
                <Link
                  href={flowAddress(row.flow, row.key, step === null ? {} : { step })}
                  className={`tone-${tone}`}
                  aria-label={`${row.tradingDay}: ${text}`}
                  title={`${row.key}\n${text}`}
                >
                  <span
                    className={going ? 'durations-bar durations-going' : 'durations-bar'}
                    style={{ height: `${((took ?? 0) / top) * 100}%` }}
                  />
                </Link>
                {named.has(index) && <small>{row.tradingDay.slice(5)}</small>}
              </li>
            );
          })}
        </ol>
      </div>
    </figure>
  );
}

function barOf(row: HistoryRow, step: string | null, now: number): Bar {
  if (step !== null) return { row, tone: stepTone(row, step), took: stepTook(row, step), going: false };
  const { startedAt, endedAt } = row;
  const going = startedAt !== null && endedAt === null;
  const took =
    startedAt === null ? null : (endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt);
  return { row, tone: flowTone(row), took, going };
}

/** The bars under which their day stands: the first of a day, and of many days only some, so that each can be read. */
function namedDays(days: readonly string[]): ReadonlySet<number> {
  const firsts = days.flatMap((day, index) => (day === days[index - 1] ? [] : [index]));
  const every = Math.ceil(firsts.length / MOST_NAMED);
  return new Set(firsts.filter((_, nth) => (firsts.length - 1 - nth) % every === 0));
}

const MOST_NAMED = 21;

const ROUND = [
  2, 4, 6, 10, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400,
];

/** The next span that is read easily, as its half is, ms. */
function roundUp(ms: number): number {
  const seconds = ROUND.find((each) => each * 1000 >= ms);
  return seconds === undefined ? Math.ceil(ms / 86_400_000) * 86_400_000 : seconds * 1000;
}
