/** The reads of business views. What is due only because time goes by is in no live stream: it is asked for now and then. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { learnServerTime } from '../time/server-clock.ts';
import { ask, segment } from './ask.ts';
import type { ViewEvents, ViewInfo, ViewPage } from './view-answers.ts';

const API = '/api/v1/views';
const NOW_AND_THEN = 60_000;

/** All views on a trading day; null: on the one that it is. */
export const readViews = (day: string | null) =>
  queryOptions({
    queryKey: ['views', day],
    queryFn: ({ signal }) => ask<ViewPage>(`${API}${day === null ? '' : `?day=${segment(day)}`}`, signal),
    refetchInterval: NOW_AND_THEN,
    placeholderData: keepPreviousData,
  });

/** One view on a trading day. */
export const readView = (name: string, day: string) =>
  queryOptions({
    queryKey: ['view', name, day],
    async queryFn({ signal }) {
      const found = await ask<ViewInfo>(`${API}/${segment(name)}?day=${segment(day)}`, signal);
      learnServerTime(found.asOf);
      return found;
    },
    refetchInterval: NOW_AND_THEN,
  });

/** The latest events of a view, or of one node of it. */
export const readViewEvents = (name: string, day: string, node: string | null) =>
  queryOptions({
    queryKey: ['view', name, day, 'events', node],
    queryFn: ({ signal }) => {
      const query = new URLSearchParams({ day, limit: '200', ...(node === null ? {} : { node }) });
      return ask<ViewEvents>(`${API}/${segment(name)}/events?${query}`, signal);
    },
    placeholderData: keepPreviousData,
  });
