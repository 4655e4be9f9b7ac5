import type { ChannelWorld, RelayedStore, Relaying, RelayOutcome } from '../channels/index.ts';
import type { HealthReport, ProbesOptions } from '../http/index.ts';

/** A way by which notices come to a relay. */
export interface RelayWay {
  readonly natsUrl: string | null;
  readonly publish: ChannelWorld['publish'];
  /** Opens what has come for a channel. */
  open(channel: string, onOutcome: (outcome: RelayOutcome) => void): Promise<RelayedStore>;
  readonly onOutcome: (outcome: RelayOutcome) => void;
  /** Begins what needs the channels; gives what the port has beside the probes. */
  begin(relaying: () => Relaying): Pick<ProbesOptions, 'routes' | 'bodyLimit' | 'tls'>;
  health(): Pick<HealthReport, 'live' | 'checks'>;
  /** Reads its secrets again. */
  reload(): Promise<void>;
  /** resolves when it cannot go on, with the reason */
  readonly ended: Promise<string>;
}
