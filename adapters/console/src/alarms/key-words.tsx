import { useWords } from '../words/words.ts';

/** What the keys do on this page. */
export function KeyWords() {
  const { alarms } = useWords();
  return (
    <p className="key-words quiet">
      <span>{alarms.keys}</span>
      {Object.entries(alarms.keyWords).map(([key, what]) => (
        <span key={key}>
          {key.split(' ').map((each) => (
            <kbd key={each}>{each}</kbd>
          ))}{' '}
          {what}
        </span>
      ))}
    </p>
  );
}
