import { lazy, Suspense, useState } from 'react';
import { useKeys } from './use-keys.ts';

const KeyHelp = lazy(() => import('./key-help.tsx'));

/** Opens at `?` what the keys do. */
export function KeyHelpKey() {
  const [open, setOpen] = useState(false);
  useKeys(new Map([['?', () => setOpen(true)]]));
  if (!open) return null;
  return (
    <Suspense>
      <KeyHelp onClose={() => setOpen(false)} />
    </Suspense>
  );
}
