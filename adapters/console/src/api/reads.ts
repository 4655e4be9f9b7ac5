/** The reads of the API as queries: each has one key, so that the live stream knows what to load anew. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { learnServerTime } from '../time/server-clock.ts';
import type {
  AlarmItem,
  Day,
  FlowPage,
  Page,
  Readiness,
  SearchHit,
  TradingDay,
  UsualFlow,
} from './answers.ts';
import { ask, segment } from './ask.ts';

const API = '/api/v1';

/** All flows, with the counts of the trading day that each is in. */
export const readFlows = () =>
  queryOptions({
    queryKey: ['flows'],
    queryFn: ({ signal }) => ask<FlowPage>(`${API}/flows`, signal),
    staleTime: 60_000,
  });

/** The ledger of a trading day. */
export const readDay = (day: string) =>
  queryOptions({
    queryKey: ['day', day],
    async queryFn({ signal }) {
      const found = await ask<Day>(`${API}/days/${segment(day)}`, signal);
      learnServerTime(found.asOf);
      return found;
    },
    placeholderData: keepPreviousData,
  });

/** Whether Milepost itself is well; a 503 tells too. */
export const readReadiness = () =>
  queryOptions({
    queryKey: ['readiness'],
    async queryFn({ signal }): Promise<Readiness> {
      const response = await fetch('/readyz', { signal });
      return (await response.json()) as Readiness; // of our own server, for 200 and 503 alike
    },
    refetchInterval: 5000,
    retry: false,
  });

/** What is usual for the flows of a day; it changes from day to day only. */
export const readUsual = (day: string) =>
  queryOptions({
    queryKey: ['usual', day],
    queryFn: ({ signal }) =>
      ask<{ readonly items: readonly UsualFlow[] }>(`${API}/days/${segment(day)}/usual`, signal),
    staleTime: 10 * 60_000,
  });

/** The open alarms of a trading day, newest first, as many as a page shows. */
export const readOpenAlarms = (day: string) =>
  queryOptions({
    queryKey: ['alarms', 'open', day],
    queryFn: ({ signal }) =>
      ask<Page<AlarmItem>>(`${API}/alarms?open=true&limit=500&day=${segment(day)}`, signal),
  });

/** The trading day that it is, or the given one, with those before and after it. */
export const readDays = (day: string | null) =>
  queryOptions({
    queryKey: ['days', day],
    async queryFn({ signal }) {
      const found = await ask<TradingDay>(`${API}/days${day === null ? '' : `?day=${segment(day)}`}`, signal);
      learnServerTime(found.asOf);
      return found;
    },
    refetchInterval: 60_000,
    placeholderData: keepPreviousData,
  });

/** Flows, steps, instances and alarms that a text is found in. */
export const readSearch = (text: string) =>
  queryOptions({
    queryKey: ['search', text],
    queryFn: ({ signal }) =>
      ask<{ readonly items: readonly SearchHit[] }>(`${API}/search?q=${segment(text)}`, signal),
    staleTime: 10_000,
    placeholderData: keepPreviousData,
  });
