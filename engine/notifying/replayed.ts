/** What may have been told before: after a restore or another replay the notifier has forgotten what it told. */
import type { Language } from '../alarm-text.ts';
import type { NoticeWords } from './channel.ts';
import type { Desk } from './desk.ts';

/** Whether all of these alarms were raised before the replay began; false for none. */
export function isReplayed(
  { replayedUntil }: Pick<Desk, 'replayedUntil'>,
  alarms: readonly { readonly raisedAt: number }[],
): boolean {
  return (
    replayedUntil !== null && alarms.length > 0 && alarms.every(({ raisedAt }) => raisedAt <= replayedUntil)
  );
}

/** The words with the remark that they may be known. */
export function markReplayed(
  words: Readonly<Record<Language, NoticeWords>>,
): Readonly<Record<Language, NoticeWords>> {
  const { en, zh } = words;
  return {
    en: {
      subject: `[REPLAYED] ${en.subject}`,
      text: `After a restore or a replay: this may have been told before.\n${en.text}`,
    },
    zh: { subject: `【重放】${zh.subject}`, text: `恢复或重放之后：此前可能已通知过。\n${zh.text}` },
  };
}
