import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { flowAddress } from '../address/address.ts';
import type { FlowInfo, Frame, History, InstanceInfo } from '../api/answers.ts';
import { StatusMark } from '../status/status-mark.tsx';
import { toneOfInstance } from '../status/tone.ts';
import { offsetOf, span } from '../time/format-time.ts';
import { Moment } from '../time/moment.tsx';
import { useNow } from '../time/server-clock.ts';
import { useWords, type Words } from '../words/words.ts';
import { stepWord } from './step-node.tsx';

interface FlowFactsProps {
  readonly info: FlowInfo;
  readonly instance: InstanceInfo | undefined;
  readonly history: History | undefined;
  /** of a replay: how it was then */
  readonly frame: Frame | undefined;
}

/** How the whole flow is: state, times, revision, conformance. */
export function FlowFacts({ info, instance, history, frame }: FlowFactsProps) {
  const words = useWords();
  const { flow } = words;
  const { zone } = info;
  if (instance === undefined)
    return (
      <section className="facts panel" aria-label={flow.flow}>
        <h2>{flow.definition}</h2>
        <p className="quiet">{flow.noInstance}</p>
        <dl>
          <Fact name={flow.calendar}>
            {info.calendar} · {zone}
          </Fact>
          <Fact name={flow.revision}>
            <code>{info.revision}</code>
          </Fact>
        </dl>
      </section>
    );
  const { tradingDay: day } = instance;
  const usual = usualSpan(history);
  const { status, health, state } = frame ?? instance;
  const deviations = instance.deviations.filter(({ at }) => frame === undefined || at <= frame.at);
  return (
    <section className="facts panel" aria-label={flow.flow}>
      <h2>{flow.flow}</h2>
      <dl>
        <Fact name={flow.status}>
          <span className="fact-status">
            <StatusMark tone={toneOfInstance(status, health)} size={14} />
            <b>{words.status.instance[status]}</b> · {words.status.health[health]}
          </span>
        </Fact>
        {state !== null && <Fact name={flow.state}>{state}</Fact>}
        <Fact name={flow.tradingDay}>{day}</Fact>
        {instance.startedAt !== null && (
          <Fact name={flow.started}>
            <Moment at={instance.startedAt} zone={zone} day={day} seconds />
          </Fact>
        )}
        {instance.endedAt !== null && frame === undefined && (
          <Fact name={flow.ended}>
            <Moment at={instance.endedAt} zone={zone} day={day} seconds />
          </Fact>
        )}
        {instance.startedAt !== null && (
          <Fact name={flow.took}>
            <Took from={instance.startedAt} to={frame?.at ?? instance.endedAt} />
            {usual !== null && <span className="quiet"> · {flow.usual(span(usual, words.language))}</span>}
          </Fact>
        )}
        {instance.parent !== null && (
          <Fact name={flow.partOf}>
            <Link href={flowAddress(instance.parent.flow, instance.parent.key)}>{instance.parent.flow}</Link>
          </Fact>
        )}
        <Fact name={flow.calendar}>
          {info.calendar} · {zone}
          {zone !== 'UTC' && ` ${offsetOf(new Date(instance.updatedAt), zone)}`}
        </Fact>
        <Fact name={flow.revision}>
          <code>{instance.revision}</code>
        </Fact>
        <Fact name={flow.conformance}>
          {deviations.length === 0 ? flow.conforms : flow.deviations(deviations.length)}
        </Fact>
      </dl>
      {deviations.length > 0 && (
        <ul className="facts-list">
          {deviations.map(({ rule, step, at, detail }) => (
            <li key={`${rule} ${step} ${at} ${detail}`}>
              <Moment at={at} zone={zone} day={day} seconds /> <b>{flow.rules[rule] ?? rule}</b>{' '}
              <span className="quiet">{step}</span>
              <div className="quiet">{deviationText(words, rule, detail)}</div>
            </li>
          ))}
        </ul>
      )}
      {instance.waivers.length > 0 && (
        <ul className="facts-list">
          {instance.waivers.map(({ step, by, reason, at }) => (
            <li key={`${step} ${at}`}>
              <b>{flow.excused}</b> {step} {flow.excusedBy(by, reason)}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** What broke a rule: what the engine says by itself is said in the language of the page. */
function deviationText(words: Words, rule: string, detail: string): string {
  const was = rule === 'out-of-order' ? /^reported while (\w+)$/.exec(detail)?.[1] : undefined;
  if (was !== undefined) return words.flow.reportedWhile(stepWord(words, was));
  return rule === 'dead-end' && /^committed, but no/.test(detail) ? words.flow.deadEnd : detail;
}

/** Of fewer instances nothing is usual. */
const ENOUGH = 3;

/** How long the flow, or a step of it, usually takes, ms; null where too few instances tell. */
export function usualSpan(history: History | undefined, step?: string): number | null {
  if (history === undefined || history.usual.of < ENOUGH) return null;
  return step === undefined ? history.usual.took : (history.usual.steps[step] ?? null);
}

export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** How long something took, or has been going on. */
export function Took({ from, to }: { readonly from: string; readonly to: string | null }) {
  const words = useWords();
  const now = useNow();
  return <>{span((to === null ? now : Date.parse(to)) - Date.parse(from), words.language)}</>;
}
