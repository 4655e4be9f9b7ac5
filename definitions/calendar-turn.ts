import type { CalendarDocument, SessionDocument } from './document.ts';
import type { TimeOfDay } from './moment.ts';

const DAY = 86_400_000;

/**
 * The wall time from which the next trading day counts: the document's `turn`, else the earliest `from` of the
 * sessions with `day: next`, else midnight. Midnight is the end of the date (24 hours), also where it is written 00:00.
 */
export function turnOf(document: CalendarDocument): TimeOfDay {
  const opens = document.sessions.filter(belongsToNext).map((session) => session.from);
  return (document.turn ?? Math.min(DAY, ...opens)) || DAY;
}

/** Whether a session is held on the evening before the trading day that it belongs to. */
export function belongsToNext(session: SessionDocument): boolean {
  return session.day === 'next';
}
