/** The reads of alarms, silences, numbers, events and rejected messages. What people do is not in the live stream: it is asked for. */
import {
  type InfiniteData,
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
} from '@tanstack/react-query';
import type { AlarmInfo, AlarmSums, AuditItem, NoticeItem, RejectedItem, Silence } from './alarm-answers.ts';
import type { JournalItem, Page } from './answers.ts';
import { ask, segment } from './ask.ts';

const API = '/api/v1';
const OFTEN = 5000;

/**
 * A page of 200 of the alarms that are as a query text says (`open=true&flow=…`), newest first, without those that are
 * consequences of others of them; `before` is a cursor.
 */
export const readAlarms = (filter: string, before: string | null) =>
  queryOptions({
    queryKey: ['alarms', 'list', filter, before],
    queryFn: ({ signal }) => askAlarms('limit=200&fold=true', filter, before, signal),
    placeholderData: keepPreviousData,
    refetchInterval: OFTEN,
  });

/** A page of 100 of the consequences of an alarm, of those that the filter lets through. */
export const readConsequences = (root: string, filter: string, before: string | null) =>
  queryOptions({
    queryKey: ['alarms', 'below', root, filter, before],
    queryFn: ({ signal }) => askAlarms(`limit=100&root=${segment(root)}`, filter, before, signal),
    placeholderData: (last, query) => (query?.queryKey[2] === root ? last : undefined),
    refetchInterval: OFTEN,
  });

function askAlarms(list: string, filter: string, before: string | null, signal: AbortSignal) {
  const given = [list, filter, before === null ? '' : `cursor=${segment(before)}`].filter(
    (each) => each !== '',
  );
  return ask<Page<AlarmInfo>>(`${API}/alarms?${given.join('&')}`, signal);
}

/** One alarm with its history. */
export const readAlarm = (id: string) =>
  queryOptions({
    queryKey: ['alarms', 'one', id],
    queryFn: ({ signal }) => ask<AlarmInfo>(`${API}/alarms/${segment(id)}`, signal),
    refetchInterval: OFTEN,
  });

/** The last notices that list an alarm. */
export const readAlarmNotices = (id: string) =>
  queryOptions({
    queryKey: ['alarms', 'notices', id],
    queryFn: ({ signal }) => ask<Page<NoticeItem>>(`${API}/notices?limit=50&alarm=${segment(id)}`, signal),
    refetchInterval: OFTEN,
  });

/** A page of a hundred of what people did, newest first; `before` is a cursor. */
export const readAudit = (filter: Readonly<Record<string, string | null>>, before: string | null) =>
  queryOptions({
    queryKey: ['audit', filter, before],
    queryFn: ({ signal }) => {
      const given = Object.entries({ ...filter, cursor: before }).filter((each) => each[1] !== null);
      return ask<Page<AuditItem>>(
        `${API}/audit?${given.map(([name, value]) => `${name}=${segment(value ?? '')}`).join('&')}`,
        signal,
      );
    },
    placeholderData: keepPreviousData,
    refetchInterval: OFTEN,
  });

/** The numbers of a trading day. */
export const readNumbers = (day: string) =>
  queryOptions({
    queryKey: ['alarms', 'numbers', day],
    queryFn: ({ signal }) =>
      ask<{ readonly total: AlarmSums }>(`${API}/numbers?from=${segment(day)}&to=${segment(day)}`, signal),
    refetchInterval: OFTEN,
  });

/** Silences that have not ended. */
export const readSilences = () =>
  queryOptions({
    queryKey: ['alarms', 'silences'],
    queryFn: ({ signal }) => ask<Page<Silence>>(`${API}/silences?limit=100`, signal),
    refetchInterval: OFTEN,
  });

/** The events of an instance in the order of acceptance, a page of 200 at a time. */
export const readEventPages = (flow: string, key: string) =>
  infiniteQueryOptions({
    queryKey: ['instance', flow, key, 'event-pages'],
    queryFn({ signal, pageParam, client, queryKey }) {
      const known = client.getQueryData<InfiniteData<Page<JournalItem>>>(queryKey);
      const page = known?.pages[known.pageParams.indexOf(pageParam)];
      // a journal only grows: a page that another one follows stays as it is
      if (page != null && page.next !== null) return page;
      return ask<Page<JournalItem>>(
        `${API}/instances/${segment(flow)}/${segment(key)}/events?limit=500${pageParam === null ? '' : `&cursor=${segment(pageParam)}`}`,
        signal,
      );
    },
    initialPageParam: null as string | null, // null begins
    getNextPageParam: (last) => last.next,
  });

/** Rejected messages, newest first, a hundred at a time. */
export const readRejected = () =>
  infiniteQueryOptions({
    queryKey: ['rejected', 'list'],
    queryFn: ({ signal, pageParam }) =>
      ask<Page<RejectedItem>>(
        `${API}/rejected?limit=100${pageParam === null ? '' : `&cursor=${segment(pageParam)}`}`,
        signal,
      ),
    initialPageParam: null as string | null, // null begins
    getNextPageParam: (last) => last.next,
    // whoever looks far back does not have all of it loaded over and over
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > 2 ? false : OFTEN),
  });

/** One rejected message with all of its payload. */
export const readRejectedOne = (id: string) =>
  queryOptions({
    queryKey: ['rejected', 'one', id],
    queryFn: ({ signal }) => ask<RejectedItem>(`${API}/rejected/${segment(id)}`, signal),
  });
