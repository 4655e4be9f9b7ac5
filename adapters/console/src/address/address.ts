/** Addresses of pages, and what is chosen on them: every view, filter and selection has one. */
import { useCallback, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';

/** The page of a day; without one, the day that is today. */
export function dayAddress(day: string | null): string {
  return day === null ? '/' : `/days/${day}`;
}

/** The page of a flow, or of one of its instances. */
export function flowAddress(
  flow: string,
  key?: string | null,
  query: Readonly<Record<string, string>> = {},
): string {
  const path = `/flows/${encodeURIComponent(flow)}`;
  const search = new URLSearchParams(query).toString();
  const instance = key === undefined || key === null ? '' : `/${encodeURIComponent(key)}`;
  return `${path}${instance}${search === '' ? '' : `?${search}`}`;
}

/**
 * What is chosen on this page, as parameters of its address. Changing to null takes a parameter away; a change replaces
 * the entry in the browser's history, unless `push` is set.
 */
export function useChoices(): readonly [
  URLSearchParams,
  (changes: Readonly<Record<string, string | null>>, push?: boolean) => void,
] {
  const search = useSearch();
  const [location, go] = useLocation();
  const choices = useMemo(() => new URLSearchParams(search), [search]);
  const choose = useCallback(
    (changes: Readonly<Record<string, string | null>>, push = false) => {
      const next = new URLSearchParams(window.location.search);
      for (const [name, value] of Object.entries(changes)) {
        if (value === null || value === '') next.delete(name);
        else next.set(name, value);
      }
      const text = next.toString();
      go(`${location}${text === '' ? '' : `?${text}`}`, { replace: !push });
    },
    [location, go],
  );
  return [choices, choose];
}
