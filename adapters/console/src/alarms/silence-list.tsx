import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import type { Silence } from '../api/alarm-answers.ts';
import { readSilences } from '../api/alarm-reads.ts';
import { readDays } from '../api/reads.ts';
import { sendAct } from '../api/send.ts';
import { Moment } from '../time/moment.tsx';
import { useWords } from '../words/words.ts';
import { matchText } from './match-text.ts';

/** The silences in force, with who, why and until when; each can be ended. */
export function SilenceList() {
  const { alarms } = useWords();
  const { data } = useQuery(readSilences());
  const silences = data?.items.filter(({ active }) => active) ?? [];
  if (silences.length === 0) return null;
  return (
    <details className="silences panel">
      <summary>{alarms.silences(silences.length)}</summary>
      <ul>
        {silences.map((silence) => (
          <SilenceRow key={silence.id} silence={silence} />
        ))}
      </ul>
    </details>
  );
}

function SilenceRow({ silence }: { readonly silence: Silence }) {
  const { alarms } = useWords();
  const client = useQueryClient();
  const days = useQuery(readDays(null));
  const end = useMutation({
    mutationFn: () => sendAct(`/api/v1/silences/${encodeURIComponent(silence.id)}/end`, {}),
    onSettled: () => client.invalidateQueries({ queryKey: ['alarms'] }),
  });
  return (
    <li className="silence">
      <span>
        <b>{silence.alarm ?? matchText(silence.match)}</b> · {alarms.silenceUntil}{' '}
        <Moment at={silence.until} zone={days.data?.zone ?? 'UTC'} dated /> · {silence.reason}{' '}
        <span className="quiet">{alarms.by(silence.by)}</span>
        {end.isError && <span role="alert"> {alarms.refused(end.error.message)}</span>}
      </span>
      <Button disabled={end.isPending} onClick={() => end.mutate()}>
        {alarms.endSilence}
      </Button>
    </li>
  );
}
