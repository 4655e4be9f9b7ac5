/** What the notifier remembers between turns. Readonly plain values; every entry is stored as a row of its own. */
import type { Match, Severity } from '../../definitions/index.ts';
import type { Recipient } from './channel.ts';
import type { Handling } from './handling.ts';
import type { Changes } from './shelf.ts';

/** What people are told of as one thing, from the first notice to the recovery. */
export interface Trouble {
  /** `<policy>/<id of the alarm that began it>`: the thread of its notices */
  readonly id: string;
  /** what its alarms agree in */
  readonly key: string;
  /** '' where no policy takes its alarms */
  readonly policy: string;
  /** index of the route by which it is told; null: none matches */
  readonly route: number | null;
  /** ids of its alarms, in the order in which they came; those that ended long ago are left out */
  readonly members: readonly string[];
  readonly openedAt: number;
  /** when it is looked at next; null: when something happens */
  readonly lookAt: number | null;
  /** when the first notice of this route went out; null: not told yet */
  readonly toldAt: number | null;
  readonly lastToldAt: number | null;
  /** the severity that people know; null: not told yet */
  readonly severity: Severity | null;
  /** the highest level told; 0: none */
  readonly level: number;
  readonly escalateAt: number | null;
  readonly repeatAt: number | null;
  /** persons told by the level last told, for their backup and head */
  readonly persons: readonly string[];
  /** everybody who was told, by channel: who hears of changes and of the recovery */
  readonly audience: Readonly<Record<string, readonly Recipient[]>>;
  /** the storm that told of it; null: it was told by itself */
  readonly storm: string | null;
  /** how many notices were decided, for their ids */
  readonly notices: number;
}

/** Nobody is told of what it matches. */
export interface Silence {
  readonly id: string;
  readonly match: Match;
  readonly from: number;
  readonly until: number;
  readonly by: string;
  readonly reason: string;
  readonly createdAt: number;
  /** the alarm that it was made from */
  readonly alarm: string | null;
  /** ended before its time */
  readonly endedBy: string | null;
}

/** How often of late: an alarm over its episodes, to tell whether it flaps, or the new troubles of a policy. */
export interface Item {
  readonly id: string;
  /** when it was, of late */
  readonly raises: readonly number[];
  /** since when it flaps; null: it does not */
  readonly since: number | null;
  /** when it is calm, or forgotten */
  readonly until: number;
}

/** New troubles of one policy that are told as one. */
export interface Storm {
  /** `<policy>/storm/<time>`: the thread of its notices */
  readonly id: string;
  readonly policy: string;
  readonly since: number;
  /** the worst of it */
  readonly severity: Severity;
  readonly lastToldAt: number | null;
  readonly troubles: readonly string[];
  /** of these, those that no summary lists yet */
  readonly pending: readonly string[];
  readonly lookAt: number;
  /** when it is over unless more comes; null: it is, and some of it stands */
  readonly calmAt: number | null;
  readonly audience: Readonly<Record<string, readonly Recipient[]>>;
  readonly notices: number;
}

export interface NotifierState {
  readonly handlings: ReadonlyMap<string, Handling>;
  readonly troubles: ReadonlyMap<string, Trouble>;
  readonly silences: ReadonlyMap<string, Silence>;
  readonly items: ReadonlyMap<string, Item>;
  readonly storms: ReadonlyMap<string, Storm>;
}

/** What a turn changes of it. */
export interface StateChanges {
  readonly handlings: Changes<Handling>;
  readonly troubles: Changes<Trouble>;
  readonly silences: Changes<Silence>;
  readonly items: Changes<Item>;
  readonly storms: Changes<Storm>;
}

export const NO_STATE: NotifierState = {
  handlings: new Map(),
  troubles: new Map(),
  silences: new Map(),
  items: new Map(),
  storms: new Map(),
};
