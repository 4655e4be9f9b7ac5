import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { AlarmInfo } from '../api/alarm-answers.ts';
import { type FlowNames, useFlowNames } from '../api/use-flow-names.ts';
import { StatusMark } from '../status/status-mark.tsx';
import { type Tone, toneOfSeverity } from '../status/tone.ts';
import { offsetOf, span } from '../time/format-time.ts';
import { Moment } from '../time/moment.tsx';
import { useNow } from '../time/server-clock.ts';
import { alarmTextIn } from '../words/alarm-text.ts';
import { useWords } from '../words/words.ts';
import { alarmAddress } from './alarm-address.ts';

const AGES = 5000;

interface AlarmListProps {
  /** those that stand for themselves */
  readonly roots: readonly AlarmInfo[];
  /** the one of them whose consequences are shown, and those that are, null while they are loaded; null: of none */
  readonly unfolded: { readonly root: string; readonly shown: readonly AlarmInfo[] | null } | null;
  /** what leads to more of them */
  readonly pages: ReactNode;
  readonly chosen: string | null;
  readonly query: string;
  /** unfolds what follows from an alarm, or folds it again */
  readonly onFold: (id: string) => void;
  /** one was gone to by the keyboard */
  readonly onOpen: () => void;
}

/** Alarms, newest first, each with what it has led to folded below it. */
export function AlarmList({ roots, unfolded, pages, chosen, query, onFold, onOpen }: AlarmListProps) {
  const { alarms, shell } = useWords();
  const names = useFlowNames();
  const now = useNow(AGES);
  const zones = new Set(roots.map(({ flow }) => names.zone(flow)));
  const row = (alarm: AlarmInfo) => (
    <AlarmRow
      {...{ alarm, names, now, onOpen }}
      zoned={zones.size > 1}
      here={alarm.id === chosen}
      address={alarmAddress(alarm.id, query)}
    />
  );
  if (roots.length === 0) return null;
  return (
    <ol className="alarm-list panel" aria-label={alarms.list}>
      {roots.map((root) => {
        const { consequences = 0 } = root;
        const open = unfolded?.root === root.id;
        return (
          <li key={root.id} className="alarm-entry">
            {row(root)}
            {consequences > 0 && (
              <button
                id={foldName(root.id)}
                type="button"
                className="alarm-fold"
                aria-expanded={open}
                aria-label={`${alarms.consequences(consequences)}: ${open ? alarms.hideConsequences : alarms.showConsequences}`}
                onClick={() => onFold(root.id)}
              >
                <span aria-hidden="true">{open ? '▾' : '▸'}</span> {alarms.consequences(consequences)}
              </button>
            )}
            {open && unfolded.shown === null && (
              <div className="alarm-below">
                <p className="quiet">{shell.loading}</p>
              </div>
            )}
            {open && unfolded.shown !== null && unfolded.shown.length > 0 && (
              <div className="alarm-below">
                <ol aria-label={alarms.consequences(consequences)}>
                  {unfolded.shown.map((alarm) => (
                    <li key={alarm.id} className="alarm-consequence">
                      {row(alarm)}
                    </li>
                  ))}
                </ol>
                {pages}
              </div>
            )}
          </li>
        );
      })}
    </ol>
  );
}

/** The id of an alarm's row in the page. */
export function rowName(id: string): string {
  return `alarm-${encodeURIComponent(id)}`;
}

/** The id of what opens and closes the consequences of an alarm. */
export function foldName(id: string): string {
  return `fold-${encodeURIComponent(id)}`;
}

/** The tone of an alarm: its severity while it is open. */
export function toneOfAlarm({ open, severity, handling }: AlarmInfo): Tone {
  return open ? toneOfSeverity(handling?.severity ?? severity) : 'idle';
}

interface AlarmRowProps {
  readonly alarm: AlarmInfo;
  readonly names: FlowNames;
  readonly now: number;
  /** whether the zone is said, since not all are in the same */
  readonly zoned: boolean;
  readonly here: boolean;
  readonly address: string;
  readonly onOpen: () => void;
}

function AlarmRow({ alarm, names, now, zoned, here, address, onOpen }: AlarmRowProps) {
  const words = useWords();
  const { alarms, status, language } = words;
  const { handling, flow, step, key, name, count, raisedAt, clearedAt } = alarm;
  const zone = names.zone(flow);
  const lasted = (clearedAt === null ? now : Date.parse(clearedAt)) - Date.parse(raisedAt);
  return (
    <div className={`alarm-row${here ? ' here' : ''}${alarm.open ? '' : ' ended'}`}>
      <span className="alarm-severity">
        <StatusMark tone={toneOfAlarm(alarm)} />
        {status.severity[handling?.severity ?? alarm.severity]}
      </span>
      <span className="alarm-what">
        <Link
          id={rowName(alarm.id)}
          href={address}
          replace
          aria-current={here ? 'true' : undefined}
          className="alarm-link"
          onClick={(event) => {
            if (event.detail === 0) onOpen();
          }}
        >
          {alarmTextIn(language, alarm)}
        </Link>
        <small className="quiet">
          {names.title(flow)}
          {step !== null && ` · ${step}`} · {key} · {name}
          {count > 1 && ` · ${alarms.times(count)}`}
        </small>
      </span>
      <span className="alarm-when">
        <Moment at={raisedAt} zone={zone} day={alarm.tradingDay} dated seconds />
        {zoned && <span className="quiet"> {offsetOf(new Date(raisedAt), zone)}</span>}
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
