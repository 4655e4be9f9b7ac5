import { useQuery } from '@tanstack/react-query';
import { readNumbers } from '../api/alarm-reads.ts';
import { readDays } from '../api/reads.ts';
import { span } from '../time/format-time.ts';
import { useWords } from '../words/words.ts';

/** How many alarms there were on the trading day that it is, and how long people took. */
export function NumbersStrip() {
  const words = useWords();
  const { alarms, language } = words;
  const days = useQuery(readDays(null));
  const today = days.data?.today;
  const { data } = useQuery({ ...readNumbers(today ?? ''), enabled: today !== undefined });
  if (data === undefined) return null;
  const { raised, recovered, meanSecondsToAcknowledge, meanSecondsToRecover, notUseful } = data.total;
  const mean = (seconds: number | null) => (seconds === null ? null : span(seconds * 1000, language));
  const share = raised === 0 ? null : `${Math.round((notUseful / raised) * 100)} %`;
  const figures: readonly (readonly [name: string, value: string | null])[] = [
    [alarms.raised, raised.toLocaleString('en')],
    [alarms.recovered, recovered.toLocaleString('en')],
    [alarms.toAcknowledge, mean(meanSecondsToAcknowledge)],
    [alarms.toRecover, mean(meanSecondsToRecover)],
    [alarms.notUsefulShare, share],
  ];
  return (
    <dl className="numbers" aria-label={alarms.numbers}>
      <div>
        <dt>{words.shell.tradingDay}</dt>
        <dd>{today}</dd>
      </div>
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value ?? <span className="quiet">{alarms.none}</span>}</dd>
        </div>
      ))}
    </dl>
  );
}
