import type { AlarmWhy, NamedValue } from '../api/alarm-answers.ts';
import { Moment } from '../time/moment.tsx';
import { useWords } from '../words/words.ts';
import { Fact } from './fact.tsx';

interface AlarmWhyProps {
  readonly why: AlarmWhy;
  readonly zone: string;
  readonly day: string;
}

/** Why an alarm was raised: the rule with its place, what its expression read, the event, and when something was due. */
export function AlarmWhyFacts({ why, zone, day }: AlarmWhyProps) {
  const { alarms, flow } = useWords();
  const { event } = why;
  return (
    <>
      <h3>{alarms.why}</h3>
      <dl className="alarm-facts">
        <Fact name={alarms.rule}>{why.rule === null ? alarms.noRule : <code>{why.rule}</code>}</Fact>
        {why.expression !== null && (
          <Fact name={alarms.expression}>
            <code>{why.expression}</code>
          </Fact>
        )}
        {why.values.length > 0 && (
          <Fact name={alarms.values}>
            <Values values={why.values} />
          </Fact>
        )}
        {why.due !== null && (
          <Fact name={alarms.due}>
            <Moment at={why.due} zone={zone} day={day} seconds />
          </Fact>
        )}
        <Fact name={alarms.event}>
          {flow.eventWords[event.event] ?? event.event}
          {event.step !== null && ` · ${event.step}`}
          {event.state !== null && ` · ${event.state}`} ·{' '}
          <Moment at={event.time} zone={zone} day={day} seconds />
          {event.id !== null && (
            <div>
              <code className="quiet">{event.id}</code>
            </div>
          )}
          {event.message !== null && <div>{event.message}</div>}
          {event.params.length > 0 && <Values values={event.params} />}
        </Fact>
      </dl>
    </>
  );
}

function Values({ values }: { readonly values: readonly NamedValue[] }) {
  const { alarms } = useWords();
  return (
    <ul className="alarm-values">
      {values.map(({ name, value }) => (
        <li key={name}>
          <code>{name}</code> ={' '}
          {value === null ? <span className="quiet">{alarms.noValue}</span> : <code>{String(value)}</code>}
        </li>
      ))}
    </ul>
  );
}
