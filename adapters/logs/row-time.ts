/** Times as logs write them: with an offset, by the wall of a zone, or as a number since 1970. */
import { createZone } from '../../definitions/index.ts';

const WALL =
  /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;

/** What reads times; those without an offset are by the wall of `zone`. Gives ms since 1970, null for what is no time. */
export function createTimes(zone: string): (text: string | number) => number | null {
  const { toInstant } = createZone(zone);
  return (text) => {
    const number = Number(text);
    if (text !== '' && Number.isFinite(number)) return sinceEpoch(number);
    const match = WALL.exec(String(text).trim());
    if (match === null) return null;
    const [, y, mo, d, h = '0', mi = '0', s = '0', fraction = '', offset] = match;
    const ms = Math.floor(Number(`0.${fraction || '0'}`) * 1000);
    const wall = Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s), ms);
    // 31 April, 25:00 and the like would otherwise be another time
    const back = new Date(wall);
    if (
      back.getUTCMonth() !== Number(mo) - 1 ||
      back.getUTCHours() !== Number(h) ||
      back.getUTCMinutes() !== Number(mi)
    )
      return null;
    return offset === undefined ? toInstant(wall) : wall - minutesOf(offset) * 60_000;
  };
}

/** Seconds up to the year 2286, milliseconds from 1973 on. */
function sinceEpoch(number: number): number | null {
  if (number < 0) return null;
  if (number < 1e10) return Math.round(number * 1000);
  return number < 1e13 ? Math.round(number) : null;
}

function minutesOf(offset: string): number {
  if (/^z$/i.test(offset)) return 0;
  const [hours, minutes] = [Number(offset.slice(1, 3)), Number(offset.slice(-2))];
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
