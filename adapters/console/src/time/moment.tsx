import { useWords } from '../words/words.ts';
import { clock, dateIn, fullTime } from './format-time.ts';

interface MomentProps {
  readonly at: string;
  readonly zone: string;
  /** the trading day it belongs to; where it is another date, the date is shown too */
  readonly day?: string;
  /** whether the date is always shown, as in lists that reach back */
  readonly dated?: boolean;
  readonly seconds?: boolean;
}

/** A time with everything about it at hand: date, zone, offset and trading day. */
export function Moment({ at, zone, day, dated = false, seconds = false }: MomentProps) {
  const words = useWords();
  const date = dateIn(at, zone);
  const shown = dated || (day !== undefined && date !== day);
  const title =
    day === undefined ? fullTime(at, zone) : `${fullTime(at, zone)}, ${words.shell.tradingDay} ${day}`;
  return (
    <time dateTime={at} title={title} className="moment">
      {shown && <span className="moment-date">{date.slice(5)} </span>}
      {clock(at, zone, seconds)}
    </time>
  );
}
