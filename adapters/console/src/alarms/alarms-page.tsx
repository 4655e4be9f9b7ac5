/** The page of alarms: what is wrong, why, and what is being done about it. */
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useMemo, useRef } from 'react';
import { useLocation, useSearch } from 'wouter';
import { useChosenIn } from '../address/chosen-in-path.ts';
import type { AlarmInfo } from '../api/alarm-answers.ts';
import { readAlarm, readAlarms, readConsequences } from '../api/alarm-reads.ts';
import { useFlowNames } from '../api/use-flow-names.ts';
import { LoadFailure } from '../shell/load-failure.tsx';
import { useKeys } from '../shell/use-keys.ts';
import { usePageTitle } from '../shell/use-page-title.ts';
import { ZoneNote } from '../time/zone-note.tsx';
import { useWords } from '../words/words.ts';
import { ALARMS, alarmAddress } from './alarm-address.ts';
import { AlarmDetail } from './alarm-detail.tsx';
import { AlarmFilters, apiFilter, filtersIn, isFiltered } from './alarm-filters.tsx';
import { AlarmList, foldName, rowName } from './alarm-list.tsx';
import './alarms.css';
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
  const names = useFlowNames();
  usePageTitle(words.alarms.title);

  const alarms = data?.items;
  const query = new URLSearchParams(search);
  const unfold = useUnfolded(alarms, chosen, apiFilter(filters));
  const rows = (alarms ?? []).flatMap((root) =>
    unfold.root === root.id ? [root, ...(unfold.shown ?? [])] : [root],
  );
  const at = rows.findIndex(({ id }) => id === chosen);

  const change = (changes: Readonly<Record<string, string | null>>, push = false, id = chosen) => {
    const next = new URLSearchParams(window.location.search);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null || value === '') next.delete(name);
      else next.set(name, value);
    }
    go(alarmAddress(id, queryOf(next)), { replace: !push });
  };
  const filter = (changes: Readonly<Record<string, string | null>>) =>
    change({ ...changes, before: null, below: null });
  const move = (by: number) => {
    const next = rows[Math.max(0, Math.min(rows.length - 1, at === -1 ? 0 : at + by))];
    if (next === undefined) return;
    go(alarmAddress(next.id, window.location.search), { replace: true });
    document.getElementById(rowName(next.id))?.focus();
  };
  const older = (next: string | null) => {
    if (next === null) return;
    change({ before: next, unfold: null, below: null }, true);
    list.current?.scrollTo({ top: 0 });
  };
  const onArrow = (by: number) => {
    // there they scroll what is read
    if (detail.current?.contains(document.activeElement) === true) return false;
    move(by);
    return true;
  };
  const fold = (id: string) => {
    const folds = id === unfold.root;
    // what is chosen stays in sight
    const hidden = folds && unfold.shown?.some((each) => each.id === chosen) === true;
    change({ unfold: folds ? null : id, below: null }, false, hidden ? id : chosen);
  };
  const turn = (to: string | null) => {
    change({ unfold: unfold.root, below: to }, to !== null);
    document.getElementById(foldName(unfold.root ?? ''))?.scrollIntoView();
  };
  const backToList = () => document.getElementById(rowName(chosen ?? ''))?.focus();
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
      <div className="alarms-choices">
        <AlarmFilters filters={filters} choose={filter} />
        <ZoneNote zones={(alarms ?? []).map(({ flow }) => names.zone(flow))} />
      </div>
      <div className="alarms-body">
        <div ref={list} className="alarms-left">
          <SilenceList />
          {alarms !== undefined && alarms.length === 0 && (
            <p className="alarms-none">
              {isFiltered(filters) ? words.alarms.nothingHere : words.alarms.nothing}
            </p>
          )}
          <AlarmList
            roots={alarms ?? []}
            unfolded={unfold.root === null ? null : { root: unfold.root, shown: unfold.shown }}
            pages={
              <Pages
                newest={query.has('below') ? () => turn(null) : null}
                older={unfold.next === null ? null : () => turn(unfold.next)}
                words={[words.alarms.firstConsequences, words.alarms.moreConsequences]}
              />
            }
            chosen={chosen}
            query={queryOf(query)}
            onFold={fold}
            onOpen={() => requestAnimationFrame(() => detail.current?.focus())}
          />
          <Pages
            newest={before === null ? null : () => change({ before: null, unfold: null, below: null })}
            older={data?.next == null ? null : () => older(data.next)}
            words={[words.alarms.newest, words.alarms.more]}
          />
          <KeyWords />
        </div>
        {chosen === null ? (
          <p className="alarms-hint quiet">{words.alarms.choose}</p>
        ) : (
          <AlarmDetail key={chosen} id={chosen} listed={rows[at]} reference={detail} />
        )}
      </div>
    </div>
  );
}

/** The alarm whose consequences are shown, as the address says, or the one that the chosen alarm is a consequence of. */
function useUnfolded(roots: readonly AlarmInfo[] | undefined, chosen: string | null, filter: string) {
  const query = new URLSearchParams(useSearch());
  const given = query.get('unfold');
  const isRoot = chosen === null || roots?.some(({ id }) => id === chosen) !== false;
  const { data: one } = useQuery({ ...readAlarm(chosen ?? ''), enabled: !isRoot });
  const wanted = given ?? (isRoot ? null : (one?.handling?.root ?? null));
  const root = roots?.some(({ id }) => id === wanted) === true ? wanted : null;
  const { data } = useQuery({
    ...readConsequences(root ?? '', filter, given === null ? null : query.get('below')),
    enabled: root !== null,
  });
  return { root, shown: root === null ? null : (data?.items ?? null), next: data?.next ?? null };
}

interface PagesProps {
  readonly newest: (() => void) | null;
  readonly older: (() => void) | null;
  readonly words: readonly [newest: string, older: string];
}

/** What leads back to the first page of a list, and on to the next. */
function Pages({ newest, older, words }: PagesProps) {
  if (newest === null && older === null) return null;
  return (
    <p className="alarm-pages">
      {newest !== null && <Button onClick={newest}>{words[0]}</Button>}
      {older !== null && <Button onClick={older}>{words[1]}</Button>}
    </p>
  );
}

function queryOf(choices: URLSearchParams): string {
  const text = choices.toString();
  return text === '' ? '' : `?${text}`;
}
