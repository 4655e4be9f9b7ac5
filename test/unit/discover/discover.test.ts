import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCaseLog, type DiscoverOptions, discover } from '../../../adapters/discover/index.ts';
import { mineTree } from '../../../adapters/discover/inductive-miner.ts';
import { percentile, readableSpan } from '../../../adapters/discover/percentile.ts';
import { type CaseEvent, merged, traceOf } from '../../../adapters/discover/traces.ts';
import { compileDefinitions, formatFinding } from '../../../definitions/index.ts';
import { randomFrom, runOf, trees } from './random-trees.ts';

const MINUTE = 60_000;
const OPTIONS: DiscoverOptions = {
  flow: 'found',
  cover: 1,
  noise: 0,
  percentile: 0.95,
  zone: 'UTC',
  source: 'a test',
  stepOf: (activity) => activity,
};

type Said = Omit<CaseEvent, 'activity'> & { readonly activity: string };

/** Events of one case: `a b` is done one after another, `+a` begins and `-a` ends, `!a` fails; each a minute later. */
function eventsOf(run: string): readonly Said[] {
  return run.split(' ').flatMap((word, index): readonly Said[] => {
    const time = index * MINUTE;
    if (word.startsWith('+')) return [{ activity: word.slice(1), event: 'activated', time }];
    if (word.startsWith('-')) return [{ activity: word.slice(1), event: 'committed', time }];
    if (word.startsWith('!')) return [{ activity: word.slice(1), event: 'exception', time }];
    return word === '' ? [] : [{ activity: word, event: 'committed', time }];
  });
}

function logOf(runs: readonly string[], nameOf = (index: number) => `case-${index}`, day = (_: number) => 0) {
  const log = createCaseLog();
  runs.forEach((run, index) => {
    for (const event of eventsOf(run))
      log.add({ case: nameOf(index), ...event, time: event.time + day(index) });
  });
  return log.finish();
}

function found(runs: readonly string[], more: Partial<DiscoverOptions> = {}, log = logOf(runs)) {
  const result = discover(log, { ...OPTIONS, ...more });
  if (!result.ok) throw new Error(result.problem);
  const { findings, definitions } = compileDefinitions(
    [{ file: 'found.yaml', text: result.value.yaml }],
    'r',
  );
  expect(findings.map(formatFinding), result.value.yaml).toEqual([]);
  return { ...result.value, flow: definitions?.flows.get('found') };
}

/** The tree that is mined, as a text: `>` sequence, `|` choice, `&` parallel, `*` loop, `.` nothing. */
function treeOf(runs: readonly string[], noise = 0): string {
  const names: string[] = [];
  const log = runs.map((run) => {
    const events = eventsOf(run).map(({ activity, event, time }) => {
      if (!names.includes(activity)) names.push(activity);
      return { activity: names.indexOf(activity), event, time };
    });
    return { trace: traceOf(events), count: 1 };
  });
  const signs = { sequence: '>', choice: '|', parallel: '&', loop: '*' };
  const shown = (tree: ReturnType<typeof mineTree>): string => {
    if (tree.kind === 'activity') return tree.name;
    return tree.kind === 'silent' ? '.' : `(${tree.children.map(shown).join(` ${signs[tree.kind]} `)})`;
  };
  return shown(mineTree(merged(log), { noise, nameOf: (activity) => names[activity] ?? '' }));
}

describe('the miner finds', () => {
  test.each([
    ['a sequence', ['a b c'], '(a > b > c)'],
    ['a choice', ['a b d', 'a c d'], '(a > (b | c) > d)'],
    ['what is left out at times', ['a b c', 'a c'], '(a > (b | .) > c)'],
    ['parallel parts', ['a b c d', 'a c b d'], '(a > (b & c) > d)'],
    ['parallel parts of several steps', ['a b c', 'a c b', 'c a b'], '((a > b) & c)'],
    ['a loop with a way back', ['a b c a b', 'a b', 'a b c a b c a b'], '((a > b) * c)'],
    ['one thing repeated', ['a b b b c', 'a b c'], '(a > (b * .) > c)'],
    ['nothing at all', ['', ''], '.'],
    ['what overlaps as parallel', ['+a +b -a -b', '+a +b -a -b'], '(a & b)'],
    ['what is tried again after a failure as one', ['+a !a +a -a b'], '(a > b)'],
    ['something that runs beside all else', ['x a b', 'a x b', 'a b x'], '(x & (a > b))'],
    ['repetitions beside each other', ['a b c a', 'c b a b', 'b b c c a'], '((a * .) & (c * .) & (b * .))'],
  ])('%s', (_, runs, tree) => expect(treeOf(runs)).toBe(tree));

  test('the usual way where rare ones are noise', () => {
    const runs = [...Array.from({ length: 50 }, () => 'a b c d'), 'd a'];
    expect(treeOf(runs)).not.toBe('(a > b > c > d)');
    expect(treeOf(runs, 0.2)).toBe('(a > b > c > d)');
  });
});

test('every case of a random log goes through the flow that is found in it', () => {
  fc.assert(
    fc.property(trees, fc.integer(), (tree, seed) => {
      const random = randomFrom(seed);
      const runs = Array.from({ length: 25 }, () => runOf(tree, random).join(' ')).filter(
        (run) => run !== '',
      );
      if (runs.length === 0) return;
      const { report, yaml } = found(runs, { percentile: null });
      expect(report.fittingOfAll, `${JSON.stringify(tree)}\n${runs.join('\n')}\n${yaml}`).toBe(runs.length);
    }),
    { numRuns: Number(process.env.RUNS ?? 60), seed: 21 },
  );
});

describe('what is found', () => {
  test('rests on the variants that cover a share of the cases', () => {
    const runs = [...Array.from({ length: 19 }, () => 'a b'), 'b a'];
    expect(found(runs, { cover: 0.95 }).report).toMatchObject({
      keptCases: 19,
      fitting: 19,
      fittingOfAll: 19,
      keptVariants: 1,
    });
    expect(found(runs).report).toMatchObject({ keptCases: 20, fitting: 20 });
  });

  test('has a timer where it was expected long enough and often enough, and says on how many it rests', () => {
    const runs = Array.from({ length: 40 }, (_, index) => (index < 38 ? 'a b c' : 'a x b c'));
    const { flow, yaml } = found(runs.map((run) => run.replace('x ', ' ')));
    const b = flow?.steps.find(({ name }) => name === 'b');
    expect(b?.timers).toMatchObject([
      { name: 'slow', after: 'activated', untilCommitted: true, in: { ms: MINUTE } },
    ]);
    expect(yaml).toContain('# 95 % of 40 times it was expected no longer than this.');
    expect(flow?.steps.find(({ name }) => name === 'a')?.timers).toEqual([]);
    expect(found(runs.slice(0, 19)).flow?.steps.flatMap(({ timers }) => timers)).toEqual([]);
    expect(found(runs, { percentile: null }).yaml).toContain('no times of its own');
  });

  test('has a deadline by the length of its cases, and none where cases take no time', () => {
    expect(found(Array.from({ length: 20 }, () => 'a b c')).flow?.deadline).toMatchObject({
      kind: 'in',
      in: { ms: 2 * MINUTE },
    });
    expect(found(Array.from({ length: 20 }, () => 'a')).flow?.deadline).toBeNull();
  });

  test('of a daily flow begins and ends by the clock, with the weekdays beside it', () => {
    const monday = Date.parse('2026-06-01T00:00:00Z');
    const dayOf = (index: number) => monday + (Math.floor(index / 5) * 7 + (index % 5)) * 86_400_000;
    const runs = Array.from({ length: 30 }, () => 'a b');
    const name = (index: number) => `clearing-${new Date(dayOf(index)).toISOString().slice(0, 10)}`;
    const log = logOf(runs, name, (index) => dayOf(index) + (index % 5 === 4 ? 10 : 9) * 3_600_000);
    const { flow, yaml } = found(runs, { zone: 'Asia/Shanghai' }, log);
    expect(flow?.key).toEqual({ before: 'clearing-', after: '', hasDay: true });
    expect(yaml).toContain('start: { by: "18:00" }');
    expect(yaml).toContain('mon: begun by 17:00, ended by 17:05 (6 cases)');
    expect(yaml).toContain('fri: begun by 18:00, ended by 18:05 (6 cases)');
    expect(yaml).toContain('calendar: found-days\nzone: Asia/Shanghai\nweekend: [sat, sun]');
  });

  test('is refused for a log without cases or with too many activities', () => {
    expect(discover(logOf([]), OPTIONS)).toEqual({ ok: false, problem: expect.stringContaining('no case') });
    const many = Array.from({ length: 501 }, (_, index) => `s${index}`).join(' ');
    expect(discover(logOf([many]), OPTIONS)).toEqual({
      ok: false,
      problem: expect.stringContaining('501 activities'),
    });
  });

  test('takes titles of any kind', () => {
    const log = createCaseLog();
    for (const activity of ['▶', 'a: {b} # "c"\n---', '收到文件', '__proto__'])
      log.add({ case: 'x', activity, event: 'committed', time: 0 });
    const names = new Map(
      ['▶', 'a: {b} # "c"\n---', '收到文件', '__proto__'].map((name, index) => [name, `s${index}`]),
    );
    const result = discover(log.finish(), { ...OPTIONS, stepOf: (activity) => names.get(activity) ?? '' });
    if (!result.ok) throw new Error(result.problem);
    expect(compileDefinitions([{ file: 'x.yaml', text: result.value.yaml }], 'r').findings).toEqual([]);
    expect(result.value.yaml).toContain('收到文件');
  });
});

describe('a percentile', () => {
  test.each([
    [[], 0.5, null],
    [[5], 0.95, 5],
    [[1, 2, 3, 4], 0.5, 2],
    [[4, 3, 2, 1], 0.51, 3],
    [[1, 2, 3, Number.POSITIVE_INFINITY], 1, Number.POSITIVE_INFINITY],
  ])('of %j at %f is %j', (values, p, expected) => expect(percentile(values, p)).toBe(expected));

  test.each([
    [1, '1s'],
    [61_001, '1m2s'],
    [11 * MINUTE + 1, '12m'],
    [25 * 60 * MINUTE + 1, '26h'],
  ])('of %i ms reads as %s', (ms, text) => expect(readableSpan(ms)).toBe(text));
});
