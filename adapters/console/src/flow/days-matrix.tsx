import { Link } from 'wouter';
import { flowAddress } from '../address/address.ts';
import type { FlowInfo, History } from '../api/answers.ts';
import { StatusMark } from '../status/status-mark.tsx';
import { span } from '../time/format-time.ts';
import { titleIn, useWords } from '../words/words.ts';
import { DurationsChart } from './durations-chart.tsx';
import { dayOfRow, flowTone, stepTone, stepTook } from './step-history.tsx';

interface DaysMatrixProps {
  readonly info: FlowInfo;
  readonly history: History | undefined;
  /** the step that is drawn above; null: the whole flow */
  readonly step: string | null;
  readonly onChoose: (step: string | null) => void;
}

/** The last trading days beside the steps: where it is always slow, and since when. */
export function DaysMatrix({ info, history, step: chosen, onChoose }: DaysMatrixProps) {
  const words = useWords();
  const { flow } = words;
  if (history === undefined) return <p className="quiet page-loading">{words.shell.loading}</p>;
  if (history.items.length === 0) return <p className="quiet page-loading">{flow.noMatrix}</p>;
  const steps = info.steps.filter(({ kind }) => kind !== 'gate');
  // as in the drawing above, the latest day is at the right
  const days = history.items.toReversed();
  const drawn = steps.find(({ name }) => name === chosen);
  const title = titleIn(words.language, info.title, info.name);
  return (
    <div className="matrix-page">
      <DurationsChart
        history={history}
        step={drawn?.name ?? null}
        title={drawn === undefined ? title : titleIn(words.language, drawn.title, drawn.name)}
      />
      <div className="matrix-scroll" ref={toLatest}>
        <table className="matrix" aria-label={flow.matrixLabel}>
          <thead>
            <tr>
              <th scope="col">{flow.step}</th>
              {days.map((row) => {
                const tone = flowTone(row);
                return (
                  <th key={row.key} scope="col">
                    <Link href={flowAddress(row.flow, row.key)} title={row.key}>
                      {dayOfRow(row)}
                    </Link>
                    <StatusMark tone={tone} size={13} label={words.status.tone[tone]} />
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {steps.map((step) => {
              const longest = Math.max(1, ...days.map((row) => stepTook(row, step.name) ?? 0));
              return (
                <tr key={step.name}>
                  <th scope="row">
                    <button
                      type="button"
                      aria-pressed={step === drawn}
                      onClick={() => onChoose(step === drawn ? null : step.name)}
                    >
                      {titleIn(words.language, step.title, step.name)}
                    </button>
                  </th>
                  {days.map((row) => {
                    const tone = stepTone(row, step.name);
                    const took = stepTook(row, step.name);
                    const text = took === null ? '' : span(took, words.language);
                    return (
                      <td key={row.key} className={`tone-${tone}`}>
                        <Link
                          href={flowAddress(row.flow, row.key, { step: step.name })}
                          aria-label={`${row.tradingDay} ${step.name}: ${words.status.tone[tone]} ${text}`}
                        >
                          <StatusMark tone={tone} size={13} />
                          <span>{text}</span>
                          {took !== null && <i style={{ width: `${(took / longest) * 100}%` }} />}
                        </Link>
                      </td>
                    );
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p className="quiet">{flow.matrixHint}</p>
    </div>
  );
}

/** The latest days are in sight at first. */
function toLatest(scroller: HTMLElement | null): void {
  scroller?.scrollTo({ left: scroller.scrollWidth });
}
