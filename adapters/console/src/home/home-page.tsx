/** The first page: the day's ledger, one row per flow expected on the chosen trading day. */
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useMemo } from 'react';
import { useParams } from 'wouter';
import { useChoices } from '../address/address.ts';
import type { TradingDay } from '../api/answers.ts';
import { readDay, readDays, readFlows, readOpenAlarms, readUsual } from '../api/reads.ts';
import { LoadFailure } from '../shell/load-failure.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { serverNow } from '../time/server-clock.ts';
import { titleIn, useWords, type Words } from '../words/words.ts';
import { DayBar } from './day-bar.tsx';
import { dayEntries } from './day-entries.ts';
import { type DayChoice, DayFilters } from './day-filters.tsx';
import { dayScale } from './day-scale.ts';
import './home.css';
import { LaneLegend } from './lane-legend.tsx';
import type { LedgerEntry } from './ledger-row.tsx';
import { LedgerTable } from './ledger-table.tsx';

/** The page of the chosen day; without one in its address, of today. */
export function HomePage() {
  const { day } = useParams<{ day?: string }>();
  const { shell } = useWords();
  const about = useQuery(readDays(day ?? null));
  if (about.data === undefined)
    return about.isError ? (
      <LoadFailure error={about.error} onAgain={() => about.refetch()} />
    ) : (
      <p className="quiet page-loading">{shell.loading}</p>
    );
  return <DayPage about={about.data} />;
}

function DayPage({ about }: { readonly about: TradingDay }) {
  const words = useWords();
  const { home } = words;
  const { day, zone } = about;
  usePageTitle(about.day === about.today ? home.today : day);
  const ledger = useQuery(readDay(day));
  const flows = useQuery(readFlows());
  const usual = useQuery(readUsual(day));
  const alarms = useQuery(readOpenAlarms(day));
  const [choices, choose] = useChoices();
  const choice = choiceOf(choices);
  const rows = ledger.data?.rows;

  const entries = useMemo(
    () =>
      dayEntries({
        rows: rows ?? [],
        flows: flows.data?.items ?? [],
        usual: usual.data?.items ?? [],
        alarms: alarms.data?.items ?? [],
        zone,
      }),
    [rows, flows.data, usual.data, alarms.data, zone],
  );
  const shown = useMemo(
    () => entries.filter((entry) => isChosen(entry, choice, words)),
    [entries, choice, words],
  );
  const running = day === about.today;
  const scale = useMemo(() => {
    const usualOf = new Map((usual.data?.items ?? []).map((one) => [one.flow, one]));
    return dayScale(rows ?? [], usualOf, { now: running ? serverNow() : null, zone });
  }, [rows, usual.data, running, zone]);

  if (ledger.isError && rows === undefined)
    return <LoadFailure error={ledger.error} onAgain={() => ledger.refetch()} />;
  return (
    <div className="home">
      <DayBar about={about} />
      <DayFilters entries={entries} choice={choice} choose={choose} />
      {shown.length > 0 && <LedgerTable entries={shown} scale={scale} running={running} />}
      {shown.length > 0 && <LaneLegend />}
      {rows !== undefined && shown.length === 0 && (
        <div className="page-message">
          <p>{entries.length === 0 ? home.nothing : home.nothingHere}</p>
          {entries.length > 0 && (
            <Button onClick={() => choose({ tone: null, group: null, q: null })}>{home.clear}</Button>
          )}
        </div>
      )}
    </div>
  );
}

function choiceOf(choices: URLSearchParams): DayChoice {
  return { tone: choices.get('tone'), group: choices.get('group'), text: choices.get('q') ?? '' };
}

function isChosen({ row, tone }: LedgerEntry, choice: DayChoice, words: Words): boolean {
  if (choice.tone !== null && tone !== choice.tone) return false;
  if (choice.group !== null && (row.group ?? '-') !== choice.group) return false;
  const text = choice.text.trim().toLowerCase();
  if (text === '') return true;
  const title = titleIn(words.language, row.title, row.flow);
  return [title, row.flow, row.key ?? ''].some((each) => each.toLowerCase().includes(text));
}
