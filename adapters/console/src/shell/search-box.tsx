import { Button } from 'antd';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useWords } from '../words/words.ts';

const SearchPanel = lazy(() => import('./search-panel.tsx'));

/** The button that opens the search, as Ctrl-K does. */
export function SearchBox() {
  const { shell } = useWords();
  const [open, setOpen] = useState(false);

  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'k') return;
      event.preventDefault();
      setOpen(true);
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);

  return (
    <>
      <Button size="small" className="search-button" onClick={() => setOpen(true)}>
        <span>{shell.search}</span>
        <kbd>Ctrl K</kbd>
      </Button>
      {open && (
        <Suspense>
          <SearchPanel onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
