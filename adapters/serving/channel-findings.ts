import type { Definitions, Finding } from '../../definitions/index.ts';
import { CHANNEL_KINDS, checkChannels } from '../channels/index.ts';

/** What is wrong with the channels of some definitions: kinds that are not there, settings that are wrong. Does no I/O. */
export function channelFindings({ notifying }: Definitions): readonly Finding[] {
  return checkChannels(notifying.channels.values(), CHANNEL_KINDS);
}
