import { Button } from 'antd';
import { useRef } from 'react';
import { useLocation } from 'wouter';
import { dayAddress } from '../address/address.ts';
import type { TradingDay } from '../api/answers.ts';
import { clock, offsetOf, weekdayOf } from '../time/format-time.ts';
import { useNow } from '../time/server-clock.ts';
import { useWords } from '../words/words.ts';

/** Which trading day is shown, the way to others, and what time it is there. */
export function DayBar({ about }: { readonly about: TradingDay }) {
  const words = useWords();
  const { home, shell } = words;
  const [, go] = useLocation();
  const now = useNow();
  const { day, today, previous, next, zone } = about;
  const open = (to: string | null) => {
    if (to !== null) go(dayAddress(to === today ? null : to) + window.location.search);
  };
  return (
    <div className="day-bar">
      <Button aria-label={home.previous} disabled={previous === null} onClick={() => open(previous)}>
        ‹
      </Button>
      <DayChooser day={day} onChoose={open} />
      <Button aria-label={home.next} disabled={next === null} onClick={() => open(next)}>
        ›
      </Button>
      <h1>
        {day === today ? home.today : home.chooseDay}{' '}
        <span className="quiet">{weekdayOf(day, words.language)}</span>
      </h1>
      {!about.isTradingDay && <span className="quiet">{home.noWork}</span>}
      {day !== today && (
        <Button type="link" onClick={() => open(today)}>
          {home.today}
        </Button>
      )}
      <span className="day-clock">
        <b>{clock(now, zone, true)}</b>{' '}
        <span className="quiet">
          {zone} {zone !== 'UTC' && offsetOf(new Date(now), zone)} · {shell.tradingDay} {today}
        </span>
      </span>
    </div>
  );
}

/** The day as it is written everywhere, which opens the browser's calendar. */
function DayChooser({ day, onChoose }: { readonly day: string; readonly onChoose: (day: string) => void }) {
  const { home } = useWords();
  const input = useRef<HTMLInputElement>(null);
  return (
    <span className="day-chooser">
      <Button aria-label={`${home.chooseDay} ${day}`} onClick={() => input.current?.showPicker()}>
        <b>{day}</b>
      </Button>
      <input
        ref={input}
        type="date"
        tabIndex={-1}
        aria-hidden="true"
        value={day}
        onChange={(event) => event.target.value !== '' && onChoose(event.target.value)}
      />
    </span>
  );
}
