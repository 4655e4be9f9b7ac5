/**
 * What the company expects of its day, written down a second time by hand from definitions/examples/futures-company: which
 * step waits for which, and what is due when. The oracle knows the definitions by this table only.
 */
import type { Report } from './plain-day.ts';

/** When a timer runs out: so many minutes after the visit begins, or at a time of the day. */
export type Due =
  | { readonly name: string; readonly after: number; readonly until: 'report' | 'commit' }
  | { readonly name: string; readonly at: string };

/** The commit that leads to a step: of which step, the how manieth of it, or the first that fits. */
export interface Lead {
  readonly step: string;
  readonly nth?: number;
  readonly fits?: (params: Report['params'], state: string | null) => boolean;
}

export interface FlowRules {
  readonly flow: string;
  /** the keys below the flow's own; one empty part where it is not nested by entries */
  readonly children: readonly string[];
  /** the flow and step that nest it */
  readonly parent?: { readonly flow: string; readonly step: string };
  readonly start?: { readonly due: string; readonly alarm: string };
  readonly deadline?: { readonly at: string } | { readonly after: number };
  readonly steps: Readonly<Record<string, StepRules>>;
}

export interface StepRules {
  /** what its nth visit waits for; `start`: it begins with the instance; null: there is no such visit */
  readonly leads: (nth: number, committed: (step: string) => number) => readonly Lead[] | 'start' | null;
  readonly dues?: readonly Due[];
  /** alarms that a rule raises, or lets go of, at every commit */
  readonly onCommit?: readonly OnCommit[];
  /** connectors that may be taken so often: alarm `loop-limit` after that */
  readonly loop?: { readonly limit: number; readonly taken: Lead['fits'] };
}

export interface OnCommit {
  readonly alarm: string;
  readonly wrong: (params: Report['params'], day: string) => boolean;
  /** what was handed on to the step; a visit that nothing led to lacks it, and the rule cannot be judged */
  readonly needs?: string;
}

const once =
  (...steps: readonly (string | Lead)[]): StepRules['leads'] =>
  (nth) =>
    nth > 1 ? null : steps.map((step) => (typeof step === 'string' ? { step, nth: 1 } : step));

const atStart: StepRules['leads'] = (nth) => (nth > 1 ? null : 'start');

const STALLED: Due = { name: 'stalled', after: 30, until: 'report' };
const slow = (after: number): Due => ({ name: 'slow', after, until: 'commit' });
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);
const less = (alarm: string, done: string, of: string): OnCommit => ({
  alarm,
  wrong: (params) => number(params[done]) < number(params[of]),
});
const isBroken: NonNullable<Lead['fits']> = (_, state) => state === 'broken';
const isWhole: NonNullable<Lead['fits']> = (_, state) => state !== 'broken';

const transfers = { leads: once('sign-in'), dues: [{ name: 'cut-off', at: '16:30' }] };
const check = { leads: once('switch-day'), dues: [STALLED] };

export const COMPANY: readonly FlowRules[] = [
  {
    flow: 'pre-open',
    children: [''],
    start: { due: '20:25', alarm: 'start-timeout' },
    deadline: { at: '20:50' },
    steps: {
      'switch-day': {
        leads: atStart,
        dues: [slow(20)],
        onCommit: [{ alarm: 'wrong-day', wrong: ({ DATE }, day) => DATE !== day }],
      },
      front: check,
      'market-data': check,
      'exchange-links': check,
      'bank-links': check,
      release: { leads: once('front', 'market-data', 'exchange-links', 'bank-links') },
    },
  },
  {
    flow: 'trading-night',
    children: [''],
    start: { due: '20:50', alarm: 'start-timeout' },
    deadline: { at: '07:00' },
    steps: {
      connect: { leads: atStart, dues: [STALLED] },
      session: { leads: once('connect') },
      archive: {
        leads: once('session'),
        dues: [slow(240)],
        onCommit: [
          {
            alarm: 'archive-incomplete',
            needs: 'TRADES',
            wrong: ({ TRADES, WRITTEN }) => number(TRADES) !== number(WRITTEN),
          },
        ],
      },
    },
  },
  {
    flow: 'trading-day',
    children: [''],
    start: { due: '08:40', alarm: 'start-timeout' },
    deadline: { at: '15:45' },
    steps: {
      connect: { leads: atStart, dues: [STALLED] },
      session: { leads: once('connect') },
      'close-out': {
        leads: once('session'),
        dues: [slow(30)],
        onCommit: [{ alarm: 'orders-left-open', wrong: ({ OPEN_ORDERS }) => number(OPEN_ORDERS) > 0 }],
      },
    },
  },
  {
    flow: 'bank-transfer',
    children: [''],
    start: { due: '08:30', alarm: 'late-start' },
    deadline: { at: '17:30' },
    steps: {
      'sign-in': {
        leads: atStart,
        dues: [{ name: 'unanswered', after: 30, until: 'commit' }],
        onCommit: [less('bank-missing', 'SIGNED', 'BANKS')],
      },
      deposits: transfers,
      withdrawals: transfers,
      'sign-out': { leads: once('deposits', 'withdrawals') },
      reconcile: {
        leads: (nth) => (nth === 1 ? [{ step: 'sign-out', nth: 1 }] : [{ step: 'correct', nth: nth - 1 }]),
        loop: { limit: 3, taken: ({ OURS, BANKS }) => OURS !== BANKS },
      },
      correct: {
        leads: (nth) => [{ step: 'reconcile', nth, fits: ({ OURS, BANKS }) => OURS !== BANKS }],
      },
    },
  },
  {
    flow: 'exchange-file',
    children: ['shfe', 'dce', 'cffex'],
    parent: { flow: 'settlement', step: 'files' },
    steps: {
      announce: { leads: atStart, dues: [{ name: 'late', at: '16:30' }] },
      receive: {
        leads: (nth) => (nth === 1 ? [{ step: 'announce', nth: 1 }] : [again('receive', nth)]),
        dues: [STALLED, { name: 'cut-off', at: '17:00' }],
        onCommit: [less('short-transfer', 'PIN', 'POUT')],
        loop: { limit: 3, taken: isBroken },
      },
      check: { leads: once({ step: 'receive', fits: isWhole }), dues: [{ ...STALLED, name: 'slow' }] },
    },
  },
  {
    flow: 'margin',
    children: [''],
    parent: { flow: 'settlement', step: 'margin' },
    deadline: { after: 120 },
    steps: {
      rates: { leads: atStart },
      compute: { leads: once('rates'), dues: [slow(60)] },
      calls: {
        leads: once('compute'),
        dues: [slow(45)],
        onCommit: [less('calls-missing', 'SENT', 'CALLS')],
      },
    },
  },
  {
    flow: 'report',
    children: ['cfmmc', 'csrc'],
    parent: { flow: 'settlement', step: 'reports' },
    deadline: { at: '19:30' },
    steps: {
      write: {
        leads: (nth) => (nth === 1 ? 'start' : [{ step: 'rejected', nth: nth - 1 }]),
        onCommit: [{ alarm: 'empty-report', wrong: ({ ROWS }) => ROWS === 0 }],
      },
      send: { leads: (nth) => [{ step: 'write', nth }] },
      rejected: {
        // both answers are offered; the one to `accepted` stands for an answer that has not come
        leads: (nth, committed) => (committed('rejected') < nth ? null : [{ step: 'send', nth }]),
        loop: { limit: 2, taken: () => true },
      },
      accepted: {
        leads: (nth, committed) => (nth > 1 ? null : [{ step: 'send', nth: committed('rejected') + 1 }]),
      },
    },
  },
  {
    flow: 'settlement',
    children: [''],
    start: { due: '15:50', alarm: 'start-timeout' },
    deadline: { at: '19:30' },
    steps: {
      files: { leads: atStart },
      import: {
        leads: (nth) => (nth === 1 ? [{ step: 'files', nth: 1 }] : [{ step: 'repair', nth: nth - 1 }]),
        dues: [
          { name: 'stalled', after: 45, until: 'report' },
          { name: 'cut-off', at: '18:00' },
        ],
        loop: { limit: 2, taken: ({ REJECTED }) => number(REJECTED) > 0 },
      },
      repair: {
        leads: (nth) => [{ step: 'import', nth, fits: ({ REJECTED }) => number(REJECTED) > 0 }],
      },
      trades: {
        leads: once({ step: 'import', fits: ({ REJECTED }) => number(REJECTED) === 0 }),
        onCommit: [{ alarm: 'trades-differ', wrong: ({ OURS, THEIRS }) => OURS !== THEIRS }],
      },
      margin: { leads: once({ step: 'import', fits: ({ REJECTED }) => number(REJECTED) === 0 }) },
      statements: {
        leads: once('trades', 'margin'),
        dues: [{ name: 'cut-off', at: '18:45' }],
        onCommit: [less('statements-missing', 'WRITTEN', 'ACCOUNTS')],
      },
      reports: { leads: once('statements') },
    },
  },
  {
    flow: 'backup',
    children: [''],
    deadline: { after: 120 },
    steps: {
      dump: { leads: atStart, dues: [slow(45)] },
      copy: {
        leads: (nth) => (nth === 1 ? [{ step: 'dump', nth: 1 }] : [again('copy', nth)]),
        dues: [STALLED],
        onCommit: [less('short-transfer', 'PIN', 'POUT')],
        loop: { limit: 2, taken: isBroken },
      },
      tape: { leads: once('dump'), dues: [slow(60)] },
      verified: { leads: once({ step: 'copy', fits: isWhole }, 'tape') },
    },
  },
];

function again(step: string, nth: number): Lead {
  return { step, nth: nth - 1, fits: isBroken };
}

/** How long after settlement the backup is due to start, minutes. */
export const BACKUP_WITHIN = 60;
/** How long an answer to a report may take, minutes; the alarm is of the step `rejected`. */
export const ANSWER_WITHIN = 45;

/** The sessions' states, figures and silence. */
export const SESSION = {
  initial: 'closed',
  allowed: {
    closed: ['auction'],
    auction: ['trading'],
    trading: ['paused', 'halted', 'closing'],
    paused: ['trading'],
    halted: ['trading', 'closing'],
    closing: [],
  } as Readonly<Record<string, readonly string[]>>,
  silentAfter: 60,
  haltedFor: 45,
  slowest: 500,
  notOpenAt: { 'trading-night': '21:15', 'trading-day': '09:15' } as Readonly<Record<string, string>>,
};

/** The states of the two trading flows themselves. */
export const TRADING = {
  initial: 'preparing',
  allowed: { preparing: ['open'], open: ['closed'], closed: [] } as Readonly<
    Record<string, readonly string[]>
  >,
};

/** What a step hands on to the ones it leads to. */
export const HANDED_ON: readonly (readonly [from: string, to: string, param: string])[] = [
  ['announce', 'receive', 'POUT'],
  ['dump', 'copy', 'POUT'],
  ['session', 'archive', 'TRADES'],
  ['compute', 'calls', 'CALLS'],
];
