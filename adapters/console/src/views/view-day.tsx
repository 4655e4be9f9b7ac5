import { Button } from 'antd';
import { useChoices } from '../address/address.ts';
import type { TradingDay } from '../api/answers.ts';
import { weekdayOf } from '../time/format-time.ts';
import { useWords } from '../words/words.ts';

/** Which trading day is shown, and the way to the one before, the one after and today. */
export function ViewDay({ about }: { readonly about: TradingDay }) {
  const words = useWords();
  const { home } = words;
  const [, choose] = useChoices();
  const { day, today, previous, next } = about;
  const open = (to: string | null) => choose({ day: to === today ? null : to }, true);
  return (
    <span className="view-day">
      <Button aria-label={home.previous} disabled={previous === null} onClick={() => open(previous)}>
        ‹
      </Button>
      <b>{day}</b> <span className="quiet">{weekdayOf(day, words.language)}</span>
      <Button aria-label={home.next} disabled={next === null} onClick={() => open(next)}>
        ›
      </Button>
      {day !== today && <Button onClick={() => open(today)}>{home.today}</Button>}
    </span>
  );
}
