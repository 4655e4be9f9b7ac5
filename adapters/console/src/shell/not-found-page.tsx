import { Link } from 'wouter';
import { useWords } from '../words/words.ts';

/** What is at an address that no page has. */
export function NotFoundPage() {
  const { shell } = useWords();
  return (
    <div className="page-message">
      <h1>{shell.notFound}</h1>
      <Link href="/">{shell.toHome}</Link>
    </div>
  );
}
