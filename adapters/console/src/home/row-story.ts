/** What a row of the day says in words: what is happening, and what to measure it by. */
import type { AlarmItem, LedgerRow, UsualFlow } from '../api/answers.ts';
import { clock, span } from '../time/format-time.ts';
import { titleIn, type Words } from '../words/words.ts';

export interface RowStory {
  /** the sentence */
  readonly headline: string;
  /** what it is measured by */
  readonly measures: readonly string[];
  /** the text of the alarm that says most; null where none is open */
  readonly alarm: AlarmItem | null;
}

export interface StoryContext {
  readonly words: Words;
  readonly zone: string;
  readonly now: number;
  readonly usual: UsualFlow | undefined;
  /** title of the flow that it starts after; null where it does not */
  readonly after: string | null;
  /** the open alarms of the row, the worst first */
  readonly alarms: readonly AlarmItem[];
}

/** The story of a row. */
export function rowStory(row: LedgerRow, context: StoryContext): RowStory {
  const [alarm = null] = context.alarms;
  return { headline: headline(row, context), measures: measures(row, context), alarm };
}

function headline(row: LedgerRow, context: StoryContext): string {
  const { words, zone, now } = context;
  const { home, language } = words;
  if (row.many !== null) return crowd(row.many, words);
  const since = (time: string) => span(now - Date.parse(time), language);
  const [waiver] = row.waivers;
  switch (row.status) {
    case 'excused':
      return waiver === undefined ? home.excused : home.excusedBy(waiver.by, waiver.reason);
    case 'missing':
      return home.missing;
    case 'unknown':
      if (row.startedAt === null) return home.unknown;
      break;
    case 'failed':
      return home.failedAt(row.endedAt === null ? '' : clock(row.endedAt, zone));
    case 'on-time':
    case 'late':
      return finished(row, context);
    case 'not-due':
      return upcoming(row, context);
    default:
  }
  const [first, ...others] = row.waitingFor.length > 0 ? row.waitingFor : row.underWay;
  if (first === undefined)
    return row.startedAt === null ? home.unknown : home.runningFor(since(row.startedAt));
  if (first.step === null) return home.waitingStart(since(first.since));
  const title = titleIn(language, first.title, first.step);
  const more = others.length > 0 ? ` ${home.andMore(others.length)}` : '';
  const said = row.waitingFor.length > 0 ? home.waitingFor : home.underWay;
  return said(title, since(first.since)) + more;
}

/** How many of many instances have which status. */
function crowd(many: NonNullable<LedgerRow['many']>, { home, status }: Words): string {
  const counts = STATUSES.filter((one) => many[one] > 0);
  return counts.map((one) => home.manyIn(many[one], status.instance[one])).join(' · ');
}

const STATUSES = ['running', 'expected', 'committed', 'failed', 'abandoned'] as const;

function finished(row: LedgerRow, { words, zone }: StoryContext): string {
  if (row.startedAt === null || row.endedAt === null) return words.status.row[row.status];
  const took = span(Date.parse(row.endedAt) - Date.parse(row.startedAt), words.language);
  return words.home.finished(clock(row.endedAt, zone), took);
}

function upcoming(row: LedgerRow, { words, zone, usual, after }: StoryContext): string {
  if (row.startDue !== null) return words.home.startsBy(clock(row.startDue, zone));
  if (after !== null) return words.home.after(after);
  return usual?.start != null ? words.home.usuallyAt(clock(usual.start, zone)) : words.status.row['not-due'];
}

function measures(row: LedgerRow, context: StoryContext): readonly string[] {
  const { words, zone, now, usual } = context;
  const { home, language } = words;
  const said: string[] = [];
  if (row.status === 'unknown' || row.status === 'missing') return said;
  const over = row.status === 'on-time' || row.status === 'late' || row.status === 'failed';
  if (row.deadline !== null && row.status !== 'excused') {
    const deadline = Date.parse(row.deadline);
    const end = row.endedAt === null ? now : Date.parse(row.endedAt);
    if (end > deadline) said.push(home.overBy(span(end - deadline, language)));
    else if (!over) said.push(home.due(clock(row.deadline, zone)));
  }
  const usually = usualSpan(row, usual);
  if (usually !== null) said.push(home.usually(span(usually, language)));
  if (row.late && row.startDue !== null && row.startedAt !== null) {
    const behind = Date.parse(row.startedAt) - Date.parse(row.startDue);
    if (behind >= 1000) said.push(home.startedLate(span(behind, language)));
  }
  if (row.deviated) said.push(home.deviated);
  if (row.corrected) said.push(home.corrected);
  return said;
}

/** Of fewer instances nothing is usual. */
const ENOUGH = 3;

/** How long it usually takes: the step that the row waits for, else all of it. */
function usualSpan(row: LedgerRow, usual: UsualFlow | undefined): number | null {
  if (usual === undefined || usual.of < ENOUGH || row.status === 'excused' || row.status === 'missing')
    return null;
  const step = (row.waitingFor[0] ?? row.underWay[0])?.step ?? null;
  return (step === null ? null : usual.steps[step]) ?? usual.took;
}
