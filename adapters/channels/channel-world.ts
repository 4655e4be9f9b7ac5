import type { Log } from '../log.ts';
import type { ChannelWorld } from './channel-kind.ts';
import { readSecret } from './secret.ts';

/** What channels may use in a running Milepost: secrets, ways into NATS where there is NATS, the clock, standard output. */
export function channelWorld(nats: Pick<ChannelWorld, 'publish' | 'hand'>, log: Log): ChannelWorld {
  return {
    secret: (ref) => readSecret(ref, process.env),
    ...{ ...nats, log, out: process.stdout, now: Date.now },
  };
}
