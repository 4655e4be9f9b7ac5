/** Channels for machines: every alarm by itself, at once, when it is raised, gets worse and is over. */
import { downBy } from './channel-alarms.ts';
import type { Desk } from './desk.ts';
import { type Handling, isOpen, traitsOf } from './handling.ts';
import { isWorse } from './quiet.ts';
import { feedsOf } from './route.ts';
import { tellPeople } from './tell-people.ts';

/** Tells the feeds what they do not know yet of an alarm. What is quiet is kept from them; what they were told is ended. */
export function feed(desk: Desk, handling: Handling, quiet: boolean): Handling {
  const { id } = handling.alarm;
  const fed: Record<string, Handling['severity']> = { ...handling.fed };
  const tell = (kind: 'raised' | 'changed' | 'recovered', channel: string) =>
    tellPeople(desk, {
      id: `${id}/feed/${kind === 'changed' ? handling.severity : kind}`,
      kind,
      thread: id,
      severity: handling.severity,
      level: 1,
      deliveries: [{ channel, to: [] }],
      alarms: [handling],
      folded: [],
    });
  if (!isOpen(handling)) {
    for (const channel of Object.keys(fed)) tell('recovered', channel);
    return Object.keys(fed).length === 0 ? handling : desk.change(handling, { fed: {} });
  }
  if (quiet) return handling;
  const down = downBy(handling.alarm);
  const feeds = feedsOf(desk.notifying, traitsOf(desk.definitions, handling));
  const channels = feeds.filter((channel) => channel !== down);
  const behind = channels.filter((channel) => isWorse(handling.severity, fed[channel] ?? null));
  if (behind.length === 0) return handling;
  for (const channel of behind) {
    tell(fed[channel] === undefined ? 'raised' : 'changed', channel);
    fed[channel] = handling.severity;
  }
  return desk.change(handling, { fed });
}
