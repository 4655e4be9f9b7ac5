/**
 * What stands at the end of the channels: takes notices, refuses some for good, is down, asks for patience, or takes them
 * (or not) and never answers. The network on the way loses questions and answers as it does for everything else.
 */
import type { ChannelKind } from '../../../adapters/channels/index.ts';
import type { Channel, Sending, SendOutcome } from '../../../engine/index.ts';
import type { Random } from '../random.ts';
import type { SimulatedProcess } from './process.ts';
import type { Reached } from './reached.ts';
import type { Scheduler } from './scheduler.ts';

export type Mood = 'down' | 'patience' | 'silent';

export interface EndpointsOptions {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly reached: Reached;
  /** whether something may go wrong now */
  readonly disturbed: () => boolean;
  /** told of every notice that comes to an end, and whether that took it */
  readonly arrived: (sending: Sending, by: string, taken: boolean) => void;
}

/** When whoever sends gives up waiting, ms. */
const TIMEOUT = 10_000;
/** So many failures in a row open the breaker of a dispatcher. */
const BREAKS = 5;

class Unanswered extends Error {
  readonly refused: boolean;
  constructor(reason: string) {
    super(reason);
    this.refused = reason === 'the connection was refused';
  }
}

export class Endpoints {
  /** ids of what was refused for good */
  readonly refused = new Set<string>();
  readonly #options: EndpointsOptions;
  readonly #moods = new Map<string, { readonly mood: Mood; readonly until: number }>();

  constructor(options: EndpointsOptions) {
    this.#options = options;
  }

  /** Puts an end into a mood for a time, ms. */
  change(channel: string, mood: Mood, lasts: number): void {
    this.#moods.set(channel, { mood, until: this.#options.scheduler.now + lasts });
  }

  calm(): void {
    this.#moods.clear();
  }

  /** The kind of all channels, as a process has it. */
  kind(process: SimulatedProcess, plant: (channel: Channel) => Channel): ChannelKind {
    return {
      ...{ type: 'endpoint', about: 'Sends to a model.', settings: [] },
      check: () => ({ ok: true, channel: { open: () => plant(this.channel(process)) } }),
    };
  }

  channel(process: SimulatedProcess): Channel {
    let failures = 0;
    return {
      send: async (sending) => {
        const outcome = await this.#send(process, sending);
        const failed = outcome.kind === 'retry' || outcome.kind === 'unknown';
        if (!failed && failures >= BREAKS) this.#options.reached.add('breaker closed');
        failures = failed ? failures + 1 : 0;
        if (failures === BREAKS) this.#options.reached.add('breaker open');
        if (outcome.kind === 'unknown') this.#options.reached.add('send unknown');
        return outcome;
      },
      close: async () => undefined,
    };
  }

  /** What an end does with a notice that came. */
  take(sending: Sending, by: string): SendOutcome | 'silence' {
    const { scheduler, random, reached, disturbed, arrived } = this.#options;
    const { mood, until } = this.#moods.get(sending.channel) ?? { mood: 'down', until: 0 };
    scheduler.note(
      `${sending.channel} hears ${sending.kind} ${sending.id} from ${by}, attempt ${sending.attempt}`,
    );
    if (until > scheduler.now && mood !== 'silent') {
      arrived(sending, by, false);
      if (mood === 'down') return { kind: 'retry', after: null, reason: 'it is down' };
      reached.add('Retry-After');
      return { kind: 'retry', after: until - scheduler.now, reason: 'too many requests' };
    }
    if (this.refused.has(sending.id) || (disturbed() && random.chance(0.02))) {
      reached.add('notice refused for good');
      this.refused.add(sending.id);
      arrived(sending, by, false);
      return { kind: 'failed', reason: 'no such recipient' };
    }
    const silent = until > scheduler.now && mood === 'silent';
    const taken = !silent || random.chance(0.5);
    arrived(sending, by, taken);
    return silent ? 'silence' : { kind: 'sent', detail: null };
  }

  async #send(process: SimulatedProcess, sending: Sending): Promise<SendOutcome> {
    try {
      const outcome = await process.call({
        name: 'send',
        failure: (reason) => new Unanswered(reason),
        effect: async () => this.take(sending, process.name),
      });
      if (outcome !== 'silence') return outcome;
      return new Promise((resolve) =>
        process.hear(TIMEOUT, 'send not answered', () =>
          resolve({ kind: 'unknown', reason: 'no answer in time' }),
        ),
      );
    } catch (error) {
      if (error instanceof Unanswered)
        return error.refused
          ? { kind: 'retry', after: null, reason: error.message }
          : { kind: 'unknown', reason: error.message };
      throw error;
    }
  }
}
