import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useRef, useState } from 'react';
import type { AlarmInfo } from '../api/alarm-answers.ts';
import { knowWho } from '../operator/asking.ts';
import { useKeys } from '../shell/use-keys.ts';
import { useWords } from '../words/words.ts';
import { ActForm } from './act-form.tsx';
import { ACTS, type ActKind, actOnAlarm, type Doing, isPossible } from './act-on-alarm.ts';

const KEYS: Readonly<Record<ActKind, string>> = {
  ack: 'a',
  unack: 'u',
  assign: 'g',
  comment: 'm',
  silence: 's',
  close: 'c',
  'not-useful': 'n',
};

/** What is done without a form. */
const AT_ONCE: readonly ActKind[] = ['ack', 'unack'];

interface AlarmActsProps {
  readonly alarm: AlarmInfo;
  readonly zone: string;
}

/** What can be done about an alarm, by a person with a name. */
export function AlarmActs({ alarm, zone }: AlarmActsProps) {
  const { alarms } = useWords();
  const client = useQueryClient();
  const [form, setForm] = useState<ActKind | null>(null);
  const box = useRef<HTMLFieldSetElement>(null);
  const act = useMutation({
    mutationFn: (doing: Doing) => actOnAlarm(alarm, doing),
    onSettled: () => client.invalidateQueries({ queryKey: ['alarms'] }),
  });

  const carryOut = (doing: Doing) => {
    setForm(null);
    act.mutate(doing);
    box.current?.focus();
  };
  const begin = (kind: ActKind) => {
    if (!isPossible(kind, alarm) || act.isPending) return;
    const next = () => {
      if (AT_ONCE.includes(kind)) carryOut({ kind, text: '', to: '', scope: 'alarm', until: '' });
      else setForm(kind);
    };
    // who closes the form does nothing
    knowWho().then(next, () => undefined);
  };
  useKeys(new Map(ACTS.map((kind) => [KEYS[kind], () => begin(kind)])));

  return (
    <fieldset ref={box} tabIndex={-1} className="alarm-acts" aria-label={alarms.acts}>
      <div className="alarm-buttons">
        {ACTS.map((kind) => (
          <Button
            key={kind}
            type={kind === 'ack' && isPossible(kind, alarm) ? 'primary' : 'default'}
            disabled={!isPossible(kind, alarm) || act.isPending}
            aria-expanded={AT_ONCE.includes(kind) ? undefined : form === kind}
            aria-keyshortcuts={KEYS[kind]}
            onClick={() => begin(kind)}
          >
            {alarms.act[kind]}
          </Button>
        ))}
      </div>
      {form !== null && (
        <ActForm
          key={form}
          kind={form}
          zone={zone}
          onSend={carryOut}
          onCancel={() => {
            setForm(null);
            box.current?.focus();
          }}
        />
      )}
      <p className="alarm-outcome" role="status">
        <ActOutcome act={act} />
      </p>
    </fieldset>
  );
}

interface ActOutcomeProps {
  readonly act: ReturnType<typeof useMutation<Awaited<ReturnType<typeof actOnAlarm>>, Error, Doing>>;
}

function ActOutcome({ act }: ActOutcomeProps) {
  const { alarms } = useWords();
  if (act.isIdle) return null;
  if (act.isPending) return alarms.waiting;
  if (act.isError) return alarms.refused(act.error.message);
  const name = alarms.act[act.variables.kind];
  if (act.data.kind === 'refused') return alarms.refused(act.data.reason);
  return act.data.kind === 'done' ? alarms.done(name) : alarms.pending(name);
}
