/** Who is behind a name at a time: persons, teams, and duties by their first entry that fits. */
import { createTimes, dateOf } from './alarm-times.ts';
import type { Calendar } from './calendar.ts';
import { dayNumber } from './calendar-days.ts';
import type { Person, Times } from './policy.ts';
import type { DutyDocument, DutyEntryDocument, TeamDocument } from './policy-document.ts';

interface Entry {
  readonly times: Times;
  names(at: number): readonly string[];
}

/** Gives the look-up; a name that is not known has nobody behind it. */
export function createWho(found: {
  readonly people: ReadonlyMap<string, Person>;
  readonly teams: ReadonlyMap<string, TeamDocument>;
  readonly duties: ReadonlyMap<string, { readonly document: DutyDocument; readonly calendar: Calendar }>;
}): (name: string, at: number) => readonly Person[] {
  const duties = new Map(
    [...found.duties].map(([name, { document, calendar }]) => [
      name,
      document.entries.map((entry) => createEntry(entry, calendar)),
    ]),
  );

  const names = (name: string, at: number): readonly string[] => {
    const team = found.teams.get(name);
    if (team !== undefined) return team.members.map(({ value }) => value);
    const entry = duties.get(name)?.find(({ times }) => times.covers(at));
    return entry === undefined ? [name] : entry.names(at).flatMap((each) => names(each, at));
  };

  return (name, at) => {
    if (duties.has(name) && !duties.get(name)?.some(({ times }) => times.covers(at))) return [];
    return [...new Set(names(name, at))].flatMap((each) => found.people.get(each) ?? []);
  };
}

function createEntry(entry: DutyEntryDocument, calendar: Calendar): Entry {
  const times = createTimes(entry, calendar);
  if (entry.kind === 'who') {
    const who = entry.who.map(({ value }) => value);
    return { times, names: () => who };
  }
  const turns = entry.rota.map(({ value }) => value);
  const first = dayNumber(entry.since);
  const { days } = entry.each;
  return {
    times,
    names: (at) => {
      // The day of a turn begins at `turn`, so before it the one before still counts.
      const date = dayNumber(dateOf(calendar, at));
      const begins = calendar.resolve(dateOf(calendar, at), { kind: 'time', time: entry.turn, day: 'same' });
      const day = begins !== null && at < begins ? date - 1 : date;
      const count = Math.floor((day - first) / days);
      const turn = turns[((count % turns.length) + turns.length) % turns.length];
      return turn === undefined ? [] : [turn];
    },
  };
}
