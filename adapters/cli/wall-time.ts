/** Times as people of a time zone read them. */

interface Wall {
  readonly day: string;
  readonly time: string;
  readonly offset: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** A UTC time as `2026-11-23 15:30:00+08:00` in a zone; empty for null. */
export function zonedTime(time: string | null, zone: string): string {
  if (time === null) return '';
  const { day, time: clock, offset } = wallOf(time, zone);
  return `${day} ${clock}${offset}`;
}

/** A UTC time as `15:30` in a zone, with the date before it where that is not `day`; empty for null. */
export function clockTime(time: string | null, zone: string, day: string): string {
  if (time === null) return '';
  const wall = wallOf(time, zone);
  const clock = wall.time.replace(/:00$/, '');
  return wall.day === day ? clock : `${wall.day.slice(5)} ${clock}`;
}

/** The date in a zone at a time in ms. */
export function dayIn(zone: string, time: number): string {
  return wallOf(new Date(time).toISOString(), zone).day;
}

function wallOf(time: string, zone: string): Wall {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(new Date(time))
      .map(({ type, value }) => [type, value]),
  );
  const of = (type: string) => parts.get(type as Intl.DateTimeFormatPartTypes) ?? '';
  const offset = of('timeZoneName').replace('GMT', '');
  return {
    day: `${of('year')}-${of('month')}-${of('day')}`,
    time: `${of('hour')}:${of('minute')}:${of('second')}`,
    offset: offset === '' || offset === '+00:00' ? 'Z' : offset,
  };
}

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      timeZoneName: 'longOffset',
    });
    formats.set(zone, format);
  }
  return format;
}
