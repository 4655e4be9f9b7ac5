/** The pages that a big screen shows in turn: `?screen=big&every=30&show=/&show=/flows/settlement`. */

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
export function rotationIn(search: string): Rotation {
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
