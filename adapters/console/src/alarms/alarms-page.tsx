/** The page of alarms: what is wrong, why, and what is being done about it. */
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useMemo, useRef } from 'react';
import { useLocation, useSearch } from 'wouter';
import { useChosenIn } from '../address/chosen-in-path.ts';
import { readAlarms } from '../api/alarm-reads.ts';
import { LoadFailure } from '../shell/load-failure.tsx';
import { useKeys } from '../shell/use-keys.ts';
import { usePageTitle } from '../shell/use-page-title.ts';
import { useWords } from '../words/words.ts';
import { ALARMS, alarmAddress } from './alarm-address.ts';
import { AlarmDetail } from './alarm-detail.tsx';
import { AlarmFilters, apiFilter, filtersIn, isFiltered } from './alarm-filters.tsx';
import { AlarmList, rowName } from './alarm-list.tsx';
import './alarms.css';
import { converge } from './converge.ts';
import { KeyWords } from './key-words.tsx';
import { NumbersStrip } from './numbers-strip.tsx';
import { SilenceList } from './silence-list.tsx';

/** What is chosen stands in the path, the filters in the query. */
export default function AlarmsPage() {
  const words = useWords();
  const [, go] = useLocation();
  const chosen = useChosenIn(ALARMS);
  const search = useSearch();
  const filters = useMemo(() => filtersIn(search), [search]);
  const before = new URLSearchParams(search).get('before');
  const { data, error, isError, refetch } = useQuery(readAlarms(apiFilter(filters), before));
  const detail = useRef<HTMLElement>(null);
  const list = useRef<HTMLDivElement>(null);
  usePageTitle(words.alarms.title);

  const alarms = data?.items;
  const troubles = useMemo(() => converge(alarms ?? []), [alarms]);
  const unfolded = new URLSearchParams(search).get('unfold');
  const rows = troubles.flatMap(({ root, consequences }) =>
    unfolded === root.id || consequences.some(({ id }) => id === chosen) ? [root, ...consequences] : [root],
  );
  const at = rows.findIndex(({ id }) => id === chosen);

  const change = (changes: Readonly<Record<string, string | null>>, push = false) => {
    const next = new URLSearchParams(window.location.search);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null || value === '') next.delete(name);
      else next.set(name, value);
    }
    go(alarmAddress(chosen, queryOf(next)), { replace: !push });
  };
  const filter = (changes: Readonly<Record<string, string | null>>) => change({ ...changes, before: null });
  const move = (by: number) => {
    const next = rows[Math.max(0, Math.min(rows.length - 1, at === -1 ? 0 : at + by))];
    if (next === undefined) return;
    go(alarmAddress(next.id, window.location.search), { replace: true });
    document.getElementById(rowName(rows.indexOf(next)))?.focus();
  };
  const older = (next: string | null) => {
    if (next === null) return;
    change({ before: next }, true);
    list.current?.scrollTo({ top: 0 });
  };
  const onArrow = (by: number) => {
    // there they scroll what is read
    if (detail.current?.contains(document.activeElement) === true) return false;
    move(by);
    return true;
  };
  const backToList = () => document.getElementById(rowName(at))?.focus();
  useKeys(
    new Map([
      ['j', () => move(1)],
      ['k', () => move(-1)],
      ['ArrowDown', () => onArrow(1)],
      ['ArrowUp', () => onArrow(-1)],
      ['o', () => older(data?.next ?? null)],
      ['Escape', backToList],
    ]),
  );

  if (isError && data === undefined) return <LoadFailure error={error} onAgain={() => refetch()} />;
  return (
    <div className="alarms">
      <header className="alarms-head">
        <h1>{words.alarms.title}</h1>
        <NumbersStrip />
      </header>
      <AlarmFilters filters={filters} choose={filter} />
      <div className="alarms-body">
        <div ref={list} className="alarms-left">
          <SilenceList />
          {alarms !== undefined && alarms.length === 0 && (
            <p className="alarms-none">
              {isFiltered(filters) ? words.alarms.nothingHere : words.alarms.nothing}
            </p>
          )}
          <AlarmList
            troubles={troubles}
            rows={rows}
            chosen={chosen}
            query={queryOf(new URLSearchParams(search))}
            onFold={(id) => change({ unfold: id === unfolded ? null : id })}
            onOpen={() => requestAnimationFrame(() => detail.current?.focus())}
          />
          <p className="alarm-pages">
            {before !== null && (
              <Button onClick={() => change({ before: null })}>{words.alarms.newest}</Button>
            )}
            {data?.next != null && <Button onClick={() => older(data.next)}>{words.alarms.more}</Button>}
          </p>
          <KeyWords />
        </div>
        {chosen === null ? (
          <p className="alarms-hint quiet">{words.alarms.choose}</p>
        ) : (
          <AlarmDetail
            key={chosen}
            id={chosen}
            listed={alarms?.find(({ id }) => id === chosen)}
            reference={detail}
          />
        )}
      </div>
    </div>
  );
}

function queryOf(choices: URLSearchParams): string {
  const text = choices.toString();
  return text === '' ? '' : `?${text}`;
}
