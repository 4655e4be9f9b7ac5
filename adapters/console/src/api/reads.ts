/** The reads of the API as queries: each has one key, so that the live stream knows what to load anew. */
import { keepPreviousData, queryOptions, replaceEqualDeep } from '@tanstack/react-query';
import { learnServerTime } from '../time/server-clock.ts';
import type {
  AlarmItem,
  Day,
  FlowInfo,
  FlowPage,
  GraphView,
  History,
  InstanceInfo,
  JournalItem,
  Page,
  Playback,
  Readiness,
  SearchHit,
  TradingDay,
  UsualFlow,
} from './answers.ts';
import { ApiError, ask, segment } from './ask.ts';

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
    refetchInterval: ({ state }) => (state.data?.ready === false ? 1000 : 5000),
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

const instancePath = (flow: string, key: string) => `${API}/instances/${segment(flow)}/${segment(key)}`;

/** One flow with its definition. */
export const readFlow = (flow: string) =>
  queryOptions({
    queryKey: ['flow', flow],
    queryFn: ({ signal }) => ask<FlowInfo>(`${API}/flows/${segment(flow)}`, signal),
    staleTime: 60_000,
  });

/** One instance with every step. */
export const readInstance = (flow: string, key: string) =>
  queryOptions({
    queryKey: ['instance', flow, key],
    queryFn: ({ signal }) => ask<InstanceInfo>(instancePath(flow, key), signal),
  });

/** The graph of an instance; of one that there is not yet, the graph of its flow. */
export const readGraph = (flow: string, key: string) =>
  queryOptions({
    queryKey: ['graph', flow, key],
    async queryFn({ signal }): Promise<GraphView> {
      try {
        return await ask<GraphView>(`${instancePath(flow, key)}/graph`, signal);
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 404) throw error;
        return (await ask<FlowInfo>(`${API}/flows/${segment(flow)}`, signal)).graph;
      }
    },
  });

/** An instance played back from its journal. */
export const readPlayback = (flow: string, key: string) =>
  queryOptions({
    queryKey: ['replay', flow, key],
    queryFn: ({ signal }) => ask<Playback>(`${instancePath(flow, key)}/replay`, signal),
    structuralSharing: sharePlayback,
  });

/** What it begins with never changes, and is by far the most of it. */
function sharePlayback(before: unknown, now: unknown): unknown {
  // both are answers of this query
  const [old, next] = [before as Playback | undefined, now as Playback];
  // what stands in until an answer is there comes here at every drawing, and must stay the same
  if (old === undefined || old === next || old.begin.revision !== next.begin.revision) return next;
  return { ...next, begin: old.begin, frames: replaceEqualDeep(old.frames, next.frames) };
}

/** The last trading days of a flow. */
export const readHistory = (flow: string) =>
  queryOptions({
    queryKey: ['history', flow],
    queryFn: ({ signal }) => ask<History>(`${API}/flows/${segment(flow)}/history`, signal),
  });

/** The events of an instance, in the order of acceptance. */
export const readEvents = (flow: string, key: string) =>
  queryOptions({
    queryKey: ['instance', flow, key, 'events'],
    queryFn: ({ signal }) => ask<Page<JournalItem>>(`${instancePath(flow, key)}/events?limit=500`, signal),
  });

/** The alarms of an instance, newest first. */
export const readInstanceAlarms = (flow: string, key: string) =>
  queryOptions({
    queryKey: ['alarms', 'instance', flow, key],
    queryFn: ({ signal }) =>
      ask<Page<AlarmItem>>(`${API}/alarms?limit=100&flow=${segment(flow)}&key=${segment(key)}`, signal),
  });
