/** Addresses of the page of alarms: what is chosen stands in the path, how the list is filtered in the query. */
export const ALARMS = '/alarms';

/** The page with an alarm chosen, or none; `query` as in `location.search`. */
export function alarmAddress(id: string | null, query = ''): string {
  return `${ALARMS}${id === null ? '' : `/${encodeURIComponent(id)}`}${query}`;
}
