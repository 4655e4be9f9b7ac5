/**
 * Telling people, running: the notifier's loop, and one loop a channel, so that a channel that is slow or dead holds up no
 * other. A channel whose settings are wrong keeps what it is owed, and says so.
 */

import { randomUUID } from 'node:crypto';
import type { ChannelDefinition, Definitions, Finding } from '../../definitions/index.ts';
import {
  type ChangeLog,
  type Channel,
  type ChannelState,
  createDispatcher,
  createNotifier,
  type Dispatcher,
  type NoticeStore,
  type Reader,
} from '../../engine/index.ts';
import type { Log } from '../log.ts';
import { type Loop, type LoopTime, startLoop } from '../loop.ts';
import { reasonOf } from '../reason-of.ts';
import type { ChannelKind, ChannelWorld } from './channel-kind.ts';

export interface NotifyingOptions {
  readonly store: NoticeStore;
  readonly changes: Pick<ChangeLog, 'changes' | 'newest' | 'oldest'>;
  readonly reader: Pick<Reader, 'alarms' | 'alarm'>;
  readonly definitions: () => Definitions;
  readonly kinds: ReadonlyMap<string, ChannelKind>;
  readonly world: ChannelWorld;
  /** where people open Milepost, without a slash at its end; null: notices have no link */
  readonly address: () => string | null;
  /** alarms raised up to then may have been told before, ms; null: none */
  readonly replayedUntil?: () => number | null;
  readonly log: Log;
  /** called every 15 s, for numbers that are read now and then */
  readonly measure?: () => Promise<void>;
  /** unique among all processes and starts; default: a new UUID */
  readonly owner?: string;
  /** how long the notifier's lease lasts, ms; default 15 s */
  readonly lease?: number;
  /** default: this machine's */
  readonly time?: NotifyingTime;
}

/** Where telling has its time and its chance from, so that a simulator can give others. */
export interface NotifyingTime extends LoopTime {
  /** the pause of a loop after a turn without work, ms */
  readonly rest: number;
  /** 0 up to 1 */
  random(): number;
  /** a signal that aborts after so many milliseconds */
  timeout(ms: number): AbortSignal;
}

export interface Notifying {
  /** There may be a change or an act to take. */
  wake(): void;
  /** what a channel failed with of late; null while it works */
  channelTrouble(channel: string): string | null;
  /** whether the channels deliver, by name; null where another process sends, or none does */
  channelStates(): ReadonlyMap<string, ChannelState> | null;
  /** what telling as a whole suffers from; null while it works */
  trouble(): string | null;
  /** Waits for what is under way; twice is fine. */
  stop(): Promise<void>;
}

const REAL_TIME = { rest: 1000, random: Math.random, timeout: (ms: number) => AbortSignal.timeout(ms) };
const MEASURE_EVERY = 15_000;
/** Under a load of alarms there is a turn that often, ms: nobody reads faster, and those who decide have the machine. */
const PACE = 20;

/** What is wrong with the channels of some definitions: unknown kinds, wrong settings. Does no I/O. */
export function checkChannels(
  channels: Iterable<ChannelDefinition>,
  kinds: ReadonlyMap<string, ChannelKind>,
): readonly Finding[] {
  return [...channels].flatMap((channel): readonly Finding[] => {
    const kind = kinds.get(channel.type);
    if (kind === undefined) {
      const message = `no kind of channel is called '${channel.type}': use one of ${[...kinds.keys()].join(', ')}`;
      return [{ at: channel.typeAt, severity: 'error', code: 'unknown-channel-type', message }];
    }
    const checked = kind.check(channel.settings);
    if (kind.wordsElsewhere === true && (channel.subject ?? channel.text) !== null) {
      const message = `'subject' and 'text' are of no use here: write them in the document of '${channel.name}' at the relay, which composes the words`;
      return [{ at: channel.typeAt, severity: 'error', code: 'bad-setting', message }];
    }
    if (checked.ok) return [];
    return checked.problems.map(({ path, message }) => ({
      at: channel.settingsAt,
      severity: 'error',
      code: 'bad-setting',
      message: path === '' ? message : `${path}: ${message}`,
    }));
  });
}

/** Starts telling people. */
export function startNotifying(options: NotifyingOptions): Notifying {
  const { store, log } = options;
  const { owner = randomUUID(), time } = options;
  const channels = new Map<string, RunningChannel>();
  const notifier = createNotifier({
    ...{ ...options, owner, now: options.world.now },
    direct: ({ type, settings }) => options.kinds.get(type)?.direct?.(settings) === true,
    onOwed(owed) {
      for (const name of owed) channels.get(name)?.loop.wake();
    },
  });
  let measuredAt = 0;
  let abandonedAt = 0;
  const loop = startLoop({
    name: 'telling people',
    ...inTime(time),
    rest: () => {
      const due = notifier.dueAt() ?? Number.POSITIVE_INFINITY;
      return Math.max(1, Math.min(due - options.world.now(), inTime(time).rest));
    },
    pace: PACE,
    log,
    async turn() {
      await exchange();
      const turn = await notifier.turn();
      const now = options.world.now();
      if (notifier.leads() && now - abandonedAt >= 60_000) {
        abandonedAt = now;
        await store.abandon([...channels.keys()], now);
      }
      if (options.measure !== undefined && now - measuredAt >= MEASURE_EVERY) {
        measuredAt = now;
        await options.measure();
      }
      return turn === 'worked' ? 'worked' : 'idle';
    },
  });
  /** Starts and stops channels, where the definitions were exchanged for others. */
  async function exchange(): Promise<void> {
    const wanted = options.definitions().notifying.channels;
    for (const [name, channel] of channels) {
      const definition = wanted.get(name);
      if (definition !== undefined && JSON.stringify(definition) === channel.written) continue;
      channels.delete(name);
      await channel.stop();
    }
    for (const [name, definition] of wanted)
      if (!channels.has(name)) channels.set(name, startChannel(definition, options, notifier.leads));
  }

  let stopping: Promise<void> | null = null;
  const stop = async () => {
    await loop.stop();
    await notifier.stop().catch((error: unknown) => log.warn(`telling people: ${reasonOf(error)}`));
    await Promise.all([...channels.values()].map((channel) => channel.stop()));
  };
  return {
    wake: loop.wake,
    channelTrouble: (name) => channels.get(name)?.trouble() ?? null,
    channelStates: () =>
      notifier.leads() ? new Map([...channels].map(([name, channel]) => [name, channel.state()])) : null,
    trouble: loop.trouble,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** What a loop is told of time. */
function inTime(time: NotifyingTime | undefined) {
  return time === undefined ? { rest: REAL_TIME.rest } : { rest: time.rest, time };
}

interface RunningChannel {
  /** its definition as it was when it was started */
  readonly written: string;
  readonly loop: Loop;
  trouble(): string | null;
  state(): ChannelState;
  stop(): Promise<void>;
}

function startChannel(
  definition: ChannelDefinition,
  options: NotifyingOptions,
  leads: () => boolean,
): RunningChannel {
  const { name } = definition;
  const written = JSON.stringify(definition);
  const [wrong] = checkChannels([definition], options.kinds);
  const kind = options.kinds.get(definition.type);
  const checked = kind?.check(definition.settings);
  if (wrong !== undefined || checked?.ok !== true) {
    const reason = wrong?.message ?? 'its settings are wrong';
    options.log.error(`channel ${name}: ${reason}; what it is owed waits`);
    return idleChannel({ name, written, reason, since: options.world.now(), log: options.log });
  }
  const channel: Channel = checked.channel.open(options.world);
  const { random, timeout } = options.time ?? REAL_TIME;
  let dispatcher: Dispatcher | null = null;
  const loop = startLoop({
    name: `channel ${name}`,
    ...inTime(options.time),
    log: options.log,
    async turn() {
      // Only where the notifier runs, so that a quota is kept whatever number of processes there are.
      if (!leads()) return 'idle';
      dispatcher ??= createDispatcher({
        definition: { ...definition, quota: definition.quota ?? kind?.quota ?? null },
        channel,
        store: options.store,
        address: options.address(),
        now: options.world.now,
        random,
        timeout,
        atOnce: kind?.atOnce ?? 1,
      });
      return dispatcher.turn();
    },
  });
  return {
    written,
    loop,
    trouble: () => loop.trouble() ?? dispatcher?.trouble() ?? null,
    state: () => dispatcher?.state() ?? { kind: 'unknown' },
    async stop() {
      await loop.stop();
      await channel.close();
    },
  };
}

function idleChannel(what: {
  readonly name: string;
  readonly written: string;
  readonly reason: string;
  readonly since: number;
  readonly log: Log;
}): RunningChannel {
  const { name, written, reason, since, log } = what;
  const loop = startLoop({ name: `channel ${name}`, rest: 60_000, log, turn: async () => 'idle' });
  const state: ChannelState = { kind: 'down', since, reason };
  return { written, loop, trouble: () => reason, state: () => state, stop: () => loop.stop() };
}
