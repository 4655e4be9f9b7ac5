/** The events that an instance has accepted, each as it was sent, and as a line that sends it once more. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { memo, useCallback } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import { flowAddress, useChoices } from '../address/address.ts';
import { readEventPages } from '../api/alarm-reads.ts';
import type { JournalItem } from '../api/answers.ts';
import { readFlows, readHistory } from '../api/reads.ts';
import { useFlowNames } from '../api/use-flow-names.ts';
import { MoreRows } from '../lists/more-rows.tsx';
import { LoadFailure } from '../shell/load-failure.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { Moment } from '../time/moment.tsx';
import { ZoneNote } from '../time/zone-note.tsx';
import { useWords } from '../words/words.ts';
import { asCurl, asNatsPub } from './as-command.ts';
import { CopyButton } from './copy-button.tsx';
import './events.css';
import { eventsAddress } from './events-address.ts';

/** The page; what is looked at stands in the path, the step and the event that is chosen in the query. */
export default function EventsPage() {
  const params = useParams<{ flow?: string; key?: string }>();
  const { events } = useWords();
  const flow = params.flow === undefined ? null : decodeURIComponent(params.flow);
  const given = params.key === undefined ? null : decodeURIComponent(params.key);
  const history = useQuery({ ...readHistory(flow ?? ''), enabled: flow !== null });
  const key = given ?? history.data?.items[0]?.key ?? null;
  usePageTitle(events.title);
  return (
    <div className="events">
      <h1>{events.title}</h1>
      <Choosers flow={flow} instanceKey={key} keys={history.data?.items.map((row) => row.key) ?? []} />
      {flow === null && <p className="quiet">{events.choose}</p>}
      {flow !== null && key === null && history.isSuccess && <p className="quiet">{events.noInstances}</p>}
      {flow !== null && key !== null && <EventsOf flow={flow} instanceKey={key} />}
    </div>
  );
}

interface ChoosersProps {
  readonly flow: string | null;
  readonly instanceKey: string | null;
  readonly keys: readonly string[];
}

function Choosers({ flow, instanceKey, keys }: ChoosersProps) {
  const { events } = useWords();
  const names = useFlowNames();
  const [, go] = useLocation();
  const { data } = useQuery(readFlows());
  const listed = instanceKey === null || keys.includes(instanceKey) ? keys : [instanceKey, ...keys];
  return (
    <div className="event-choosers">
      <select
        className="field"
        aria-label={events.flow}
        value={flow ?? ''}
        onChange={(event) => go(eventsAddress(event.target.value, null))}
      >
        <option value="" disabled>
          {events.chooseFlow}
        </option>
        {data?.items.map(({ name }) => (
          <option key={name} value={name}>
            {names.title(name)}
          </option>
        ))}
      </select>
      {flow !== null && listed.length > 0 && (
        <select
          className="field"
          aria-label={events.instance}
          value={instanceKey ?? ''}
          onChange={(event) => go(eventsAddress(flow, event.target.value))}
        >
          {listed.map((key) => (
            <option key={key} value={key}>
              {key}
            </option>
          ))}
        </select>
      )}
      {flow !== null && instanceKey !== null && (
        <Link href={flowAddress(flow, instanceKey)}>{events.toFlow}</Link>
      )}
      {flow !== null && <ZoneNote zones={[names.zone(flow)]} />}
    </div>
  );
}

function EventsOf({ flow, instanceKey }: { readonly flow: string; readonly instanceKey: string }) {
  const words = useWords();
  const { events } = words;
  const zone = useFlowNames().zone(flow);
  const [choices, choose] = useChoices();
  const { data, error, isError, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    readEventPages(flow, instanceKey),
  );
  const onChoose = useCallback((event: string) => choose({ event }), [choose]);
  if (isError && data === undefined) return <LoadFailure error={error} onAgain={() => refetch()} />;
  if (data === undefined) return <p className="quiet">{words.shell.loading}</p>;
  const all = data.pages.flatMap(({ items }) => items);
  const step = choices.get('step');
  const steps = new Set([...all.flatMap((each) => each.step ?? []), ...(step === null ? [] : [step])]);
  const none = !all.some((each) => step === null || each.step === step);
  const chosen = all.find(({ id }) => id === choices.get('event'));
  return (
    <div className="events-body">
      <div className="events-left scrolls">
        <select
          className="field"
          aria-label={events.step}
          value={step ?? ''}
          onChange={(event) => choose({ step: event.target.value })}
        >
          <option value="">{events.anyStep}</option>
          {[...steps].map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
        {none && <p className="quiet">{events.nothing}</p>}
        {!none && (
          <ol className="event-list panel" aria-label={events.list}>
            {data.pages.map(({ items }, index) => (
              <EventRows
                // biome-ignore lint/suspicious/noArrayIndexKey: pages are only ever added
                key={index}
                items={items}
                step={step}
                zone={zone}
                chosen={items.some(({ id }) => id === chosen?.id) ? (chosen?.id ?? null) : null}
                onChoose={onChoose}
              />
            ))}
          </ol>
        )}
        {hasNextPage && <MoreRows label={events.more} loading={isFetchingNextPage} onMore={fetchNextPage} />}
      </div>
      {chosen === undefined ? (
        <p className="quiet events-hint">{events.chooseEvent}</p>
      ) : (
        <RawEvent key={chosen.id} flow={flow} event={chosen} zone={zone} />
      )}
    </div>
  );
}

interface EventRowsProps {
  readonly items: readonly JournalItem[];
  readonly step: string | null;
  readonly zone: string;
  readonly chosen: string | null;
  readonly onChoose: (id: string) => void;
}

/** The rows of one page: of thousands only the pages that have changed are looked at again. */
const EventRows = memo(function EventRows({ items, step, chosen, ...row }: EventRowsProps) {
  return items
    .filter((event) => step === null || event.step === step)
    .map((event) => <EventRow key={event.id} event={event} here={event.id === chosen} {...row} />);
});

interface EventRowProps {
  readonly event: JournalItem;
  readonly zone: string;
  readonly here: boolean;
  readonly onChoose: (id: string) => void;
}

/** One event. */
const EventRow = memo(function EventRow({ event, zone, here, onChoose }: EventRowProps) {
  const { events, flow } = useWords();
  return (
    <li className={`event-row${here ? ' here' : ''}`}>
      <button type="button" className="event-button" aria-pressed={here} onClick={() => onChoose(event.id)}>
        <Moment at={event.time} zone={zone} dated seconds />
        <b>{flow.eventWords[event.event] ?? event.event}</b>
        <span>{event.step ?? events.own}</span>
        <code>{event.id}</code>
      </button>
    </li>
  );
});

interface RawEventProps {
  readonly flow: string;
  readonly event: JournalItem;
  readonly zone: string;
}

function RawEvent({ flow, event, zone }: RawEventProps) {
  const { events } = useWords();
  return (
    <section className="event-detail panel" aria-label={events.raw}>
      <h2>{events.raw}</h2>
      <p className="quiet">
        {events.received} <Moment at={event.receivedAt} zone={zone} dated seconds />
      </p>
      <pre className="event-raw">{JSON.stringify(event.content, null, 2)}</pre>
      <div className="event-buttons">
        <CopyButton name={events.copyNats} text={asNatsPub(flow, event.content)} />
        <CopyButton name={events.copyCurl} text={asCurl(window.location.origin, event.content)} />
      </div>
      <p className="quiet">{events.sameId}</p>
    </section>
  );
}
