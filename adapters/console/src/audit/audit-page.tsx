/** Who did what: everything that people have done to this Milepost, newest first. */
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useChoices } from '../address/address.ts';
import { matchText } from '../alarms/match-text.ts';
import type { AuditItem } from '../api/alarm-answers.ts';
import { readAudit } from '../api/alarm-reads.ts';
import { readDays } from '../api/reads.ts';
import { LoadFailure } from '../shell/load-failure.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { clock, dateIn, fullTime } from '../time/format-time.ts';
import { ZoneNote } from '../time/zone-note.tsx';
import { useWords } from '../words/words.ts';
import './audit.css';

const FILTERS = ['by', 'kind'] as const;

/** The page; the filters, and how far back it is, stand in the query. */
export default function AuditPage() {
  const { audit } = useWords();
  const [choices, choose] = useChoices();
  const zone = useQuery(readDays(null)).data?.zone ?? 'UTC';
  const before = choices.get('before');
  const { data, error, isError, refetch } = useQuery(
    readAudit({ by: choices.get('by'), kind: choices.get('kind') }, before),
  );
  usePageTitle(audit.title);
  if (isError && data === undefined) return <LoadFailure error={error} onAgain={() => refetch()} />;
  const filtered = FILTERS.some((name) => choices.has(name));
  return (
    <div className="audit">
      <header className="audit-head">
        <h1>{audit.title}</h1>
        {FILTERS.map((name) => (
          <input
            key={name}
            className="field"
            type="search"
            aria-label={audit.filters[name]}
            placeholder={audit.filters[name]}
            defaultValue={choices.get(name) ?? ''}
            onChange={(event) => choose({ [name]: event.target.value.trim(), before: null })}
          />
        ))}
        <ZoneNote zones={[zone]} />
      </header>
      {data?.items.length === 0 && <p className="quiet">{filtered ? audit.nothingHere : audit.nothing}</p>}
      {data !== undefined && data.items.length > 0 && (
        <table className="audit-table panel">
          <thead>
            <tr>
              {audit.columns.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.items.map((item) => (
              <AuditRow key={item.id} item={item} zone={zone} />
            ))}
          </tbody>
        </table>
      )}
      <p className="audit-pages">
        {before !== null && <Button onClick={() => choose({ before: null })}>{audit.newest}</Button>}
        {data?.next != null && (
          <Button onClick={() => choose({ before: data.next }, true)}>{audit.older}</Button>
        )}
      </p>
    </div>
  );
}

/** What was said, as people read it: a time in the zone of the page, what a silence matches by name and value. */
function saidText(name: string, value: unknown, zone: string): string {
  if (typeof value === 'string') return TIMES.has(name) ? fullTime(value, zone) : value;
  return typeof value === 'object' && value !== null ? matchText(value) : String(value);
}

const TIMES: ReadonlySet<string> = new Set(['from', 'until']);

function AuditRow({ item, zone }: { readonly item: AuditItem; readonly zone: string }) {
  const { audit } = useWords();
  const { at, by, kind, target, detail, origin, outcome, reason } = item;
  const said = Object.entries(detail);
  return (
    <tr>
      <td className="audit-time">
        <time dateTime={at} title={fullTime(at, zone)}>
          {dateIn(at, zone)} {clock(at, zone, true)}
        </time>
      </td>
      <td>{by}</td>
      <td>{audit.acts[kind] ?? kind}</td>
      <td className="audit-target">
        {target}
        {said.map(([name, value]) => (
          <div key={name} className="quiet">
            {audit.said[name] ?? name}: {saidText(name, value, zone)}
          </div>
        ))}
      </td>
      <td>
        {audit.outcomes[outcome ?? 'unknown']}
        {reason !== null && <div className="quiet">{reason}</div>}
      </td>
      <td className="quiet">{origin}</td>
    </tr>
  );
}
