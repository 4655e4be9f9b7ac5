/** Notices that are about no alarm of their own: what a `notify` rule asks for, and what another channel could not deliver. */
import type { Notice } from './channel.ts';
import type { Desk } from './desk.ts';
import type { NotifyFact } from './notify-fact.ts';
import { wordsOf } from './words.ts';

const PLAIN = { level: 1, alarms: [], folded: [], to: [], troubles: 0 } as const;

/** Tells what a rule asked for, to the channel that it names. */
export function tellWish(desk: Desk, wish: NotifyFact & { readonly kind: 'wish' }): void {
  const { id, channel, flow, key, text } = wish;
  const extra = `${flow} ${key}: ${text}`;
  desk.notices.push({
    ...{ id: `wish/${id}`, channel, kind: 'notify', thread: `wish/${flow}/${key}`, recovered: false },
    ...{ severity: 'info', level: 1, at: desk.now, path: null, to: [], alarms: [], folded: [] },
    words: wordsOf(desk.definitions, { ...PLAIN, kind: 'notify', severity: 'info', extra }),
  });
}

/** Tells the fallback of a channel what that could not deliver, once; what a fallback cannot deliver goes nowhere else. */
export function tellUndeliverable(desk: Desk, notice: Notice, reason: string): void {
  const channel = desk.notifying.channels.get(notice.channel)?.fallback ?? null;
  if (channel === null || channel === notice.channel || notice.kind === 'undeliverable') return;
  const { severity, alarms, folded, thread, level, path } = notice;
  const extra = `${notice.channel}: ${reason}`;
  const words = wordsOf(desk.definitions, {
    ...PLAIN,
    kind: 'undeliverable',
    severity,
    alarms,
    folded,
    extra,
  });
  desk.notices.push({
    ...{ id: `${notice.id}/undeliverable`, channel, kind: 'undeliverable', thread, recovered: false },
    ...{ severity, level, at: desk.now, words, path, to: [], alarms, folded },
  });
}
