import type { Log } from '../log.ts';
import type { ChannelWorld } from './channel-kind.ts';
import { readSecret } from './secret.ts';

/** What channels may use in a running Milepost: secrets, a way to publish where there is NATS, the clock, standard output. */
export function channelWorld(publish: ChannelWorld['publish'], log: Log): ChannelWorld {
  return {
    secret: (ref) => readSecret(ref, process.env),
    ...{ publish, log, out: process.stdout, now: Date.now },
  };
}
