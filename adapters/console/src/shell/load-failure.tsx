import { Button } from 'antd';
import { ApiError } from '../api/ask.ts';
import { useWords } from '../words/words.ts';

/** Says that something could not be loaded, why, and offers to try again. */
export function LoadFailure({ error, onAgain }: { readonly error: unknown; readonly onAgain: () => void }) {
  const { shell } = useWords();
  const isMissing = error instanceof ApiError && error.status === 404;
  return (
    <div className="page-message" role="alert">
      <h1>{isMissing ? shell.missing : shell.failed}</h1>
      <p className={isMissing ? 'quiet' : undefined}>
        {error instanceof Error ? error.message : String(error)}
      </p>
      <Button onClick={onAgain}>{shell.again}</Button>
    </div>
  );
}
