/**
 * Alarms about channels themselves: those of the flow whose instances are Milepost's own channels.
 *
 * 1. Of a channel that does not deliver nothing is told over it, nor over another that does not deliver.
 * 2. Where policies and routes lead nowhere else, the other channels are told: places where everybody looks, and whoever
 *    has an address there as well as on the channel that is down; where there is nobody like that, everybody.
 */
import type { AlarmTraits, Notifying, Policy, Route } from '../../definitions/index.ts';
import { CHANNEL_FLOW } from '../own-flows.ts';

const MINUTE = 60_000;

const LAST_ROUTE: Route = {
  index: 0,
  match: () => true,
  times: { covers: () => true, nextChange: () => null },
  ...{ by: ['flow', 'key'], wait: 0, interval: 5 * MINUTE, repeat: 240 * MINUTE },
  levels: [{ after: 0, to: [], over: [] }],
  at: { file: 'built-in', line: 1, column: 1 },
};

/** Takes alarms about channels that no policy of the definitions takes; its name is one that none of them can have. */
export const LAST_POLICY: Policy = {
  name: 'Milepost',
  title: null,
  match: ({ flow }: AlarmTraits) => flow === CHANNEL_FLOW,
  ...{ routes: [LAST_ROUTE], feeds: [], rises: [], maintenance: [] },
  flapping: { over: 5, within: 30 * MINUTE, calm: 30 * MINUTE },
  storm: { over: 50, within: MINUTE, calm: 5 * MINUTE, gather: MINUTE / 4, every: 5 * MINUTE },
  at: LAST_ROUTE.at,
};

/** What of an alarm says whether it is about a channel that does not deliver. */
interface ChannelAlarm {
  readonly flow: string;
  readonly key: string;
  readonly clearedAt: number | null;
}

/** The channel that an alarm says does not deliver; null for every other alarm. */
export function downBy({ flow, key, clearedAt }: ChannelAlarm): string | null {
  return flow === CHANNEL_FLOW && clearedAt === null ? key : null;
}

interface OtherChannel {
  readonly channel: string;
  readonly persons: readonly string[];
}

/** What is told, of channels that are down, in place of what leads over them alone. */
export function otherChannels(
  { channels, people }: Pick<Notifying, 'channels' | 'people'>,
  down: ReadonlySet<string>,
): readonly OtherChannel[] {
  const other = [...channels.values()].filter(({ name, dryRun }) => !down.has(name) && !dryRun);
  const persons = [...people.values()];
  const concerned = persons.filter(({ addresses }) => [...down].some((each) => addresses.has(each)));
  const over = (some: typeof persons) =>
    other.flatMap(({ name }): readonly OtherChannel[] => {
      if (!persons.some(({ addresses }) => addresses.has(name))) return [{ channel: name, persons: [] }];
      const found = some.filter(({ addresses }) => addresses.has(name));
      return found.length === 0 ? [] : [{ channel: name, persons: found.map((person) => person.name) }];
    });
  const told = over(concerned);
  return told.length > 0 ? told : over(persons);
}
