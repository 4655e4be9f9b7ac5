/**
 * The token of operators in this browser: for this tab alone, or kept where somebody asks for that. It comes from a form, or
 * from an address that ends in `#token=…`, which is what Milepost prints when it is started; no browser sends that part.
 */
import { useSyncExternalStore } from 'react';

const KEY = 'milepost.token';
const listeners = new Set<() => void>();
let current = read();
takeFromAddress();

addEventListener('hashchange', takeFromAddress);
addEventListener('storage', ({ key, storageArea }) => {
  if (storageArea === localStorage && (key === KEY || key === null)) become(read());
});

/** The token, empty where there is none. */
export function token(): string {
  return current;
}

/** The same; the component is drawn again when it changes. */
export function useToken(): string {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, token);
}

/** Keeps a token until the tab is closed, or with `remember` in this browser; an empty one is forgotten everywhere. */
export function keepToken(given: string, remember = false): void {
  try {
    for (const [store, holds] of [
      [sessionStorage, !remember],
      [localStorage, remember],
    ] as const)
      if (given !== '' && holds) store.setItem(KEY, given);
      else store.removeItem(KEY);
  } catch {
    // a browser that keeps nothing still knows it until the page is left
  }
  become(given);
}

/** Whether the token outlives this tab. */
export function isRemembered(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}

function become(next: string): void {
  current = next;
  for (const listener of listeners) listener();
}

function read(): string {
  try {
    return sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

function takeFromAddress(): void {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given === null) return;
  // nobody who looks over a shoulder, and no bookmark, has it from here
  history.replaceState(history.state, '', location.pathname + location.search);
  if (given !== '') keepToken(given);
}
