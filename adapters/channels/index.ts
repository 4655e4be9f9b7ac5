import type { ChannelKind } from './channel-kind.ts';
import { BELL, LOG } from './write-channel.ts';

export type { ChannelKind, ChannelWorld, PreparedChannel, SecretRef } from './channel-kind.ts';
export { readSecretRef } from './channel-kind.ts';
export { readSecret, SecretError } from './secret.ts';

/** Every kind of channel, by the word after `type:`. A new one is a file of its own and a line here. */
export const CHANNEL_KINDS: ReadonlyMap<string, ChannelKind> = new Map(
  [BELL, LOG].map((kind) => [kind.type, kind]),
);
