/** Addresses of the page of alarms: what is chosen stands in the path, how the list is filtered in the query. */
import { useLocation } from 'wouter';

const PAGE = '/alarms';

/** The page with an alarm chosen, or none; `query` as in `location.search`. */
export function alarmAddress(id: string | null, query = ''): string {
  return `${PAGE}${id === null ? '' : `/${encodeURIComponent(id)}`}${query}`;
}

/** The alarm that the address names; read from it as it is, since an id may hold any character. */
export function useChosenAlarm(): string | null {
  useLocation();
  const part = window.location.pathname.slice(PAGE.length + 1);
  try {
    return part === '' ? null : decodeURIComponent(part);
  } catch {
    return part;
  }
}
