import { Button } from 'antd';
import { useWords } from '../words/words.ts';

/** Says that something could not be loaded, why, and offers to try again. */
export function LoadFailure({ error, onAgain }: { readonly error: unknown; readonly onAgain: () => void }) {
  const { shell } = useWords();
  return (
    <div className="page-message" role="alert">
      <h1>{shell.failed}</h1>
      <p>{error instanceof Error ? error.message : String(error)}</p>
      <Button onClick={onAgain}>{shell.again}</Button>
    </div>
  );
}
