/** The name of who sits at this browser, asked once and kept: everything that is done carries it. */
import { useSyncExternalStore } from 'react';

const KEY = 'milepost.person';
const listeners = new Set<() => void>();
let current = read();

addEventListener('storage', ({ key }) => {
  if (key === KEY || key === null) become(read());
});

/** The name, empty where nobody has given one. */
export function person(): string {
  return current;
}

/** The same; the component is drawn again when it changes. */
export function usePerson(): string {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, person);
}

/** Keeps a name in this browser; an empty one forgets it. */
export function keepPerson(name: string): void {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // a browser that keeps nothing still knows the name until the page is left
  }
  become(name);
}

function become(name: string): void {
  current = name;
  for (const listener of listeners) listener();
}

function read(): string {
  try {
    return localStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}
