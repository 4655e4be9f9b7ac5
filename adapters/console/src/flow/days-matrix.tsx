import { Link } from 'wouter';
import { flowAddress } from '../address/address.ts';
import type { FlowInfo, History } from '../api/answers.ts';
import { StatusMark } from '../status/status-mark.tsx';
import { toneOfInstance } from '../status/tone.ts';
import { span } from '../time/format-time.ts';
import { titleIn, useWords } from '../words/words.ts';
import { stepTone, stepTook } from './step-history.tsx';

/** The last trading days beside the steps: where it is always slow, and since when. */
export function DaysMatrix({
  info,
  history,
}: {
  readonly info: FlowInfo;
  readonly history: History | undefined;
}) {
  const words = useWords();
  const { flow } = words;
  if (history === undefined) return <p className="quiet page-loading">{words.shell.loading}</p>;
  if (history.items.length === 0) return <p className="quiet page-loading">{flow.noMatrix}</p>;
  const steps = info.steps.filter(({ kind }) => kind !== 'gate');
  return (
    <div className="matrix-scroll">
      <table className="matrix" aria-label={flow.matrixLabel}>
        <thead>
          <tr>
            <th scope="col">{flow.step}</th>
            {history.items.map((row) => {
              const tone = toneOfInstance(row.status, row.health);
              return (
                <th key={row.key} scope="col">
                  <Link href={flowAddress(row.flow, row.key)} title={row.key}>
                    {row.tradingDay.slice(5)}
                  </Link>
                  <StatusMark tone={tone} size={13} label={words.status.tone[tone]} />
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => {
            const longest = Math.max(1, ...history.items.map((row) => stepTook(row, step.name) ?? 0));
            return (
              <tr key={step.name}>
                <th scope="row">{titleIn(words.language, step.title, step.name)}</th>
                {history.items.map((row) => {
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
      <p className="quiet">{flow.matrixHint}</p>
    </div>
  );
}
