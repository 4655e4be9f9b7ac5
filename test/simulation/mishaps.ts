/**
 * What goes wrong at the applications of one chain. Each mishap rewrites the day's reports; what must follow from that is
 * not said here but worked out by the oracle from the reports alone.
 */
import { MINUTE } from './company-days.ts';
import type { Chain, Report } from './plain-day.ts';
import type { Random } from './random.ts';

/** Gives the reports of the chain as they are now; null where this mishap finds nothing to spoil. */
export type Mishap = (reports: readonly Report[], random: Random) => readonly Report[] | null;

/** Shifts what happens at `from` and later. */
function delay(reports: readonly Report[], from: number, by: number): readonly Report[] {
  return reports.map((report) => (report.time >= from ? { ...report, time: report.time + by } : report));
}

/** From some report on, everything comes later: by minutes, or by hours. */
export const late: Mishap = (reports, random) => {
  const from = random.pick(reports);
  const most = random.pick([5, 40, 120, 235]) ?? 0;
  return from === undefined ? null : delay(reports, from.time, random.between(1, most) * MINUTE);
};

/** The exchanges publish their files an hour late, or more, and everything waits for them. */
const lateFiles: Mishap = (reports, random) => {
  const announced = random.pick(reports.filter(({ step }) => step === 'announce'));
  return announced === undefined ? null : delay(reports, announced.time, random.between(50, 200) * MINUTE);
};

/** Something hangs: it and all that comes after never report. */
const stopsShort: Mishap = (reports, random) => {
  const from = random.between(1, reports.length - 1);
  return reports.slice(0, from);
};

const neverStarts: Mishap = () => [];

const lostCommit: Mishap = (reports, random) =>
  without(
    reports,
    random.pick(reports.filter((one) => one.kind === 'committed' && LOSABLE.has(`${one.flow} ${one.step}`))),
  );

/** Commits whose loss leaves the rest of the day to be told. */
const LOSABLE = new Set([
  ...['trading-night connect', 'trading-night session', 'trading-day connect', 'trading-day session'],
  ...['bank-transfer sign-in', 'bank-transfer deposits', 'bank-transfer withdrawals'],
  ...['bank-transfer sign-out', 'pre-open front', 'pre-open market-data', 'pre-open bank-links'],
  ...['exchange-file check', 'margin rates', 'backup tape', 'settlement trades'],
]);

const lostFigures: Mishap = (reports, random) =>
  without(
    reports,
    random.pick(
      reports.filter(
        (one) =>
          (one.kind === 'params' && one.step !== 'compute') || (one.step === null && one.state === 'open'),
      ),
    ),
  );

function without(reports: readonly Report[], lost: Report | undefined): readonly Report[] | null {
  return lost === undefined ? null : reports.filter((one) => one !== lost);
}

/** A step fails where it would have committed, and is run again. */
const failsAndRunsAgain: Mishap = (reports, random) => {
  const commit = random.pick(
    reports.filter((one) => one.kind === 'committed' && !NOT_RUN_AGAIN.has(one.step ?? '')),
  );
  if (commit === undefined) return null;
  const wait = random.between(2, 25) * MINUTE;
  const { state: _state, ...plain } = commit;
  const failed: Report = { ...plain, id: `${commit.id}-failed`, kind: 'exception', state: null, params: {} };
  const again: Report = {
    ...failed,
    id: `${commit.id}-again`,
    kind: commit.step === 'switch-day' ? 'state' : 'activated',
    state: commit.step === 'switch-day' ? 'switching' : null,
    time: commit.time + wait,
    keyless: false,
  };
  const reported = reports
    .filter(({ flow, child, step }) => flow === commit.flow && child === commit.child && step === commit.step)
    .map(({ params }) => params);
  const done: Report = { ...commit, params: Object.assign({}, ...reported) };
  return inOrder([
    ...delay(reports, commit.time, wait + 3 * MINUTE).map((one) =>
      one.id === commit.id ? { ...done, time: commit.time + wait + 3 * MINUTE } : one,
    ),
    failed,
    again,
  ]);
};

/** Their second visit would begin in a state, or without figures, that the commit does not fit. */
const NOT_RUN_AGAIN = new Set(['session', 'receive', 'copy', 'reconcile', 'correct', 'accepted', 'rejected']);

/** A step fails, and that is that. */
const failsForGood: Mishap = (reports, random) => {
  const commit = random.pick(
    reports.filter((one) => one.kind === 'committed' && FAILING.has(`${one.flow} ${one.step}`)),
  );
  if (commit === undefined) return null;
  const failed: Report = { ...commit, kind: 'exception', state: null, params: {} };
  return [...reports.filter((one) => one.time < commit.time), failed];
};

const FAILING = new Set([
  ...['pre-open switch-day', 'trading-night connect', 'trading-night archive', 'trading-day connect'],
  ...['trading-day close-out', 'bank-transfer sign-in', 'bank-transfer sign-out', 'bank-transfer reconcile'],
  ...['settlement import', 'settlement statements'],
]);

/** The session says something that its state table does not allow, or does not know, and corrects itself. */
const wrongState: Mishap = (reports, random) => {
  const at = tradingAt(reports, random);
  if (at === null) return null;
  const state = random.pick(['auction', 'closed', 'frozen']) ?? '';
  return insertStates(reports, at, state, random.between(1, 12));
};

/** Trading is halted, and goes on after minutes or an hour. */
const halt: Mishap = (reports, random) => {
  const at = tradingAt(reports, random);
  if (at === null) return null;
  const minutes = random.between(5, 70);
  const halted = insertStates(reports, at, 'halted', minutes);
  return inOrder(delayAfter(halted, at, minutes * MINUTE));
};

function delayAfter(reports: readonly Report[], at: Report, by: number): readonly Report[] {
  return reports.map((one) =>
    one.time > at.time && !one.id.startsWith(`${at.id}-`) ? { ...one, time: one.time + by } : one,
  );
}

/** Figures of a session that are reported while it trades. */
function tradingAt(reports: readonly Report[], random: Random): Report | null {
  const figures = reports.filter(({ step, kind }) => step === 'session' && kind === 'params');
  return random.pick(figures.slice(0, -1)) ?? null;
}

function insertStates(reports: readonly Report[], at: Report, state: string, minutes: number) {
  const said: Report = {
    ...at,
    id: `${at.id}-wrong`,
    kind: 'state',
    state,
    params: {},
    time: at.time + MINUTE,
  };
  const back: Report = {
    ...said,
    id: `${at.id}-right`,
    state: 'trading',
    time: said.time + minutes * MINUTE,
  };
  return inOrder([...reports, said, back]);
}

const slowOrders: Mishap = (reports, random) => {
  const at = tradingAt(reports, random);
  return at === null ? null : spoil(reports, at, { DELAY: random.between(501, 4000) });
};

function spoil(reports: readonly Report[], at: Report, params: Report['params']): readonly Report[] {
  return reports.map((one) => (one === at ? { ...one, params: { ...one.params, ...params } } : one));
}

/** A commit whose figures a rule objects to. */
export const wrongFigures: Mishap = (reports, random) => {
  const spoiled = random.pick(
    WRONG.flatMap(([flow, step, params]) => {
      const at = reports.findLast(
        (one) => one.flow === flow && one.step === step && one.kind === 'committed',
      );
      return at === undefined ? [] : [{ at, params }];
    }),
  );
  return spoiled === undefined ? null : spoil(reports, spoiled.at, spoiled.params);
};

const WRONG: readonly (readonly [string, string, Report['params']])[] = [
  ['pre-open', 'switch-day', { DATE: '2025-01-02' }],
  ['trading-night', 'archive', { WRITTEN: 12_000 }],
  ['trading-day', 'close-out', { OPEN_ORDERS: 3 }],
  ['bank-transfer', 'sign-in', { SIGNED: 11 }],
  ['settlement', 'trades', { OURS: 148_147 }],
  ['settlement', 'statements', { WRITTEN: 38_000 }],
  ['margin', 'calls', { SENT: 95 }],
  ['report', 'write', { ROWS: 0 }],
  ['exchange-file', 'receive', { PIN: 4_000_000 }],
  ['backup', 'copy', { PIN: 40_000_000_000 }],
];

/** A file comes broken, again and again, and then whole. */
const brokenFiles: Mishap = (reports, random) => {
  const whole = random.pick(
    reports.filter(({ step, kind }) => (step === 'receive' || step === 'copy') && kind === 'committed'),
  );
  if (whole === undefined) return null;
  const times = random.between(1, 5);
  const broken = repeated(times, (nth): Report[] => {
    const time = whole.time + nth * 8 * MINUTE;
    const failed: Report = {
      ...whole,
      id: `${whole.id}-broken-${nth}`,
      state: 'broken',
      params: { PIN: random.between(0, 4_000_000) },
      time,
    };
    const anew: Report = {
      ...failed,
      id: `${whole.id}-anew-${nth}`,
      kind: 'state',
      state: 'receiving',
      params: {},
      time: time + 3 * MINUTE,
    };
    return [failed, anew];
  });
  return inOrder([...delay(reports, whole.time, times * 8 * MINUTE), ...broken]);
};

/** The import refuses records, which are repaired, and runs again. */
const rejectedRecords: Mishap = (reports, random) => {
  const done = reports.find(({ step, kind }) => step === 'import' && kind === 'committed');
  if (done === undefined) return null;
  const times = random.between(1, 4);
  const rounds = repeated(times, (nth): Report[] => {
    const time = done.time + nth * 12 * MINUTE;
    const plain: Report = { ...done, time, params: { RECORDS: 391_627, REJECTED: random.between(1, 90) } };
    return [
      { ...plain, id: `${done.id}-refused-${nth}` },
      { ...plain, id: `${done.id}-repaired-${nth}`, step: 'repair', params: {}, time: time + 5 * MINUTE },
      { ...plain, id: `${done.id}-anew-${nth}`, kind: 'activated', params: {}, time: time + 7 * MINUTE },
    ];
  });
  return inOrder([...delay(reports, done.time, times * 12 * MINUTE), ...rounds]);
};

/** The books do not agree, and are corrected again and again. */
const moreCorrections: Mishap = (reports, random) => {
  const agreed = reports.findLast(({ step, kind }) => step === 'reconcile' && kind === 'committed');
  if (agreed === undefined) return null;
  const times = random.between(1, 4);
  const rounds = repeated(times, (nth): Report[] => {
    const time = agreed.time + nth * 10 * MINUTE;
    const apart = { ...agreed.params, OURS: 31_825_000 + random.between(1, 9000) };
    return [
      { ...agreed, id: `${agreed.id}-apart-${nth}`, params: apart, time },
      {
        ...agreed,
        id: `${agreed.id}-corrected-${nth}`,
        step: 'correct',
        params: {},
        time: time + 4 * MINUTE,
      },
    ];
  });
  return inOrder([...delay(reports, agreed.time, times * 10 * MINUTE), ...rounds]);
};

/** Statements are begun by hand before the margin is final. */
const tooEarly: Mishap = (reports) => {
  const begun = reports.find(({ step, kind }) => step === 'statements' && kind === 'activated');
  return begun === undefined
    ? null
    : inOrder(reports.map((one) => (one === begun ? { ...one, time: one.time - 30 * MINUTE } : one)));
};

function repeated<T>(times: number, make: (nth: number) => readonly T[]): readonly T[] {
  return Array.from({ length: times }, (_, nth) => make(nth)).flat();
}

function inOrder(reports: readonly Report[]): readonly Report[] {
  return reports.toSorted((a, b) => a.time - b.time);
}

const EVERYWHERE = { late, stopsShort, neverStarts, failsAndRunsAgain, failsForGood, wrongFigures };
const IN_SESSIONS = { ...EVERYWHERE, lostCommit, lostFigures, wrongState, halt, slowOrders };

/** What may go wrong in each chain, by name. */
export const MISHAPS: Readonly<Record<Chain, Readonly<Record<string, Mishap>>>> = {
  'pre-open': { ...EVERYWHERE, lostCommit, lostFigures },
  'trading-night': IN_SESSIONS,
  'trading-day': IN_SESSIONS,
  'bank-transfer': { ...EVERYWHERE, lostCommit, lostFigures, moreCorrections },
  clearing: { ...EVERYWHERE, lostCommit, lostFigures, lateFiles, brokenFiles, rejectedRecords, tooEarly },
};
