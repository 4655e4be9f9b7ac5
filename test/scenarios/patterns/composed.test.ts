/** The patterns inside each other, in any combination: good order is quiet, and what is left out is noticed. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createReplay } from '../../../engine/index.ts';
import { compile } from '../timeline.ts';
import { anyProcess, type Report, runOf, yamlOf } from './composed-process.ts';

const START = Date.parse('2026-11-23T09:00:00Z');
const LONGEST = 300;
const numbers = fc.infiniteStream(fc.nat({ max: 1_000_000 }));

function replayed(yaml: string, run: readonly Report[]) {
  const replay = createReplay(compile(yaml), { from: null, until: null });
  run.forEach((report, n) => {
    const time = new Date(START + n * 1000).toISOString();
    replay.line(JSON.stringify({ id: `e${n}`, flow: 'work', key: 'k', time, ...report }));
  });
  return replay.finish();
}

function chooser(stream: Iterator<number>): (n: number) => number {
  return (n) => Number(stream.next().value) % n;
}

test('a run in good order commits, without an alarm and without a deviation', () => {
  fc.assert(
    fc.property(anyProcess(3), numbers, (process, stream) => {
      const run = [...runOf(process, chooser(stream))];
      fc.pre(run.length <= LONGEST);
      const { instances, alarms, rejected } = replayed(yamlOf(process), run);
      expect({ alarms, rejected }).toEqual({ alarms: [], rejected: [] });
      expect(instances).toMatchObject([{ status: 'committed', deviated: false }]);
    }),
    { numRuns: 300, seed: 20 },
  );
});

test('a run in which one commit is missing deviates or does not commit', () => {
  fc.assert(
    fc.property(anyProcess(2), numbers, fc.nat(), (process, stream, which) => {
      const run = [...runOf(process, chooser(stream))];
      fc.pre(run.length <= LONGEST);
      const commits = [...run.keys()].filter((n) => run[n]?.event === 'committed');
      const missing = commits[which % commits.length];
      const { instances } = replayed(
        yamlOf(process),
        run.filter((_, n) => n !== missing),
      );
      expect(instances.some(({ status, deviated }) => status === 'committed' && !deviated)).toBe(false);
    }),
    { numRuns: 300, seed: 20 },
  );
});
