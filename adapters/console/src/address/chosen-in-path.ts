import { useLocation } from 'wouter';

/** What stands in the path behind `page`, or null; read as it is, since an id may hold any character. */
export function useChosenIn(page: string): string | null {
  useLocation();
  const part = window.location.pathname.slice(page.length + 1);
  try {
    return part === '' ? null : decodeURIComponent(part);
  } catch {
    return part;
  }
}
