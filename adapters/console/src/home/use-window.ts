import { type RefObject, useEffect, useState } from 'react';

/** Rows of one height that are drawn: those in sight, and some around them. */
export interface RowWindow {
  readonly first: number;
  /** one after the last */
  readonly end: number;
}

const AROUND = 12;
/** Up to so many rows all are drawn, so that the browser's own search finds them. */
const ALL = 150;

/** Which of `count` rows of `height` pixels are in sight in the nearest element that scrolls. */
export function useWindow(list: RefObject<HTMLElement | null>, count: number, height: number): RowWindow {
  const [seen, setSeen] = useState<RowWindow>({ first: 0, end: 60 });

  useEffect(() => {
    const element = list.current;
    const scroller = element?.closest('main');
    if (count <= ALL || element == null || scroller == null) return;
    const look = () => {
      const place = element.getBoundingClientRect();
      const screen = scroller.getBoundingClientRect();
      // on very wide screens everything is drawn larger
      const row = height * (element.offsetHeight > 0 ? place.height / element.offsetHeight : 1);
      const above = screen.top - place.top;
      const first = Math.max(0, Math.floor(above / row) - AROUND);
      const end = Math.ceil((above + screen.height) / row) + AROUND;
      setSeen((before) => (before.first === first && before.end === end ? before : { first, end }));
    };
    look();
    scroller.addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    return () => {
      scroller.removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, [list, count, height]);

  return count <= ALL ? { first: 0, end: count } : { first: seen.first, end: Math.min(seen.end, count) };
}
