/**
 * Scenarios as timelines: definitions, what happens when, and what is wanted when.
 *
 * 1. Times are `HH:MM[:SS[.mmm]]` of Monday 2026-11-23, `DD HH:MM` of another day of that month, or RFC 3339; the
 *    offset is UTC unless the scenario says otherwise. Results are shown in the same form.
 * 2. What is wanted in between is looked at just before what is due at that moment; what is wanted at the end is
 *    looked at after everything due up to `until` has been decided.
 * 3. The alarms and the refused lines wanted at the end are all there may be; where they are left out, none.
 * 4. Every scenario runs four times: as it is, with every line sent twice, and stopped and restarted after every line, from
 *    its instances and from nothing but its journal. All four must end in the same way.
 */
import { expect, it } from 'vitest';
import { parseTime } from '../../checkpoints/index.ts';
import {
  compileDefinitions,
  type Definitions,
  type Extensions,
  NO_EXTENSIONS,
} from '../../definitions/index.ts';
import {
  createReplay,
  type InstanceView,
  type ReplayReport,
  viewInstance,
  viewVisits,
  viewWaivers,
  type Watched,
} from '../../engine/index.ts';
import { type LineByLine, restarting } from './restarting.ts';

const DAY = '2026-11-23';
const KINDS = ['activated', 'state', 'params', 'exception', 'committed'];

type Params = Readonly<Record<string, string | number | boolean | null>>;

interface Happening {
  readonly kind: 'event' | 'act';
  readonly time: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

interface Looking {
  readonly kind: 'want';
  readonly time: string;
  readonly wanted: Wanted;
}

interface Ending {
  readonly kind: 'end';
  readonly until: string | null;
  readonly wanted: WantedAtEnd;
}

export type Entry = Happening | Looking | Ending;

export interface WantedStep {
  /** status, then the state, then `x2` for the visits, each where it matters */
  readonly is?: string;
  /** activatedAt */
  readonly from?: string | null;
  /** endedAt */
  readonly to?: string | null;
  readonly params?: Params;
}

export interface Wanted {
  /** `flow/key`; default: the first flow, key `k` */
  readonly of?: string;
  /** `none`: there is no such instance */
  readonly status?: string;
  readonly health?: string;
  readonly deviated?: boolean;
  readonly startedAt?: string | null;
  readonly endedAt?: string | null;
  readonly steps?: Readonly<Record<string, string | WantedStep>>;
  /** the open alarms as `name at step`, sorted */
  readonly open?: readonly string[];
  /** a late event has proved an alarm wrong */
  readonly corrected?: boolean;
  /** `step` or `flow`, `by NAME` */
  readonly waivers?: readonly string[];
  /** of every step, `step 1 committed 09:00-09:10`, `waived` behind what was passed */
  readonly visits?: readonly string[];
}

export interface WantedAtEnd extends Wanted {
  /** all alarms, as `09:10 name at step (source, severity) "text" x2 until 09:20`; a text only where it matters */
  readonly alarms?: readonly string[];
  /** `line: part of the reason` */
  readonly rejected?: readonly (readonly [number, RegExp])[];
  /** `flow/key status` of all instances */
  readonly instances?: readonly string[];
  /** what is wanted of further instances */
  readonly also?: readonly Wanted[];
}

export interface Setting {
  readonly offset?: string;
  readonly from?: string;
  /** false: the key is left out of events that name none */
  readonly keyed?: boolean;
  readonly extensions?: Extensions;
}

/** An event of the first flow: `step kind [state]`, or `kind [state]` about the flow itself. */
export function at(
  time: string,
  what: string,
  params: Params = {},
  fields: Readonly<Record<string, unknown>> = {},
): Happening {
  const words = what.split(' ');
  const step = KINDS.includes(words[0] ?? '') ? {} : { step: words.shift() };
  const [event, state] = words;
  const carried = {
    ...(state === undefined ? {} : { state }),
    ...(Object.keys(params).length === 0 ? {} : { params }),
  };
  return { kind: 'event', time, fields: { ...step, event, ...carried, ...fields } };
}

/** Like `at`, for the events of another instance, `flow/key`. */
export function from(instance: string): typeof at {
  const [flow = '', ...key] = instance.split('/');
  return (time, what, params = {}, fields = {}) =>
    at(time, what, params, { flow, key: key.join('/'), ...fields });
}

/** An operator's act: `waive` or `unwaive` of the first flow, and of the step that may follow; by ann, on the trading day. */
export function act(
  time: string,
  what: string,
  fields: Readonly<Record<string, unknown>> = { key: 'k' },
): Happening {
  const [kind, step] = what.split(' ');
  return { kind: 'act', time, fields: { act: kind, ...(step === undefined ? {} : { step }), ...fields } };
}

/** What is wanted at a moment in between. */
export function want(time: string, wanted: Wanted): Looking {
  return { kind: 'want', time, wanted };
}

/** What is wanted once everything due up to `until` (null: up to the last event) has been decided. */
export function end(until: string | null, wanted: WantedAtEnd): Ending {
  return { kind: 'end', until, wanted };
}

/** A test of one rule of the contract. */
export function scenario(rule: string, yaml: string, entries: readonly Entry[], setting: Setting = {}): void {
  it(rule, () => {
    const definitions = compile(yaml, setting.extensions);
    const clock = new Clock(setting.offset ?? 'Z');
    const plain = play({ definitions, entries, setting, clock }, plainRun);
    const twice = play({ definitions, entries, setting, clock }, doubledRun);
    const again = play({ definitions, entries, setting, clock }, restarting);
    const recovered = play({ definitions, entries, setting, clock }, recovering);
    expect(twice, 'with every line sent twice').toEqual(plain);
    expect(again, 'restarted after every line').toEqual(plain);
    expect(recovered, 'recovered from its journal after every line').toEqual(plain);
  });
}

/** Definitions from YAML text; throws with the findings where one is an error. */
export function compile(yaml: string, extensions: Extensions = NO_EXTENSIONS): Definitions {
  const sources = [{ file: 'scenario.yaml', text: yaml }];
  const { definitions, findings } = compileDefinitions(sources, 'r1', extensions);
  if (definitions === null) {
    throw new Error(findings.map(({ at, message }) => `${at.line}:${at.column}: ${message}`).join('\n'));
  }
  return definitions;
}

interface Play {
  readonly definitions: Definitions;
  readonly entries: readonly Entry[];
  readonly setting: Setting;
  readonly clock: Clock;
}

type Run = (...options: Parameters<typeof createReplay>) => LineByLine;

const plainRun: Run = createReplay;

/** Nothing is written but the journal. */
const recovering: Run = (definitions, options) => restarting(definitions, options, undefined, 'journal');

/** Sends every line a second time, without the second being counted as a line. */
const doubledRun: Run = (definitions, options) => {
  const replay = createReplay(definitions, options);
  return {
    watch: replay.watch,
    line(text) {
      replay.line(text);
      replay.line(text);
    },
    finish() {
      const { rejected, ...rest } = replay.finish();
      const once = rejected.filter(({ line }) => line % 2 === 1);
      return { ...rest, rejected: once.map((each) => ({ ...each, line: (each.line + 1) / 2 })) };
    },
  };
};

function play({ definitions, entries, setting, clock }: Play, run: Run) {
  const first = [...definitions.flows.keys()][0] ?? '';
  const ending = entries.find((entry) => entry.kind === 'end');
  const until = ending?.until ?? null;
  const replay = run(definitions, {
    from: setting.from === undefined ? null : clock.read(setting.from),
    until: until === null ? null : clock.read(until),
  });
  let lines = 0;
  for (const entry of entries) {
    if (entry.kind === 'event') {
      lines++;
      const key = setting.keyed === false ? {} : { key: 'k' };
      const id = `e${lines}`;
      replay.line(JSON.stringify({ id, flow: first, ...key, time: clock.text(entry.time), ...entry.fields }));
    } else if (entry.kind === 'act') {
      lines++;
      const { act: kind, ...fields } = entry.fields;
      const said = { id: `e${lines}`, flow: first, reason: 'not today', by: 'ann' };
      replay.line(JSON.stringify({ act: kind, ...said, time: clock.text(entry.time), ...fields }));
    } else if (entry.kind === 'want') {
      if (replay.watch.clock === null && setting.from !== undefined)
        replay.watch.advance(clock.read(setting.from));
      replay.watch.advance(clock.read(entry.time));
      lookAt(replay, { ...entry.wanted, of: entry.wanted.of ?? `${first}/k` }, entry.time, clock);
    }
  }
  const report = replay.finish();
  if (ending !== undefined) lookAtEnd({ report, watch: replay.watch }, ending.wanted, first, clock);
  return report;
}

function lookAt(replay: LineByLine, wanted: Wanted, when: string, clock: Clock): void {
  const watched = replay.watch.instances.get(wanted.of ?? '');
  const view = seenOf(watched);
  const open = (watched?.instance.alarms ?? []).map(({ name, step }) => called(name, step)).sort();
  expect({ when, ...shown(view, wanted, clock), ...(wanted.open && { open }) }).toEqual({
    when,
    ...wanted,
    ...(wanted.open && { open: wanted.open.toSorted() }),
  });
}

/** An instance as people see it. */
function seenOf(watched: Watched | undefined): Seen | null {
  if (watched === undefined) return null;
  const { flow, instance } = watched;
  return {
    ...viewInstance(flow, instance),
    corrected: instance.corrected,
    waivers: viewWaivers(flow, instance).map(({ step, by }) => `${step ?? 'flow'} by ${by}`),
    visits: viewVisits(flow, instance),
  };
}

interface Seen extends InstanceView {
  readonly corrected: boolean;
  readonly waivers: readonly string[];
  readonly visits: ReturnType<typeof viewVisits>;
}

function lookAtEnd(
  { report, watch }: { readonly report: ReplayReport; readonly watch: LineByLine['watch'] },
  wanted: WantedAtEnd,
  first: string,
  clock: Clock,
): void {
  const { alarms = [], rejected = [], instances, also = [], open: _open, ...own } = wanted;
  const home = `${first}/k`;
  const lines = report.alarms.map((alarm, index) => {
    const name = `${alarm.flow}/${alarm.key}`;
    const place = name === home ? '' : ` of ${name}`;
    const text = alarms[index]?.includes('"') === true ? ` "${alarm.text}"` : '';
    const count = alarm.count === 1 ? '' : ` x${alarm.count}`;
    const cleared = alarm.clearedAt === null ? '' : ` until ${clock.show(alarm.clearedAt)}`;
    const what = `${called(alarm.name, alarm.step)}${place} (${alarm.source}, ${alarm.severity})`;
    return `${clock.show(alarm.raisedAt)} ${what}${text}${count}${cleared}`;
  });
  expect(lines, 'alarms').toEqual(alarms);
  expect(
    report.rejected.map(({ line }) => line),
    `refused: ${report.rejected.map(({ reason }) => reason).join('; ')}`,
  ).toEqual(rejected.map(([line]) => line));
  rejected.forEach(([, reason], index) => {
    expect(report.rejected[index]?.reason).toMatch(reason);
  });
  if (instances) {
    expect(report.instances.map(({ flow, key, status }) => `${flow}/${key} ${status}`)).toEqual(instances);
  }
  for (const each of [own, ...also]) {
    const of = each.of ?? home;
    expect(shown(seenOf(watch.instances.get(of)), { ...each, of }, clock), `at the end, ${of}`).toEqual({
      ...each,
      of,
    });
  }
}

function called(name: string, step: string | null): string {
  return step === null ? name : `${name} at ${step}`;
}

/** What an instance shows of what is wanted, in the form in which it is wanted. */
function shown(view: Seen | null, wanted: Wanted, clock: Clock): Record<string, unknown> {
  if (view === null) return { of: wanted.of, status: 'none' };
  const steps = Object.entries(wanted.steps ?? {}).map(([name, each]) => {
    const step = view.steps[name];
    if (step === undefined) return [name, 'no such step'];
    const is = (words: string) =>
      [
        step.status,
        ...(words.split(' ').some((word, index) => index > 0 && !/^x\d+$/.test(word))
          ? [String(step.state)]
          : []),
        ...(/ x\d+$/.test(words) ? [`x${step.visits}`] : []),
      ].join(' ');
    if (typeof each === 'string') return [name, is(each)];
    const params = Object.keys(each.params ?? {}).map((param) => [param, step.params[param]]);
    return [
      name,
      {
        ...(each.is !== undefined && { is: is(each.is) }),
        ...(each.from !== undefined && { from: clock.show(step.activatedAt) }),
        ...(each.to !== undefined && { to: clock.show(step.endedAt) }),
        ...(each.params && { params: Object.fromEntries(params) }),
      },
    ];
  });
  return {
    of: wanted.of,
    ...(wanted.status !== undefined && { status: view.status }),
    ...(wanted.health !== undefined && { health: view.health }),
    ...(wanted.deviated !== undefined && { deviated: view.deviated }),
    ...(wanted.startedAt !== undefined && { startedAt: clock.show(view.startedAt) }),
    ...(wanted.endedAt !== undefined && { endedAt: clock.show(view.endedAt) }),
    ...(wanted.steps && { steps: Object.fromEntries(steps) }),
    ...(wanted.corrected !== undefined && { corrected: view.corrected }),
    ...(wanted.waivers && { waivers: view.waivers }),
    ...(wanted.visits && {
      visits: view.visits.map(({ step, visit, status, activatedAt, endedAt, waived }) => {
        const times = `${clock.show(activatedAt)}-${clock.show(endedAt) ?? ''}`;
        return `${step} ${visit} ${status} ${times}${waived ? ' waived' : ''}`;
      }),
    }),
  };
}

/** Reads and writes the short times of a scenario. */
export class Clock {
  readonly #offset: string;

  constructor(offset: string) {
    this.#offset = offset;
  }

  /** A short time as RFC 3339. */
  text(time: string): string {
    if (time.includes('T')) return time;
    const [day, clock] = time.includes(' ') ? time.split(' ') : [DAY.slice(8), time];
    const seconds = (clock ?? '').split(':').length === 2 ? `${clock}:00` : clock;
    return `${DAY.slice(0, 8)}${day}T${seconds}${this.#offset}`;
  }

  read(time: string): number {
    const ms = parseTime(this.text(time));
    if (typeof ms === 'string') throw new Error(`${time} ${ms}`);
    return ms;
  }

  /** A time of the report in its short form. */
  show(time: string | null): string | null {
    if (time === null) return null;
    const [, sign = '+', hours = '0', minutes = '0'] = /^([+-])(\d\d):(\d\d)$/.exec(this.#offset) ?? [];
    const shift = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
    const local = new Date(Number(parseTime(time)) + shift).toISOString();
    const clock = local.slice(11, -1).replace(/(:00)?\.000$/, '');
    if (local.startsWith(DAY)) return clock;
    return local.startsWith(DAY.slice(0, 8))
      ? `${local.slice(8, 10)} ${clock}`
      : `${local.slice(0, 10)} ${clock}`;
  }
}
