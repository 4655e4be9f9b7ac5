/** The page of the events of an instance, or of one step of it; without a key, to choose one. */
export function eventsAddress(flow: string, key: string | null, step: string | null = null): string {
  const path = `/events/${encodeURIComponent(flow)}${key === null ? '' : `/${encodeURIComponent(key)}`}`;
  return step === null ? path : `${path}?${new URLSearchParams({ step })}`;
}
