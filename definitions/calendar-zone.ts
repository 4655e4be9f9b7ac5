/**
 * Wall time of one time zone, to and fro. Luxon's reading of the tz database gives the offsets; what a skipped or
 * repeated time means is decided here, since luxon moves skipped times by the length of the gap without a word.
 *
 * 1. A wall time is a number: milliseconds since 1970-01-01T00:00 as the clock on the wall shows it.
 * 2. `toInstant(wall)` is the smallest instant at which the wall clock shows `wall` or later: a time that a clock
 *    change skips falls at the moment the clock jumps, one that occurs twice at the first.
 * 3. It never decreases: a later wall time is never an earlier instant.
 */
import { IANAZone } from 'luxon';
import { remembering } from './calendar-days.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;

export interface Zone {
  readonly name: string;
  /** what the wall clock shows at an instant */
  toWall(time: number): number;
  /** when the wall clock first shows that time or a later one */
  toInstant(wall: number): number;
}

/** Whether the tz database knows a zone of this name, such as `Asia/Shanghai` or `UTC`. */
export function isZone(name: string): boolean {
  return IANAZone.isValidZone(name);
}

/** The zone of that name; throws where there is none, since the checks come before. */
export function createZone(name: string): Zone {
  if (!isZone(name)) throw new Error(`a calendar is made for a known time zone only, and "${name}" is none`);
  const zone = IANAZone.create(name);

  /** Minutes ahead of UTC all through a day of the epoch; null where they change. Luxon takes microseconds to tell. */
  const steady = remembering((day) => {
    const minutes = zone.offset(day * DAY);
    return minutes === zone.offset((day + 1) * DAY) ? minutes : null; // no zone changes twice a day
  });

  function offset(time: number): number {
    const minutes = steady(Math.floor(time / DAY)) ?? zone.offset(time);
    if (Number.isNaN(minutes))
      throw new Error(`an instant is a number of milliseconds within range, not ${time}`);
    return Math.round(minutes * MINUTE);
  }

  /** The first instant after `from`, up to `to`, that has another offset than `from`. */
  function change(from: number, to: number): number {
    const before = offset(from);
    let [low, high] = [from, to];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offset(middle) === before) low = middle;
      else high = middle;
    }
    return high;
  }

  function toInstant(wall: number): number {
    // No offset is larger than a day, so the instant lies between these two, and no zone changes twice in between.
    const [early, late] = [wall - DAY, wall + DAY];
    const byFormer = wall - offset(early);
    const byLatter = wall - offset(late);
    if (byFormer === byLatter) return byFormer;
    const jump = change(early, late);
    if (byFormer < jump) return byFormer;
    return Math.max(byLatter, jump);
  }

  return { name, toWall: (time) => time + offset(time), toInstant };
}
