import { Button } from 'antd';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { askWho } from '../operator/asking.ts';
import { usePerson } from '../operator/person.ts';
import { fullTime } from '../time/format-time.ts';
import { useNow } from '../time/server-clock.ts';
import { useWords } from '../words/words.ts';
import { type ActKind, type Doing, SCOPES, type Scope } from './act-on-alarm.ts';

const MINUTE = 60_000;
/** Minutes that are offered: half an hour, an hour, four, a day. */
const SPANS = [30, 60, 240, 1440];
const LONGEST = 7 * 1440;

interface ActFormProps {
  readonly kind: ActKind;
  readonly zone: string;
  readonly onSend: (doing: Doing) => void;
  readonly onCancel: () => void;
}

/** What has to be said before something is done: as it may be to whom, why, for how long. */
export function ActForm({ kind, zone, onSend, onCancel }: ActFormProps) {
  const { alarms } = useWords();
  const person = usePerson();
  const form = useRef<HTMLFormElement>(null);
  const [to, setTo] = useState('');
  const [text, setText] = useState('');
  const [scope, setScope] = useState<Scope>('alarm');
  const [minutes, setMinutes] = useState('60');
  const now = useNow();
  useEffect(() => form.current?.querySelector<HTMLElement>('input, textarea')?.focus(), []);

  const span = Number(minutes);
  const until = new Date(now + span * MINUTE);
  const timely = kind !== 'silence' || (Number.isInteger(span) && span > 0 && span <= LONGEST);
  const needsText = kind === 'comment' || kind === 'silence' || kind === 'close';
  const complete = timely && (!needsText || text.trim() !== '') && (kind !== 'assign' || to.trim() !== '');
  return (
    <form
      ref={form}
      className="act-form"
      aria-label={alarms.act[kind]}
      onSubmit={(event) => {
        event.preventDefault();
        if (!complete) return;
        const limit = timely && kind === 'silence' ? until.toISOString() : '';
        onSend({ kind, text: text.trim(), to: to.trim(), scope, until: limit });
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        onCancel();
      }}
    >
      <p className="quiet">
        {alarms.as(person)}{' '}
        <Button type="link" onClick={() => askWho('wanted').catch(() => undefined)}>
          {alarms.otherPerson}
        </Button>
      </p>
      {kind === 'assign' && (
        <Field name={alarms.to}>
          <input
            className="field"
            value={to}
            maxLength={128}
            onChange={(event) => setTo(event.target.value)}
          />
        </Field>
      )}
      {kind === 'silence' && (
        <>
          <Field name={alarms.minutes} note={timely ? `${alarms.until} ${fullTime(+until, zone)}` : ''}>
            <input
              className="field"
              type="number"
              min={1}
              max={LONGEST}
              value={minutes}
              list="silence-spans"
              onChange={(event) => setMinutes(event.target.value)}
            />
          </Field>
          <datalist id="silence-spans">
            {SPANS.map((each) => (
              <option key={each} value={each} />
            ))}
          </datalist>
          <Field name={alarms.silenceWhat}>
            <select
              className="field"
              value={scope}
              onChange={(event) => setScope(SCOPES.find((each) => each === event.target.value) ?? 'alarm')}
            >
              {SCOPES.map((each) => (
                <option key={each} value={each}>
                  {alarms.scope[each]}
                </option>
              ))}
            </select>
          </Field>
        </>
      )}
      <Field
        name={
          kind === 'silence' || kind === 'close'
            ? alarms.reason
            : needsText
              ? alarms.text
              : alarms.textOptional
        }
      >
        <textarea
          className="field"
          rows={2}
          value={text}
          maxLength={needsText && kind !== 'comment' ? 500 : 2000}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.current?.requestSubmit();
          }}
        />
      </Field>
      <div className="alarm-buttons">
        <Button type="primary" htmlType="submit" disabled={!complete}>
          {alarms.act[kind]}
        </Button>
        <Button onClick={onCancel}>{alarms.cancel}</Button>
      </div>
    </form>
  );
}

interface FieldProps {
  readonly name: string;
  readonly note?: string;
  readonly children: ReactNode;
}

function Field({ name, note = '', children }: FieldProps) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: what is in it is the control
    <label className="form-field">
      <span>{name}</span>
      {children}
      {note !== '' && <small className="quiet">{note}</small>}
    </label>
  );
}
