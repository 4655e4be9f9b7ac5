import { useEffect, useRef } from 'react';

/** Does something at single keys, unless somebody is typing or holds a modifier; what gives false leaves the key to the browser. */
export function useKeys(keys: ReadonlyMap<string, () => unknown>): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const { target } = event;
      if (event.key !== 'Escape' && target instanceof HTMLElement && target.closest(TYPING) !== null) return;
      const act = latest.current.get(event.key);
      if (act === undefined) return;
      if (act() !== false) event.preventDefault();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
}

const TYPING = 'input, textarea, select, [contenteditable], [role="dialog"]';
