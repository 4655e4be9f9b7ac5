import { useEffect, useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { useLiveState } from '../live/live-context.tsx';
import { bigAddress, pageOf, type Rotation, rotationIn } from './rotation.ts';

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
