import { ALERTMANAGER } from './alertmanager.ts';
import type { ChannelKind } from './channel-kind.ts';
import { EMAIL } from './email.ts';
import { NATS_SUBJECT } from './nats-subject.ts';
import { RELAY } from './relay.ts';
import { SNMP_TRAP } from './snmp-trap.ts';
import { WEBHOOK } from './webhook.ts';
import { WECOM_APP } from './wecom-app.ts';
import { WECOM_ROBOT } from './wecom-robot.ts';
import { BELL, LOG } from './write-channel.ts';

export type { ChannelKind, ChannelWorld, PreparedChannel, SecretRef } from './channel-kind.ts';
export { readSecretRef } from './channel-kind.ts';
export { channelWorld } from './channel-world.ts';
export { examineRelay } from './examine-relay.ts';
export { openKeptNotices } from './kept-notices.ts';
export { openJournal } from './notice-journal.ts';
export { createRelayIntake, LONGEST_RELAYED } from './relay-intake.ts';
export { type RelayedStore, type RelayOutcome, relayStore } from './relay-store.ts';
export { readSecret, SecretError } from './secret.ts';
export { checkChannels, type Notifying, type NotifyingOptions, startNotifying } from './start-notifying.ts';
export { type Relaying, startRelaying } from './start-relaying.ts';

/** Every kind of channel, by the word after `type:`. A new one is a file of its own and a line here. */
export const CHANNEL_KINDS: ReadonlyMap<string, ChannelKind> = new Map(
  [BELL, LOG, WECOM_ROBOT, WECOM_APP, EMAIL, WEBHOOK, ALERTMANAGER, SNMP_TRAP, NATS_SUBJECT, RELAY].map(
    (kind) => [kind.type, kind],
  ),
);
