/**
 * A relay, running: one loop a channel, each with the dispatcher that sends from a database elsewhere: retry, quota, breaker
 * and deadline are the same. A channel whose settings are wrong leaves its notices where they are, and says so.
 */
import type { ChannelDefinition, Definitions } from '../../definitions/index.ts';
import { type ChannelState, createDispatcher, type Dispatcher } from '../../engine/index.ts';
import type { Log } from '../log.ts';
import { startLoop } from '../loop.ts';
import type { ChannelKind, ChannelWorld } from './channel-kind.ts';
import type { RelayedStore, RelayOutcome } from './relay-store.ts';
import { checkChannels } from './start-notifying.ts';

export interface RelayingOptions {
  readonly definitions: Definitions;
  readonly kinds: ReadonlyMap<string, ChannelKind>;
  readonly world: ChannelWorld;
  readonly open: (channel: string, onOutcome: (outcome: RelayOutcome) => void) => Promise<RelayedStore>;
  readonly onOutcome: (outcome: RelayOutcome) => void;
  readonly log: Log;
}

export interface Relaying {
  /** the channels that are sent over */
  readonly channels: ReadonlySet<string>;
  /** what channels suffer from, by name; those that work are left out */
  troubles(): ReadonlyMap<string, string>;
  /** Why nothing can be sent over a channel at present; null where nothing is known to be wrong. */
  down(channel: string): string | null;
  stop(): Promise<void>;
}

const REST = 200;

/** Starts to send what comes for the channels of some definitions. */
export function startRelaying(options: RelayingOptions): Relaying {
  const running = new Map<string, RunningRelay>();
  const wrong = new Map<string, string>();
  for (const [name, definition] of options.definitions.notifying.channels) {
    const [finding] = checkChannels([definition], options.kinds);
    const reason = definition.type === 'relay' ? 'a relay hands nothing to another relay' : finding?.message;
    const started = reason === undefined ? startChannel(definition, options) : null;
    if (started !== null) running.set(name, started);
    else {
      wrong.set(name, reason ?? 'its settings are wrong');
      options.log.error(`channel ${name}: ${wrong.get(name)}; what comes for it waits`);
    }
  }
  return {
    channels: new Set(running.keys()),
    troubles() {
      const troubles = [...running].map(([name, channel]) => [name, channel.trouble()] as const);
      return new Map([
        ...wrong,
        ...troubles.flatMap(([name, trouble]) => (trouble === null ? [] : [[name, trouble] as const])),
      ]);
    },
    down(name) {
      const state = running.get(name)?.state();
      if (state === undefined) return wrong.get(name) ?? `the relay has no document of channel ${name}`;
      return state.kind === 'down' ? state.reason : null;
    },
    async stop() {
      await Promise.all([...running.values()].map((channel) => channel.stop()));
    },
  };
}

interface RunningRelay {
  trouble(): string | null;
  state(): ChannelState;
  stop(): Promise<void>;
}

function startChannel(definition: ChannelDefinition, options: RelayingOptions): RunningRelay | null {
  const { world, log, open } = options;
  const { name } = definition;
  const kind = options.kinds.get(definition.type);
  const checked = kind?.check(definition.settings);
  if (checked?.ok !== true) return null;
  const channel = checked.channel.open(world);
  let kept: RelayedStore | null = null;
  let dispatcher: Dispatcher | null = null;
  const onOutcome = (outcome: RelayOutcome) => {
    const { id, state, reason } = outcome;
    if (state === 'sent') log.info(`channel ${name}: notice ${id} sent`);
    else log.error(`channel ${name}: notice ${id} given up (${state}): ${reason}`);
    options.onOutcome(outcome);
  };
  const loop = startLoop({
    name: `channel ${name}`,
    rest: REST,
    log,
    async turn() {
      kept ??= await open(name, onOutcome);
      dispatcher ??= createDispatcher({
        definition: { ...definition, quota: definition.quota ?? kind?.quota ?? null },
        ...{ channel, store: kept.store, atOnce: kind?.atOnce ?? 1 },
        // a relayed notice brings its whole link
        address: '',
        now: world.now,
        random: Math.random,
        timeout: (ms) => AbortSignal.timeout(ms),
      });
      return dispatcher.turn();
    },
  });
  return {
    trouble: () => loop.trouble() ?? dispatcher?.trouble() ?? null,
    state: () => dispatcher?.state() ?? { kind: 'unknown' },
    async stop() {
      await loop.stop();
      await kept?.close();
      await channel.close();
    },
  };
}
