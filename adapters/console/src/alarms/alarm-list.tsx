import { Link } from 'wouter';
import type { AlarmInfo } from '../api/alarm-answers.ts';
import { type FlowNames, useFlowNames } from '../api/use-flow-names.ts';
import { StatusMark } from '../status/status-mark.tsx';
import { type Tone, toneOfSeverity } from '../status/tone.ts';
import { span } from '../time/format-time.ts';
import { Moment } from '../time/moment.tsx';
import { useNow } from '../time/server-clock.ts';
import { useWords } from '../words/words.ts';
import { alarmAddress } from './alarm-address.ts';
import type { Trouble } from './converge.ts';

const AGES = 5000;

interface AlarmListProps {
  readonly troubles: readonly Trouble[];
  /** those that are shown, in their order */
  readonly rows: readonly AlarmInfo[];
  readonly chosen: string | null;
  readonly query: string;
  /** unfolds what follows from an alarm, or folds it again */
  readonly onFold: (id: string) => void;
  /** one was gone to by the keyboard */
  readonly onOpen: () => void;
}

/** Alarms, newest first, each trouble with what it has led to folded below it. */
export function AlarmList({ troubles, rows, chosen, query, onFold, onOpen }: AlarmListProps) {
  const { alarms } = useWords();
  const names = useFlowNames();
  const now = useNow(AGES);
  const places = new Map(rows.map((alarm, index) => [alarm, index]));
  const row = (alarm: AlarmInfo) => (
    <AlarmRow
      {...{ alarm, names, now, onOpen }}
      place={places.get(alarm) ?? -1}
      here={alarm.id === chosen}
      address={alarmAddress(alarm.id, query)}
    />
  );
  if (troubles.length === 0) return null;
  return (
    <ol className="alarm-list panel" aria-label={alarms.list}>
      {troubles.map(({ root, consequences }) => {
        const shown = consequences.filter((alarm) => places.has(alarm));
        return (
          <li key={root.id} className="alarm-entry">
            {row(root)}
            {consequences.length > 0 && (
              <button
                type="button"
                className="alarm-fold"
                aria-expanded={shown.length > 0}
                aria-label={`${alarms.consequences(consequences.length)}: ${shown.length > 0 ? alarms.hideConsequences : alarms.showConsequences}`}
                onClick={() => onFold(root.id)}
              >
                <span aria-hidden="true">{shown.length > 0 ? '▾' : '▸'}</span>{' '}
                {alarms.consequences(consequences.length)}
              </button>
            )}
            {shown.length > 0 && (
              <ol className="alarm-consequences">
                {shown.map((alarm) => (
                  <li key={alarm.id} className="alarm-consequence">
                    {row(alarm)}
                  </li>
                ))}
              </ol>
            )}
          </li>
        );
      })}
    </ol>
  );
}

/** The id of a row's link in the page, by its place in the list. */
export function rowName(place: number): string {
  return `alarm-${place}`;
}

/** The tone of an alarm: its severity while it is open. */
export function toneOfAlarm({ open, severity, handling }: AlarmInfo): Tone {
  return open ? toneOfSeverity(handling?.severity ?? severity) : 'idle';
}

interface AlarmRowProps {
  readonly alarm: AlarmInfo;
  readonly names: FlowNames;
  readonly now: number;
  readonly place: number;
  readonly here: boolean;
  readonly address: string;
  readonly onOpen: () => void;
}

function AlarmRow({ alarm, names, now, place, here, address, onOpen }: AlarmRowProps) {
  const words = useWords();
  const { alarms, status, language } = words;
  const { handling, flow, step, key, name, count, raisedAt, clearedAt } = alarm;
  const lasted = (clearedAt === null ? now : Date.parse(clearedAt)) - Date.parse(raisedAt);
  return (
    <div className={`alarm-row${here ? ' here' : ''}${alarm.open ? '' : ' ended'}`}>
      <span className="alarm-severity">
        <StatusMark tone={toneOfAlarm(alarm)} />
        {status.severity[handling?.severity ?? alarm.severity]}
      </span>
      <span className="alarm-what">
        <Link
          id={rowName(place)}
          href={address}
          replace
          aria-current={here ? 'true' : undefined}
          className="alarm-link"
          onClick={(event) => {
            if (event.detail === 0) onOpen();
          }}
        >
          {alarm.text}
        </Link>
        <small className="quiet">
          {names.title(flow)}
          {step !== null && ` · ${step}`} · {key} · {name}
          {count > 1 && ` · ${alarms.times(count)}`}
        </small>
      </span>
      <span className="alarm-when">
        <Moment at={raisedAt} zone={names.zone(flow)} day={alarm.tradingDay} seconds />
        <small className="quiet">
          {(clearedAt === null ? alarms.openFor : alarms.openedFor)(span(lasted, language))}
        </small>
      </span>
      <span className="alarm-state">
        {alarms.standing[handling?.standing ?? (alarm.open ? 'open' : 'cleared')]}
        {handling !== null && (
          <small className="quiet">
            {handling.assignedTo !== null
              ? `${alarms.assignedTo} ${handling.assignedTo}`
              : handling.acknowledgedBy !== null
                ? alarms.by(handling.acknowledgedBy)
                : alarms.outcome[handling.outcome]}
          </small>
        )}
      </span>
    </div>
  );
}
