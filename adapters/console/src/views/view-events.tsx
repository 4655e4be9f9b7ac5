import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { FlowNames } from '../api/use-flow-names.ts';
import type { ViewInfo } from '../api/view-answers.ts';
import { readViewEvents } from '../api/view-reads.ts';
import { eventsAddress } from '../events/events-address.ts';
import { contentText } from '../flow/content-text.ts';
import { Moment } from '../time/moment.tsx';
import { ZoneNote } from '../time/zone-note.tsx';
import { titleIn, useWords } from '../words/words.ts';

interface ViewEventsProps {
  readonly view: ViewInfo;
  readonly node: string | null;
  readonly names: FlowNames;
  readonly onNode: (node: string | null) => void;
}

/** The latest events of what the view shows, or of one node of it; each leads to the event as it was sent. */
export function ViewEventList({ view, node, names, onNode }: ViewEventsProps) {
  const words = useWords();
  const { columns } = words.view;
  const { data } = useQuery(readViewEvents(view.name, view.day, node));
  return (
    <div className="view-events panel">
      <header>
        <h2>{words.view.events}</h2>
        <select
          className="field"
          aria-label={words.view.eventsOf}
          value={node ?? ''}
          onChange={(event) => onNode(event.target.value === '' ? null : event.target.value)}
        >
          <option value="">{words.view.wholeView}</option>
          {view.nodes
            .filter(({ kind }) => kind !== 'label')
            .map(({ id, title }) => (
              <option key={id} value={id}>
                {titleIn(words.language, title, id)}
              </option>
            ))}
        </select>
        <ZoneNote zones={(data?.items ?? []).map(({ flow }) => names.zone(flow))} />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <section className="view-events-scroll" tabIndex={0} aria-label={words.view.events}>
        {data !== undefined && data.items.length === 0 && <p className="quiet">{words.view.noEvents}</p>}
        {data !== undefined && data.items.length > 0 && (
          <table className="view-events-table">
            <thead>
              <tr>
                <th scope="col">{columns.time}</th>
                <th scope="col">{columns.flow}</th>
                <th scope="col">{columns.step}</th>
                <th scope="col">{columns.event}</th>
                <th scope="col">{columns.content}</th>
                <th scope="col">{columns.key}</th>
              </tr>
            </thead>
            <tbody>
              {data.items.map((event) => (
                <tr key={`${event.flow} ${event.key} ${event.id}`}>
                  <td>
                    <Moment at={event.time} zone={names.zone(event.flow)} day={view.day} seconds />
                  </td>
                  <td>{names.title(event.flow)}</td>
                  <td>{event.step ?? words.events.own}</td>
                  <td>{words.flow.eventWords[event.event] ?? event.event}</td>
                  <td className="view-events-content">{contentText(event.content)}</td>
                  <td>
                    <Link
                      href={`${eventsAddress(event.flow, event.key)}?${new URLSearchParams({ event: event.id })}`}
                    >
                      {event.key}
                    </Link>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {data?.more === true && <p className="quiet">{words.view.moreEvents}</p>}
      </section>
    </div>
  );
}
