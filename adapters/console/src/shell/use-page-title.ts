import { useEffect } from 'react';

/** Puts what a page is about into the title of its window. */
export function usePageTitle(text: string): void {
  useEffect(() => {
    document.title = `${text} · Milepost`;
  }, [text]);
}
