import { Button } from 'antd';
import { useState } from 'react';
import { useWords } from '../words/words.ts';

/** Copies a text; where the browser does not allow that, shows it to be marked by hand. */
export function CopyButton({ name, text }: { readonly name: string; readonly text: string }) {
  const { events } = useWords();
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setState('copied');
    } catch {
      // pages that do not come over TLS may not write to the clipboard
      setState('failed');
    }
  };
  return (
    <>
      <Button onClick={copy}>{name}</Button>
      {state === 'copied' && <span role="status">{events.copied}</span>}
      {state === 'failed' && (
        <label className="copy-by-hand">
          {events.copyFailed}
          <textarea
            className="field"
            readOnly
            rows={3}
            value={text}
            onFocus={(event) => event.target.select()}
          />
        </label>
      )}
    </>
  );
}
