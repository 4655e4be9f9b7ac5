/** What was refused: why, and how it can be sent again, as it came or corrected. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { memo, useState } from 'react';
import { Link } from 'wouter';
import { useChosenIn } from '../address/chosen-in-path.ts';
import type { RejectedItem } from '../api/alarm-answers.ts';
import { readRejected, readRejectedOne } from '../api/alarm-reads.ts';
import { segment } from '../api/ask.ts';
import { readDays } from '../api/reads.ts';
import { sendText } from '../api/send.ts';
import { MoreRows } from '../lists/more-rows.tsx';
import { LoadFailure } from '../shell/load-failure.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { Moment } from '../time/moment.tsx';
import { ZoneNote } from '../time/zone-note.tsx';
import { useWords } from '../words/words.ts';
import './events.css';

const PAGE = '/rejected';
const EVENT_TYPES = ['application/json', 'application/cloudevents+json', 'application/x-ndjson'];

/** The page; the message that is chosen stands in the path. */
export default function RejectedPage() {
  const words = useWords();
  const { events } = words;
  const chosen = useChosenIn(PAGE);
  const zone = useZone();
  const { data, error, isError, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    readRejected(),
  );
  usePageTitle(events.rejectedTitle);
  if (isError && data === undefined) return <LoadFailure error={error} onAgain={() => refetch()} />;
  const items = data?.pages.flatMap((page) => page.items);
  return (
    <div className="events">
      <header className="events-head">
        <h1>{events.rejectedTitle}</h1>
        <ZoneNote zones={[zone]} />
      </header>
      <div className="events-body">
        <div className="events-left scrolls">
          {items !== undefined && items.length === 0 && <p className="quiet">{events.noneRejected}</p>}
          {items !== undefined && items.length > 0 && (
            <ol className="event-list panel" aria-label={events.rejectedList}>
              {items.map((item) => (
                <RejectedRow key={item.id} item={item} zone={zone} here={item.id === chosen} />
              ))}
            </ol>
          )}
          {hasNextPage && (
            <MoreRows label={events.moreRejected} loading={isFetchingNextPage} onMore={fetchNextPage} />
          )}
        </div>
        {chosen === null ? (
          <p className="quiet events-hint">{items?.length === 0 ? '' : events.chooseRejected}</p>
        ) : (
          <RejectedOne key={chosen} id={chosen} zone={zone} />
        )}
      </div>
    </div>
  );
}

interface RejectedRowProps {
  readonly item: RejectedItem;
  readonly zone: string;
  readonly here: boolean;
}

/** One message; of thousands only those that have changed are drawn again. */
const RejectedRow = memo(function RejectedRow({ item, zone, here }: RejectedRowProps) {
  const { events } = useWords();
  return (
    <li className={`event-row${here ? ' here' : ''}`}>
      <Link
        href={`${PAGE}/${segment(item.id)}`}
        replace
        className="rejected-link"
        aria-current={here ? 'true' : undefined}
      >
        <Moment at={item.receivedAt} zone={zone} dated seconds />
        <span>
          {item.reason}
          <code className="rejected-text">{item.text}</code>
        </span>
        <small>{item.resentAt === null ? '' : events.resentAt}</small>
      </Link>
    </li>
  );
});

function useZone(): string {
  return useQuery(readDays(null)).data?.zone ?? 'UTC';
}

function RejectedOne({ id, zone }: { readonly id: string; readonly zone: string }) {
  const { shell } = useWords();
  const { data, error, isError, refetch } = useQuery(readRejectedOne(id));
  if (isError && data === undefined) return <LoadFailure error={error} onAgain={() => refetch()} />;
  if (data === undefined) return <p className="quiet">{shell.loading}</p>;
  return <Correction item={data} zone={zone} />;
}

function Correction({ item, zone }: { readonly item: RejectedItem; readonly zone: string }) {
  const { alarms, events } = useWords();
  const client = useQueryClient();
  const [text, setText] = useState(item.text);
  const resend = useMutation({
    mutationFn: (body: string | null) =>
      sendText<{ readonly accepted: number }>(
        `/api/v1/rejected/${segment(item.id)}/resend`,
        body,
        typeOf(item),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ['rejected'] }),
  });
  const readable = !item.text.includes('\ufffd');
  const over = item.resentAt !== null || resend.isPending;
  const changed = text !== item.text;
  return (
    <section className="event-detail panel" aria-label={events.rejectedTitle}>
      <h2>{events.reason}</h2>
      <p className="rejected-reason">{item.reason}</p>
      <p className="quiet">
        {events.subject} <code>{item.subject}</code> ·{' '}
        <Moment at={item.receivedAt} zone={zone} dated seconds />
        {item.resentAt !== null && (
          <>
            {' '}
            · {events.resentAt} <Moment at={item.resentAt} zone={zone} dated seconds />
          </>
        )}
      </p>
      <label className="copy-by-hand">
        {readable ? events.correct : events.noText}
        <textarea
          className="field event-raw"
          rows={12}
          spellCheck={false}
          value={text}
          readOnly={!readable || over}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <div className="event-buttons">
        <Button disabled={over || changed} onClick={() => resend.mutate(null)}>
          {events.resend}
        </Button>
        <Button disabled={over || !changed} onClick={() => resend.mutate(text)}>
          {events.resendCorrected}
        </Button>
        {changed && !over && (
          <Button type="link" onClick={() => setText(item.text)}>
            {events.undo}
          </Button>
        )}
      </div>
      <p role="status">
        {resend.isPending && events.sending}
        {resend.isError && alarms.refused(resend.error.message)}
        {resend.isSuccess && events.sent(resend.data.accepted)}
      </p>
    </section>
  );
}

function typeOf({ headers }: RejectedItem): string {
  const given = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  return EVENT_TYPES.find((type) => given.startsWith(type)) ?? 'application/json';
}
