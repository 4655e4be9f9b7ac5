/**
 * Scenarios of telling as timelines: policies, what happens when, and which notices are wanted when.
 *
 * 1. Times are `HH:MM[:SS]` of Monday 2026-11-23 in Shanghai, or `DD HH:MM[:SS]` of another day of that month.
 * 2. An alarm is written `FLOW[@KEY][:STEP] NAME [SEVERITY]`; its source is its name where that is one, else timer.
 * 3. A notice is shown as `TIME KIND CHANNEL[/LANGUAGE][(PERSONS)] SEVERITY: ALARMS [| CONSEQUENCES]`; those wanted are all there may be.
 * 4. Every scenario runs three times: as it is, with every fact taken twice, and with the state written down and read
 *    back after every turn. All three must tell the same.
 * 5. After every turn the memory finds by its indexes what one that is made anew finds.
 */
import { expect, it } from 'vitest';
import { compileDefinitions, type Definitions, type Severity } from '../../../definitions/index.ts';
import {
  type AlarmNews,
  decideNotices,
  type Handling,
  type HandlingAct,
  type HistoryEntry,
  handlingActToJson,
  NO_STATE,
  type Notice,
  type NoticeAlarm,
  NotifierMemory,
  type NotifierState,
  type NotifyFact,
  readHandlingAct,
} from '../../../engine/index.ts';

const SOURCES = [
  ...['start-timeout', 'deadline', 'expression', 'illegal-state', 'out-of-order', 'loop-limit', 'dead-end'],
  ...['exception', 'threshold', 'stale', 'expression-error'],
];

/** `09:00` or `24 09:00:30` as milliseconds. */
export function timeOf(text: string): number {
  const [, day = '23', clock = ''] = /^(?:(\d\d) )?(\d\d:\d\d(?::\d\d)?)$/.exec(text) ?? [];
  const time = Date.parse(`2026-11-${day}T${clock.length === 5 ? `${clock}:00` : clock}+08:00`);
  if (Number.isNaN(time)) throw new Error(`no time: ${text}`);
  return time;
}

function shownTime(time: number): string {
  const text = new Date(time + 8 * 3_600_000).toISOString();
  const clock = text.slice(11, 19).replace(/:00$/, '');
  return text.slice(8, 10) === '23' ? clock : `${text.slice(8, 10)} ${clock}`;
}

type Step = { readonly time: string } & (
  | {
      readonly kind: 'raise';
      readonly alarm: string;
      readonly fields: Partial<AlarmNews>;
    }
  | { readonly kind: 'clear'; readonly alarm: string; readonly by: string }
  | { readonly kind: 'act'; readonly act: Readonly<Record<string, unknown>> }
  | { readonly kind: 'fact'; readonly fact: NotifyFact }
);

export const raise = (time: string, alarm: string, fields: Partial<AlarmNews> = {}): Step => ({
  ...{ time, kind: 'raise', alarm, fields },
});
export const clear = (time: string, alarm: string, by = 'committed'): Step => ({
  ...{ time, kind: 'clear', alarm, by },
});
/** An act; `alarm` is written as above, `until` as a time. */
export const act = (time: string, words: Readonly<Record<string, unknown>>): Step => ({
  ...{ time, kind: 'act', act: words },
});
export const fact = (time: string, given: NotifyFact): Step => ({ time, kind: 'fact', fact: given });

export interface Told {
  readonly notices: readonly string[];
  readonly raw: readonly Notice[];
  readonly outcomes: Readonly<Record<string, string>>;
  readonly history: readonly HistoryEntry[];
  readonly refused: readonly string[];
  readonly state: NotifierState;
}

export function definitionsOf(text: string): Definitions {
  const { definitions, findings } = compileDefinitions([{ file: 'n.yaml', text }], 'r1');
  if (definitions === null) throw new Error(JSON.stringify(findings));
  return definitions;
}

/** Of the kinds that channels have here, only e-mail is read by each for himself. */
const direct = ({ type }: { readonly type: string }) => type === 'email';

interface Way {
  readonly twice: boolean;
  readonly stored: boolean;
}

/** Plays a timeline until a time, taking what falls due in between when it does. */
export function play(definitions: Definitions, steps: readonly Step[], until: string, way: Way): Told {
  const raw: Notice[] = [];
  const history: HistoryEntry[] = [];
  const refused: string[] = [];
  const outcomes = new Map<string, string>();
  const alarms = new Map<string, AlarmNews>();
  let memory = new NotifierMemory(NO_STATE);
  let ids = 0;

  const turn = (facts: readonly NotifyFact[], now: number) => {
    const decision = decideNotices({ definitions, direct }, memory, facts, now);
    memory.apply(decision);
    const again = new NotifierMemory(readBack(memory));
    expect(found(definitions, memory)).toEqual(found(definitions, again));
    if (way.stored) memory = again;
    raw.push(...decision.notices);
    history.push(...decision.history);
    refused.push(...decision.acts.flatMap(({ done, reason }) => (done ? [] : [reason ?? ''])));
    for (const [, handling] of [...decision.handlings.changed, ...decision.handlings.gone])
      outcomes.set(shownAlarm(handling.alarm), outcomeOf(handling));
  };
  const wait = (to: number) => {
    for (let due = memory.nextDue(); due !== null && due <= to; due = memory.nextDue()) turn([], due);
  };
  const factOf = (step: Step, now: number): NotifyFact => {
    if (step.kind === 'fact') return step.fact;
    if (step.kind === 'act') {
      ids += 1;
      const fields = { id: `a${ids}`, time: new Date(now).toISOString(), by: 'li', ...step.act };
      const { alarm, until: end } = step.act;
      const known = typeof alarm === 'string' ? { alarm: alarms.get(alarm)?.id ?? alarm } : {};
      const times = typeof end === 'string' ? { until: new Date(timeOf(end)).toISOString() } : {};
      return { kind: 'act', act: readAct({ ...fields, ...known, ...times }), known: null };
    }
    const { name: written } = split(step.alarm);
    const before = alarms.get(written);
    if (step.kind === 'clear') {
      if (before === undefined) throw new Error(`${step.alarm} was never raised`);
      const news = { ...before, clearedAt: now, clearedBy: step.by };
      alarms.set(written, news);
      return { kind: 'alarm', alarm: news };
    }
    const news = alarmOf(step, before, now);
    alarms.set(written, news);
    return { kind: 'alarm', alarm: news };
  };

  for (const step of steps) {
    const now = timeOf(step.time);
    wait(now - 1);
    const taken = factOf(step, now);
    turn([taken], now);
    if (way.twice && taken.kind === 'alarm') turn([taken], now);
  }
  wait(timeOf(until));
  const ids2 = raw.map(({ id }) => id);
  expect(new Set(ids2).size, 'ids of notices').toBe(ids2.length);
  return {
    notices: raw.map(shownNotice),
    ...{ raw, history, refused, state: memory, outcomes: Object.fromEntries(outcomes) },
  };
}

/** A scenario: the notices that are wanted until a time are all there may be. */
export function tells(
  name: string,
  policies: string,
  steps: readonly Step[],
  wanted: {
    readonly until?: string;
    readonly notices: readonly string[];
    /** by alarm, of those that are named */
    readonly outcomes?: Readonly<Record<string, string>>;
    readonly refused?: readonly string[];
  },
): void {
  it(name, () => {
    const definitions = definitionsOf(policies);
    const until = wanted.until ?? '23 23:59';
    const ways: readonly Way[] = [
      { twice: false, stored: false },
      { twice: true, stored: false },
      { twice: false, stored: true },
    ];
    for (const way of ways) {
      const told = play(definitions, steps, until, way);
      expect(told.notices, JSON.stringify(way)).toEqual(wanted.notices);
      expect(told.outcomes).toMatchObject(wanted.outcomes ?? {});
      expect(told.refused).toEqual(wanted.refused ?? []);
    }
  });
}

function outcomeOf({ outcome, standing }: Handling): string {
  return `${outcome} ${standing}`;
}

function split(text: string): { readonly name: string; readonly severity: Severity } {
  const [where = '', name = '', severity = 'critical'] = text.split(' ');
  return { name: `${where} ${name}`, severity: severity as Severity };
}

function alarmOf(
  step: Step & { readonly kind: 'raise' },
  before: AlarmNews | undefined,
  now: number,
): AlarmNews {
  const { name: written, severity } = split(step.alarm);
  const [, flow = '', key = '2026-11-23', stepName = null, name = ''] =
    /^([^@: ]+)(?:@([^: ]+))?(?::(\S+))? (\S+)$/.exec(written) ?? [];
  const open = before !== undefined && before.clearedAt === null;
  const episode = before === undefined ? 1 : Number(before.id.split('/').at(-1)) + (open ? 0 : 1);
  const id = [...[flow, key, stepName ?? '', name].map(encodeURIComponent), episode].join('/');
  const source = (SOURCES.includes(name) ? name : 'timer') as AlarmNews['source'];
  return {
    ...{ id, flow, key, step: stepName, name, source, severity, tradingDay: '2026-11-23' },
    ...{ group: null, text: `${name} happened`, clearedAt: null, clearedBy: null },
    ...{ count: open ? before.count + 1 : 1, raisedAt: open ? before.raisedAt : now, lastAt: now },
    ...step.fields,
  };
}

function readAct(fields: unknown): HandlingAct {
  const read = readHandlingAct(fields);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const again = readHandlingAct(JSON.parse(handlingActToJson(read.act)));
  expect(again).toEqual(read);
  return read.act;
}

function shownAlarm({ flow, key, step, name }: AlarmNews | NoticeAlarm): string {
  return `${flow}${key === '2026-11-23' ? '' : `@${key}`}${step === null ? '' : `:${step}`} ${name}`;
}

function shownNotice(notice: Notice): string {
  const { at, kind, to, severity, alarms, folded, language } = notice;
  const channel = language === undefined ? notice.channel : `${notice.channel}/${language}`;
  const names = to.length === 0 ? '' : `(${to.map(({ name }) => name).join(', ')})`;
  const list = alarms.map(shownAlarm).join('; ');
  const tail = folded.length === 0 ? '' : ` | ${folded.map(shownAlarm).join('; ')}`;
  return `${shownTime(at)} ${kind} ${channel}${names} ${severity}: ${list}${tail}`;
}

/** What a memory finds without looking at all of it. */
function found(definitions: Definitions, memory: NotifierMemory) {
  const holdings = memory.holdings(definitions);
  const places = [...memory.handlings.values()].map(({ alarm: { flow, key } }) => [flow, key] as const);
  return {
    due: memory.nextDue(),
    troubles: [...memory.troubles.values()].map(({ key }) => memory.troubleOf(key)),
    consequences: [...memory.handlings.keys()].map((id) => new Set(memory.under(id))),
    held: places.map(([flow, key]) =>
      [...holdings.at(flow, key)].map(({ hold, ids }) => JSON.stringify([hold, [...ids].sort()])).sort(),
    ),
  };
}

function readBack(state: NotifierState): NotifierState {
  const again = <T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    new Map(JSON.parse(JSON.stringify([...map])));
  return {
    handlings: again(state.handlings),
    troubles: again(state.troubles),
    silences: again(state.silences),
    items: again(state.items),
    storms: again(state.storms),
  };
}
