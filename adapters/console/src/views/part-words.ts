/** What makes a node what it is, in words. */
import type { ViewPart } from '../api/view-answers.ts';
import { clock, span } from '../time/format-time.ts';
import { alarmTextIn } from '../words/alarm-text.ts';
import { titleIn, type Words } from '../words/words.ts';

/** The reason of a part in the chosen language; times in the zone of its flow, spans until `now`, ms. */
export function reasonWords(
  { step, reason, count }: ViewPart,
  words: Words,
  zone: string,
  now: number,
): string {
  const { home, status, view, language } = words;
  const { at } = reason;
  const since = at === null ? null : span(now - Date.parse(at), language);
  const about = reason.step === null ? null : titleIn(language, reason.step.title, reason.step.name);
  switch (reason.kind) {
    case 'alarm':
      return reason.alarm === null ? '' : alarmTextIn(language, reason.alarm);
    case 'waiting':
      if (since === null) return status.row.waiting;
      if (about !== null) return home.waitingFor(about, since);
      return home.waitingStart(since);
    case 'expected':
      return since === null ? status.step.active : view.expectedFor(since);
    case 'running':
      if (since === null) return status.row.running;
      return about === null ? home.runningFor(since) : home.underWay(about, since);
    case 'not-due':
      if (at !== null) return home.startsBy(clock(at, zone));
      return step === null ? status.row['not-due'] : status.step.idle;
    case 'excused':
      return reason.waiver === null ? home.excused : home.excusedBy(reason.waiver.by, reason.waiver.reason);
    case 'failed':
      return home.failedAt(at === null ? '' : clock(at, zone));
    case 'done':
      return at === null ? status.tone.done : view.doneAt(clock(at, zone));
    case 'late':
      return at === null ? status.row.late : view.lateAt(clock(at, zone));
    case 'missing':
      return home.missing;
    case 'unknown':
      return home.unknown;
    case 'others':
      return view.more(count);
    case 'withdrawn':
      return status.step.withdrawn;
    default:
      return reason.kind satisfies never;
  }
}

/** What a part is called: its flow, its step where it is one, and its instance. */
export function partWords(
  part: ViewPart,
  words: Words,
): { readonly name: string; readonly key: string | null } {
  const flow = titleIn(words.language, part.title, part.flow);
  const step = part.step === null ? null : titleIn(words.language, part.step.title, part.step.name);
  return { name: step === null ? flow : `${flow} · ${step}`, key: part.key };
}
