/**
 * The stored form of an instance: JSON text of lists by place, and lists again by the index of steps and connectors, so it
 * needs its own revision of the flow.
 *
 * 1. The first place is the number of the form. Whoever changes what stands at a place raises it, and goes on to read the
 *    one before; what is the same in both is stored in that.
 * 2. What is empty at the end of a list (null, false, a list of nothing) is left out. A count of 0 is
 *    null, and a step as it was born is 0.
 * 3. Times count from the instance's creation, which is written in full. What few instances have (alarms, deviations,
 *    waivers) is kept by name, as it is.
 */
import type { Value } from '../checkpoints/index.ts';
import type { Flow, Step } from '../definitions/index.ts';
import {
  type ChildState,
  type ChildStates,
  NO_CHILDREN,
  type StepChildren,
  stepFromText,
  textOfStep,
  withChild,
} from './child-states.ts';
import type { Instance, PendingTimer } from './instance.ts';
import { NO_ENTRIES, NONE, orNone } from './none.ts';
import { idleStep, type PastVisit, type StepState, type StepStatus, sharedDetail } from './step-state.ts';

/** The form of an instance that knows of no nested one, and of all before version 2. */
const CHILDLESS = 1;
/** What is known of nested instances is a text for each step, with one letter an entry. */
const FORM = 2;

/** Statuses of steps are stored by their place here. */
const STATUSES: readonly StepStatus[] = ['idle', 'active', 'running', 'committed', 'failed', 'withdrawn'];

type StoredInstance = readonly [
  form: number,
  flow: string,
  key: string,
  revision: string,
  status: Instance['status'],
  tradingDay: string,
  createdAt: number,
  steps?: readonly (0 | StoredStep)[],
  startedAfter?: number | null,
  lastEventAfter?: number | null,
  endedAfter?: number | null,
  timers?: readonly (readonly [step: number, name: string, dueAfter: number])[],
  taken?: readonly number[],
  parent?: Instance['parent'],
  state?: string | null,
  joins?: readonly number[],
  episodes?: readonly (readonly [cause: string, count: number])[],
  children?: readonly (readonly [step: number, entries: string])[] | ChildrenOfFormOne,
  alarms?: Instance['alarms'],
  deviations?: Instance['deviations'],
  waivers?: Instance['waivers'],
  corrected?: boolean,
];

/** `slot` is `<step>/<entry>` */
type ChildrenOfFormOne = readonly (readonly [slot: string, child: ChildState])[];

type StoredStep = readonly [
  status: number | null,
  activatedAfter?: number | null,
  endedAfter?: number | null,
  visits?: number | null,
  ledBy?: readonly number[],
  params?: readonly (Value | null)[],
  state?: string | null,
  offeredVia?: number | null,
  arrived?: readonly number[],
  owed?: number | null,
  past?: readonly StoredVisit[],
  waived?: boolean,
  deadEnd?: boolean,
];

type StoredVisit = readonly [
  visit: number,
  status: number,
  activatedAfter?: number | null,
  endedAfter?: number | null,
  state?: string | null,
  waived?: boolean,
];

/** JSON text of an instance. Equal instances give equal text. */
export function encodeInstance(instance: Instance): string {
  const { createdAt } = instance;
  const after = (time: number | null) => (time === null ? null : time - createdAt);
  return JSON.stringify(
    cut([
      instance.children.length === 0 ? CHILDLESS : FORM,
      instance.flow,
      instance.key,
      instance.revision,
      instance.status,
      instance.tradingDay,
      createdAt,
      cutZeros(instance.steps.map(encodeStep)),
      after(instance.startedAt),
      after(instance.lastEventAt),
      after(instance.endedAt),
      instance.timers.map(({ step, name, due }) => [step, name, due - createdAt]),
      instance.taken,
      instance.parent,
      instance.state,
      instance.joins,
      [...instance.episodes],
      instance.children.map((one) => [one.step, textOfStep(one)]),
      instance.alarms,
      instance.deviations,
      instance.waivers,
      instance.corrected,
    ]),
  );
}

function encodeStep(step: StepState): unknown {
  const { status, visits, state, activatedAfter, endedAfter, params } = step;
  const { ledBy, waived, deadEnd, owed, offeredVia, arrived, past } = step.detail;
  const stored = cut([
    orNull(STATUSES.indexOf(status)),
    activatedAfter,
    endedAfter,
    orNull(visits),
    ledBy,
    params.some((value) => value !== null) ? params : NONE,
    state,
    offeredVia,
    arrived,
    orNull(owed),
    past.map(encodeVisit),
    waived,
    deadEnd,
  ]);
  return stored.length === 0 ? 0 : stored;
}

function encodeVisit({ visit, status, state, activatedAfter, endedAfter, waived }: PastVisit): unknown {
  return cut([visit, STATUSES.indexOf(status), activatedAfter, endedAfter, state, waived]);
}

function orNull(count: number): number | null {
  return count === 0 ? null : count;
}

/** The list itself, without what is empty at its end. A 0 may be a time, and stays. */
function cut(list: unknown[]): unknown[] {
  while (list.length > 0 && isEmpty(list.at(-1))) list.pop();
  return list;
}

function isEmpty(value: unknown): boolean {
  return value === null || value === false || (Array.isArray(value) && value.length === 0);
}

/** The list itself, without the zeros at its end. */
function cutZeros(list: unknown[]): unknown[] {
  while (list.at(-1) === 0) list.pop();
  return list;
}

/**
 * The instance of a snapshot made under the same revision of its flow.
 *
 * @throws Error where another version of Milepost has stored it, in a form that this one does not know.
 */
export function decodeInstance(flow: Flow, snapshot: string): Instance {
  const stored = JSON.parse(snapshot) as StoredInstance; // written by encodeInstance; another form is told by its first place
  if (stored[0] !== CHILDLESS && stored[0] !== FORM)
    throw new Error(
      `an instance of ${flow.name} is stored in another form than ${CHILDLESS} and ${FORM}, those that are read here: run the version of Milepost that stored it`,
    );
  const [, name, key, revision, status, tradingDay, createdAt, steps = NONE, ...rest] = stored;
  const [started = null, last = null, ended = null, timers = NONE, taken = NONE, parent = null] = rest;
  const [, , , , , , state = null, joins = NONE, episodes = NONE, children = NONE, ...trouble] = rest;
  const [alarms = NONE, deviations = NONE, waivers = NONE, corrected = false] = trouble;
  if (name !== flow.name || steps.length > flow.steps.length || taken.length > flow.connectors.length)
    throw new Error(`broken rule: a snapshot of ${name} ${key} does not fit its definition`);
  const at = (after: number | null) => (after === null ? null : createdAt + after);
  return {
    flow: name,
    key,
    revision,
    status,
    parent,
    tradingDay,
    state,
    createdAt,
    startedAt: at(started),
    endedAt: at(ended),
    lastEventAt: at(last),
    steps: flow.steps.map((step, index) => decodeStep(step, steps[index] ?? 0)),
    taken: orNone(taken),
    timers: orNone(
      timers.map(([of, timer, due]): PendingTimer => ({ step: of, name: timer, due: createdAt + due })),
    ),
    joins: orNone(joins),
    alarms: orNone(alarms),
    episodes: episodes.length === 0 ? NO_ENTRIES : new Map(episodes),
    deviations: orNone(deviations),
    waivers: orNone(waivers),
    corrected,
    children: decodeChildren(children),
  };
}

function decodeChildren(stored: NonNullable<StoredInstance[17]>): ChildStates {
  let children = NO_CHILDREN;
  const texts: StepChildren[] = [];
  for (const [of, known] of stored) {
    if (typeof of === 'number' && typeof known === 'string') texts.push(stepFromText(of, known));
    else if (typeof of === 'string' && typeof known === 'object') {
      const [step = 0, entry = 0] = of.split('/').map(Number);
      children = withChild(children, { step, entry, ...known });
    } else throw new Error('broken rule: a snapshot has children in the form of its number');
  }
  return texts.length > 0 ? texts : children;
}

function decodeStep(step: Step, stored: 0 | StoredStep): StepState {
  const idle = idleStep(step);
  if (stored === 0) return idle;
  const [
    status,
    activatedAfter = null,
    endedAfter = null,
    visits = null,
    ledBy = NONE,
    params = NONE,
    ...rest
  ] = stored;
  const [state = null, offeredVia = null, arrived = NONE, owed = null, past = NONE, ...rarest] = rest;
  const [waived = false, deadEnd = false] = rarest;
  const lists = { ledBy: orNone(ledBy), arrived: orNone(arrived), past: orNone(past.map(decodeVisit)) };
  return {
    status: statusAt(status ?? 0),
    state,
    visits: visits ?? 0,
    activatedAfter,
    endedAfter,
    params: params.length === 0 ? idle.params : params,
    detail: sharedDetail({ ...lists, waived, deadEnd, owed: owed ?? 0, offeredVia }),
  };
}

function decodeVisit(stored: StoredVisit): PastVisit {
  const [visit, status, activatedAfter = null, endedAfter = null, state = null, waived = false] = stored;
  return { visit, status: statusAt(status), state, activatedAfter, endedAfter, waived };
}

function statusAt(place: number): StepStatus {
  const status = STATUSES[place];
  if (status === undefined) throw new Error(`broken rule: a snapshot has a step status ${place}`);
  return status;
}
