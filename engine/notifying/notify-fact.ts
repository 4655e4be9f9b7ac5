/** What the notifier takes, and what it gives. */

import type { AlarmNews } from '../alarm-news.ts';
import type { Notice } from './channel.ts';
import type { ActOutcome } from './desk.ts';
import type { Handling, HistoryEntry } from './handling.ts';
import type { HandlingAct } from './handling-act.ts';
import type { StateChanges } from './notifier-state.ts';

/** Something that happened: an alarm's latest form, a rule's wish, an operator's act, a notice that cannot be delivered. */
export type NotifyFact =
  | { readonly kind: 'alarm'; readonly alarm: AlarmNews }
  /** `id` is the same on every reading */
  | {
      readonly kind: 'wish';
      readonly id: string;
      readonly channel: string;
      readonly text: string;
      readonly flow: string;
      readonly key: string;
    }
  /** `known` is the handling of an alarm that is over, where there is one */
  | { readonly kind: 'act'; readonly act: HandlingAct; readonly known: Handling | null }
  /** other definitions are in force: what nobody was told of may have a route now */
  | { readonly kind: 'definitions' }
  | { readonly kind: 'undeliverable'; readonly notice: Notice; readonly reason: string };

/** What came of a turn. */
export interface NotifyDecision extends StateChanges {
  readonly notices: readonly Notice[];
  readonly history: readonly HistoryEntry[];
  readonly acts: readonly ActOutcome[];
}
