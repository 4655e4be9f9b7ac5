/**
 * What is done about one alarm: who has acknowledged it, who it is assigned to, whether people were told, and why not.
 *
 * 1. The state is the alarm machine's: an act that its table does not know is refused.
 * 2. `outcome` says for every alarm, at any time, what became of telling it; `because` names what it is due to.
 * 3. What was told once stays told: a silence or another alarm that comes later takes nothing back.
 */
import { parseTime } from '../../checkpoints/index.ts';
import type { AlarmTraits, Definitions, Severity } from '../../definitions/index.ts';
import type { AlarmNews } from '../alarm-news.ts';
import type { NoticeAlarm } from './channel.ts';

export type Standing = 'open' | 'escalated' | 'acknowledged' | 'cleared' | 'closed';

/**
 * `waiting`: to be looked at; `told`: by a notice of its own trouble; `storm`: in a summary; `flapping`: told as such;
 * `folded`: told with the alarm that explains it; `muted`: by a silence or maintenance; `brief`: it ended before the
 * wait was over; `unrouted`: no policy or route takes it, or nobody stands behind any level.
 */
export type Outcome = 'waiting' | 'told' | 'storm' | 'flapping' | 'folded' | 'muted' | 'brief' | 'unrouted';

export interface Handling {
  readonly alarm: AlarmNews;
  readonly standing: Standing;
  /** the alarm's, or what it has risen to */
  readonly severity: Severity;
  /** when it rises next; null: not by itself */
  readonly risesAt: number | null;
  readonly outcome: Outcome;
  /** the id of the alarm that explains it, of the silence, or words; null where there is nothing to say */
  readonly because: string | null;
  /** the trouble it belongs to; null once that is over */
  readonly trouble: string | null;
  /** the alarm that it is a consequence of, while that stands */
  readonly root: string | null;
  readonly firstToldAt: number | null;
  readonly acknowledgedAt: number | null;
  readonly acknowledgedBy: string | null;
  readonly assignedTo: string | null;
  /** the highest level that was told; 0: none */
  readonly level: number;
  /** null: nobody has said */
  readonly useful: boolean | null;
  /** feeds that were told that it was raised, with the severity they know */
  readonly fed: Readonly<Record<string, Severity>>;
}

/** One line of what happened to an alarm. */
export interface HistoryEntry {
  readonly alarm: string;
  readonly at: number;
  readonly kind: HistoryKind;
  /** the name of the person; null: the engine */
  readonly by: string | null;
  readonly detail: string | null;
}

export type HistoryKind =
  | 'raised'
  | 'repeated'
  | 'risen'
  | 'told'
  | 'escalated'
  | 'folded'
  | 'unfolded'
  | 'muted'
  | 'unmuted'
  | 'flapping'
  | 'calm'
  | 'storm'
  | 'acknowledged'
  | 'unacknowledged'
  | 'assigned'
  | 'commented'
  | 'not-useful'
  | 'cleared'
  | 'closed';

/** Whether its cause stands. */
export function isOpen({ standing }: Handling): boolean {
  return standing === 'open' || standing === 'escalated' || standing === 'acknowledged';
}

/** Whether people still have to be told again or further: it stands, and nobody sees to it. */
export function isUnanswered(handling: Handling): boolean {
  return isOpen(handling) && handling.standing !== 'acknowledged';
}

/** What policies look at; labels are those of its flow. */
export function traitsOf(definitions: Definitions, handling: Handling): AlarmTraits {
  const { source, group, flow, key, step, name, tradingDay } = handling.alarm;
  const labels = definitions.flows.get(flow)?.labels ?? {};
  return { severity: handling.severity, source, group, flow, key, step, name, tradingDay, labels };
}

/** An alarm as notices list it. */
export function listed(definitions: Definitions, handling: Handling): NoticeAlarm {
  return {
    ...handling.alarm,
    severity: handling.severity,
    labels: definitions.flows.get(handling.alarm.flow)?.labels ?? {},
    acknowledgedBy: handling.acknowledgedBy,
  };
}

/** The same alarm over its episodes: what flaps. */
export function itemOf({ id }: { readonly id: string }): string {
  return id.slice(0, id.lastIndexOf('/'));
}

/** Reads the body of an `alarm` change, as the worker wrote it; throws where it is none, since nobody else writes them. */
export function readAlarmChange(body: string): AlarmNews {
  const read = JSON.parse(body) as Record<string, unknown>; // each field is looked at below
  const text = (name: string): string => {
    const value = read[name];
    // No database takes NUL or half a character, and a single alarm must not stop all telling.
    if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '\uFFFD');
    throw new Error(`broken rule: an alarm change without ${name}`);
  };
  const maybe = (name: string) => (read[name] == null ? null : text(name));
  const time = (name: string): number => {
    const value = parseTime(text(name));
    if (typeof value === 'number') return value;
    throw new Error(`broken rule: ${name} of an alarm change is no time`);
  };
  return {
    id: text('id'),
    flow: text('flow'),
    key: text('key'),
    step: maybe('step'),
    name: text('name'),
    // the worker writes no other words
    source: text('source') as AlarmNews['source'],
    severity: text('severity') as Severity,
    group: maybe('group'),
    tradingDay: text('tradingDay'),
    text: maybe('text') ?? '',
    count: typeof read.count === 'number' ? read.count : 1,
    raisedAt: time('raisedAt'),
    lastAt: time('lastAt'),
    clearedAt: read.clearedAt == null ? null : time('clearedAt'),
    clearedBy: maybe('clearedBy'),
  };
}
