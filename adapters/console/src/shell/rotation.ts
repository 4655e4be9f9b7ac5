/** The pages that a big screen shows in turn: `?screen=big&every=30&show=/&show=/flows/settlement`. */
import { useEffect, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { useLiveState } from '../live/live-context.tsx';

export interface Rotation {
  /** addresses with what is chosen on them, such as `/?group=clearing` */
  readonly pages: readonly string[];
  /** seconds */
  readonly every: number;
}

const SHORTEST = 5;
const LONGEST = 3600;
/** Seconds that a page is shown where nobody says how long. */
export const USUAL = 30;
const OWN = ['screen', 'every', 'show'];

/** What the query of an address says of it. */
function rotationIn(search: string): Rotation {
  const query = new URLSearchParams(search);
  const every = Number(query.get('every') ?? USUAL);
  return {
    pages: query.getAll('show').filter((page) => page.startsWith('/') && !page.startsWith('//')),
    every: Number.isFinite(every) && every > 0 ? Math.min(LONGEST, Math.max(SHORTEST, every)) : USUAL,
  };
}

/** The address of a page on the big screen, with the rotation that it is part of. */
export function bigAddress(page: string, { pages, every }: Rotation): string {
  const url = new URL(page, 'http://milepost');
  for (const name of OWN) url.searchParams.delete(name);
  url.searchParams.set('screen', 'big');
  if (pages.length > 0 || every !== USUAL) url.searchParams.set('every', String(every));
  for (const each of pages) url.searchParams.append('show', each);
  return url.pathname + url.search;
}

/** The page that an address shows, without what is said about the screen. */
export function pageOf(location: string, search: string): string {
  const query = new URLSearchParams(search);
  for (const name of OWN) query.delete(name);
  const text = query.toString();
  return text === '' ? location : `${location}?${text}`;
}

/** Goes from page to page, for as long as there are several; while the server is away it stays, since pages come from there. */
export function useRotation(): Rotation {
  const search = useSearch();
  const [location, go] = useLocation();
  const rotation = useMemo(() => rotationIn(search), [search]);
  const isLost = useLiveState() === 'lost';
  useEffect(() => {
    const { pages, every } = rotation;
    if (pages.length < 2 || isLost) return;
    const here = pages.indexOf(pageOf(location, search));
    const next = pages[(here + 1) % pages.length] ?? '/';
    const timer = setTimeout(() => go(bigAddress(next, rotation), { replace: true }), every * 1000);
    return () => clearTimeout(timer);
  }, [rotation, isLost, location, search, go]);
  return rotation;
}
