import { useQuery } from '@tanstack/react-query';
import type { Ref } from 'react';
import { Link, useSearch } from 'wouter';
import { flowAddress } from '../address/address.ts';
import type { AlarmInfo } from '../api/alarm-answers.ts';
import { readAlarm } from '../api/alarm-reads.ts';
import { type FlowNames, useFlowNames } from '../api/use-flow-names.ts';
import { eventsAddress } from '../events/events-address.ts';
import { LoadFailure } from '../shell/load-failure.tsx';
import { StatusMark } from '../status/status-mark.tsx';
import { span } from '../time/format-time.ts';
import { Moment } from '../time/moment.tsx';
import { useNow } from '../time/server-clock.ts';
import { alarmTextIn } from '../words/alarm-text.ts';
import { useWords } from '../words/words.ts';
import { AlarmActs } from './alarm-acts.tsx';
import { alarmAddress } from './alarm-address.ts';
import { AlarmHistory } from './alarm-history.tsx';
import { toneOfAlarm } from './alarm-list.tsx';
import { AlarmNotices } from './alarm-notices.tsx';
import { AlarmWhyFacts } from './alarm-why.tsx';
import { Fact } from './fact.tsx';

interface AlarmDetailProps {
  readonly id: string;
  /** as it stands in the list, shown until all of it is there */
  readonly listed: AlarmInfo | undefined;
  readonly reference: Ref<HTMLElement>;
}

/** Everything about the chosen alarm, and what can be done about it. */
export function AlarmDetail({ id, listed, reference }: AlarmDetailProps) {
  const words = useWords();
  const names = useFlowNames();
  const { data, error, isError, refetch } = useQuery(readAlarm(id));
  const alarm = data ?? listed;
  if (alarm === undefined)
    return isError ? (
      <LoadFailure error={error} onAgain={() => refetch()} />
    ) : (
      <p className="quiet page-loading">{words.shell.loading}</p>
    );
  const { status, alarms } = words;
  const zone = names.zone(alarm.flow);
  const text = alarmTextIn(words.language, alarm);
  return (
    <section ref={reference} tabIndex={-1} className="alarm-detail panel" aria-label={text}>
      <p className="alarm-severity">
        <StatusMark tone={toneOfAlarm(alarm)} />
        <b>{status.severity[alarm.handling?.severity ?? alarm.severity]}</b>
        <code className="quiet">{alarm.name}</code>
      </p>
      <h2 className="alarm-text">{text}</h2>
      <AlarmActs alarm={alarm} zone={zone} />
      <Facts alarm={alarm} names={names} />
      <AlarmWhyFacts why={alarm.why} zone={zone} day={alarm.tradingDay} />
      <AlarmNotices alarm={alarm.id} zone={zone} day={alarm.tradingDay} />
      <h3>{alarms.history}</h3>
      {alarm.history !== undefined && (
        <AlarmHistory history={alarm.history} alarm={alarm} zone={zone} day={alarm.tradingDay} />
      )}
    </section>
  );
}

function Facts({ alarm, names }: { readonly alarm: AlarmInfo; readonly names: FlowNames }) {
  const words = useWords();
  const { alarms, events } = words;
  const now = useNow();
  const search = useSearch();
  const { flow, key, step, handling, raisedAt, lastAt, clearedAt, tradingDay } = alarm;
  const zone = names.zone(flow);
  const lasted = (clearedAt === null ? now : Date.parse(clearedAt)) - Date.parse(raisedAt);
  const at = (time: string) => <Moment at={time} zone={zone} day={tradingDay} seconds />;
  const chosenStep: Readonly<Record<string, string>> = step === null ? {} : { step };
  return (
    <dl className="alarm-facts">
      <Fact name={alarms.flow}>
        <Link href={flowAddress(flow, key, chosenStep)}>{names.title(flow)}</Link>
        {step !== null && <> · {step}</>}
      </Fact>
      <Fact name={alarms.instance}>
        {key} · {words.shell.tradingDay} {tradingDay}
      </Fact>
      <Fact name={alarms.since}>
        {at(raisedAt)} ·{' '}
        {(clearedAt === null ? alarms.openFor : alarms.openedFor)(span(lasted, words.language))}
        {alarm.count > 1 && (
          <>
            {' '}
            · {alarms.times(alarm.count)}, {alarms.last} {at(lastAt)}
          </>
        )}
        {alarm.late && <div className="quiet">{alarms.late}</div>}
      </Fact>
      {clearedAt !== null && (
        <Fact name={alarms.ended}>
          {at(clearedAt)} · {alarm.clearedBy}
        </Fact>
      )}
      {handling !== null && (
        <Fact name={alarms.told}>
          {alarms.standing[handling.standing]} · {alarms.outcome[handling.outcome]}
          {handling.toldAt !== null && <> · {at(handling.toldAt)}</>}
          {handling.acknowledgedAt !== null && handling.acknowledgedBy !== null && (
            <div>
              {alarms.kinds.acknowledged} {alarms.by(handling.acknowledgedBy)} · {at(handling.acknowledgedAt)}
            </div>
          )}
          {handling.assignedTo !== null && (
            <div>
              {alarms.assignedTo} {handling.assignedTo}
            </div>
          )}
          {handling.useful === false && <div>{alarms.wasNotUseful}</div>}
        </Fact>
      )}
      {handling?.root != null && (
        <Fact name={alarms.consequenceOf}>
          <Link href={alarmAddress(handling.root, search === '' ? '' : `?${search}`)} replace>
            {handling.root}
          </Link>
        </Fact>
      )}
      <Fact name={events.title}>
        <Link href={eventsAddress(flow, key, step)}>{alarms.eventsLink}</Link>
      </Fact>
    </dl>
  );
}
