/** Notices out of the desk: one per channel and language, to everybody who is to hear it there. */
import type { Severity } from '../../definitions/index.ts';
import type { Notice, NoticeKind, Recipient } from './channel.ts';
import { downBy } from './channel-alarms.ts';
import type { Desk } from './desk.ts';
import { type Handling, listed } from './handling.ts';
import { isReplayed, markReplayed } from './replayed.ts';
import type { Delivery } from './route.ts';
import { wordsOf } from './words.ts';

/** What is to be told. */
export interface Telling {
  /** unique for this thread: the notices' ids are made of it and the channel */
  readonly id: string;
  readonly kind: NoticeKind;
  readonly thread: string;
  readonly severity: Severity;
  readonly level: number;
  readonly deliveries: readonly Delivery[];
  readonly alarms: readonly Handling[];
  readonly folded: readonly Handling[];
  readonly troubles?: number;
  readonly extra?: string | null;
}

/**
 * Puts one notice per channel on the desk, and where each reads his own one per language. A channel that is not told of
 * recoveries is left out of them, and one that is down out of what says so.
 */
export function tellPeople(desk: Desk, telling: Telling): void {
  const { id, kind, thread, severity, level } = telling;
  const recovered = kind === 'recovered';
  const alarms = telling.alarms.map((each) => listed(desk.definitions, each));
  const folded = telling.folded.map((each) => listed(desk.definitions, each));
  const { troubles = 0, extra = null } = telling;
  for (const { channel, to } of telling.deliveries) {
    if (alarms.some((alarm) => downBy(alarm) === channel)) continue;
    if (recovered && desk.notifying.channels.get(channel)?.recovery === false) continue;
    const plain = wordsOf(desk.definitions, { kind, severity, level, alarms, folded, to, troubles, extra });
    const replayed = isReplayed(desk, alarms);
    const words = replayed ? markReplayed(plain) : plain;
    const [first] = alarms;
    const path = first === undefined ? null : `/alarms/${encodeURIComponent(first.id)}`;
    for (const [language, readers] of byLanguage(desk, channel, to)) {
      const own = language === null ? '' : `/${language}`;
      const notice: Notice = {
        ...{ id: `${id}/${channel}${own}`, channel, kind, thread, recovered, severity, level },
        ...{ at: desk.now, words, path, to: readers, alarms, folded },
        ...(language === null ? {} : { language }),
        ...(replayed ? { replayed } : {}),
      };
      desk.notices.push(notice);
    }
  }
}

/** The recipients by the language that they are told in, those of the channel's own (null) first. */
function byLanguage(desk: Desk, channel: string, to: Delivery['to']) {
  const groups = Map.groupBy(to, ({ name }) => desk.languageOf(channel, name));
  if (groups.size === 0) groups.set(null, []);
  return [...groups].toSorted(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1));
}

export type Audience = Readonly<Record<string, readonly Recipient[]>>;

/** An audience with those of some deliveries; nobody twice on a channel. */
export function withDeliveries(audience: Audience, deliveries: readonly Delivery[]): Audience {
  const all = new Map(Object.entries(audience));
  for (const { channel, to } of deliveries) {
    const known = all.get(channel) ?? [];
    all.set(channel, [
      ...known,
      ...to.filter(({ address }) => !known.some((each) => each.address === address)),
    ]);
  }
  return Object.fromEntries(all);
}

/** An audience as deliveries, by the name of the channel. */
export function deliveriesTo(audience: Audience): readonly Delivery[] {
  return Object.entries(audience)
    .map(([channel, to]) => ({ channel, to }))
    .toSorted((a, b) => (a.channel < b.channel ? -1 : 1));
}
