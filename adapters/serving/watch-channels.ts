/**
 * Looks whether the channels deliver: what the process that sends knows of them goes into the stream as events of their
 * own flow, and comes back as alarms, which every process reads.
 *
 * 1. Only the process that sends reports, each change once; a report that could not be sent is tried again.
 * 2. While no channel delivers that reaches anybody elsewhere, no process is ready: nobody would be told of anything.
 * 3. A channel that the definitions have no more is not down.
 */
import { subjectOf } from '../../checkpoints/index.ts';
import type { Definitions } from '../../definitions/index.ts';
import {
  alarmTextIn,
  CHANNEL_FLOW,
  type ChannelState,
  type Outlet,
  type Reader,
} from '../../engine/index.ts';
import { CHANNEL_KINDS } from '../channels/index.ts';
import type { Closers } from '../closers.ts';
import { type HealthReport, type Metrics, measureChannels } from '../http/index.ts';
import type { Log } from '../log.ts';
import { startLoop } from '../loop.ts';
import { type ChannelReport, channelEvent } from '../own-flow.ts';

export interface WatchingChannels {
  /** why a channel does not deliver; null while it does, and where that is not known */
  down(channel: string): string | null;
  check(): HealthReport['checks'][number];
}

export interface WatchChannelsOptions {
  readonly reader: Pick<Reader, 'alarms'>;
  /** what this process knows by sending; null where another one sends */
  readonly states: () => ReadonlyMap<string, ChannelState> | null;
  readonly outlet: Outlet;
  readonly definitions: () => Definitions;
  readonly metrics: Metrics;
  readonly now: () => number;
  readonly log: Log;
}

const REST = 2_000;
const MOST = 500;

/** What is known to be down, by the alarms that stand. */
type Known = ReadonlyMap<string, { readonly since: number; readonly text: string }>;

/** Begins to look. */
export function watchChannels(options: WatchChannelsOptions, closers: Closers): WatchingChannels {
  const { states, definitions } = options;
  const reported = new Map<string, string>();
  let known: Known = new Map();
  const loop = startLoop({
    name: 'looking at the channels',
    rest: REST,
    log: options.log,
    async turn() {
      known = await readKnown(options.reader);
      const sending = states();
      for (const change of sending === null ? [] : changesOf(sending, known, options.now())) {
        const { channel, id } = change;
        if (reported.get(channel) === id) continue;
        const payload = Buffer.from(JSON.stringify(channelEvent(change)));
        await options.outlet.send([{ subject: subjectOf(CHANNEL_FLOW, channel), payload }]);
        reported.set(channel, id);
      }
      return 'idle';
    },
  });
  closers.push(() => loop.stop());

  function down(channel: string): string | null {
    const state = states()?.get(channel);
    if (state?.kind === 'down') return `channel ${channel} does not deliver: ${state.reason}`;
    const alarm = known.get(channel);
    if (alarm === undefined || (state?.kind === 'works' && state.at > alarm.since)) return null;
    return alarm.text;
  }

  measureChannels(options.metrics, () => outward(definitions()).map((name) => [name, down(name) === null]));
  return {
    down,
    check() {
      const all = outward(definitions());
      const troubles = all.flatMap((name) => {
        const reason = down(name);
        return reason ?? [];
      });
      const dead = all.length > 0 && troubles.length === all.length;
      const detail = dead
        ? `none delivers: ${troubles.join('; ')}`
        : troubles.length > 0
          ? `not all deliver: ${troubles.join('; ')}`
          : 'deliver, as far as was tried';
      return { name: 'channels', ok: !dead, detail };
    },
  };
}

async function readKnown(reader: WatchChannelsOptions['reader']): Promise<Known> {
  const { items } = await reader.alarms({ open: true, flow: CHANNEL_FLOW }, MOST, null);
  const textOf = (alarm: (typeof items)[number]) => alarmTextIn(alarm, 'en').replace(/\.$/, '');
  return new Map(items.map((alarm) => [alarm.key, { since: alarm.raisedAt, text: textOf(alarm) }]));
}

/** What of the channels is otherwise than the alarms say; ids are made of the change, so that none counts twice. */
function changesOf(
  states: ReadonlyMap<string, ChannelState>,
  known: Known,
  now: number,
): readonly ChannelReport[] {
  const fallen = [...states].flatMap(([channel, state]) =>
    state.kind === 'down' && !known.has(channel)
      ? [{ id: `down-${state.since}`, channel, down: true, reason: state.reason, time: state.since }]
      : [],
  );
  const risen = [...known].flatMap(([channel, { since }]) => {
    const state = states.get(channel);
    const up = { id: `works-${since}`, channel, down: false };
    if (state === undefined) return [{ ...up, reason: 'no channel is called so any more', time: now }];
    return state.kind === 'works' && state.at > since ? [{ ...up, reason: '', time: state.at }] : [];
  });
  return [...fallen, ...risen];
}

/** The channels that reach somebody elsewhere; where there are none, those that there are. */
function outward({ notifying }: Definitions): readonly string[] {
  const sending = [...notifying.channels.values()].filter(({ dryRun }) => !dryRun);
  const outside = sending.filter(({ type }) => CHANNEL_KINDS.get(type)?.local !== true);
  return (outside.length > 0 ? outside : sending).map(({ name }) => name);
}
