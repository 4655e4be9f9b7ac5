import { useQuery } from '@tanstack/react-query';
import type { NoticeItem } from '../api/alarm-answers.ts';
import { readAlarmNotices } from '../api/alarm-reads.ts';
import { Moment } from '../time/moment.tsx';
import { useWords } from '../words/words.ts';

interface AlarmNoticesProps {
  readonly alarm: string;
  readonly zone: string;
  readonly day: string;
}

/** The notices that list an alarm, newest first: over what, to whom, when, and what came of it. */
export function AlarmNotices({ alarm, zone, day }: AlarmNoticesProps) {
  const { alarms } = useWords();
  const { data, isError, error } = useQuery(readAlarmNotices(alarm));
  return (
    <section className="alarm-notices">
      <h3>{alarms.notices}</h3>
      {isError && data === undefined && <p className="quiet">{alarms.noNotices(error.message)}</p>}
      {data?.items.length === 0 && <p className="quiet">{alarms.nobodyTold}</p>}
      {data !== undefined && data.items.length > 0 && (
        <ol>
          {data.items.map((notice) => (
            <NoticeRow key={notice.id} notice={notice} zone={zone} day={day} />
          ))}
        </ol>
      )}
      {data?.next != null && <p className="quiet">{alarms.moreNotices}</p>}
    </section>
  );
}

function NoticeRow({
  notice,
  zone,
  day,
}: { readonly notice: NoticeItem } & Omit<AlarmNoticesProps, 'alarm'>) {
  const { alarms } = useWords();
  const { channel, kind, level, at, to, state, attempts, nextAt, settledAt, reason } = notice;
  const moment = (time: string) => <Moment at={time} zone={zone} day={day} seconds />;
  return (
    <li className={`alarm-notice notice-${state}`}>
      {moment(at)}
      <span>
        <b>{alarms.noticeStates[state] ?? state}</b> · {alarms.noticeKinds[kind] ?? kind}
        {level > 1 && ` · ${alarms.level(level)}`} · {channel}
        {to.length > 0 && <> → {to.map(({ name, title }) => title || name).join(', ')}</>}
        {settledAt !== null && <> · {moment(settledAt)}</>}
        {attempts > 1 && ` · ${alarms.attempts(attempts)}`}
        {nextAt !== null && attempts > 0 && (
          <>
            {' '}
            · {alarms.nextAttempt} {moment(nextAt)}
          </>
        )}
        {reason !== null && <div className="alarm-said">{reason}</div>}
      </span>
    </li>
  );
}
