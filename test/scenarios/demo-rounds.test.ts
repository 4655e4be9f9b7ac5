import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DemoError, prepareDemo } from '../../adapters/demo/index.ts';
import { roundFile } from '../../adapters/demo/round.ts';
import { compiled, EXAMPLE, readFiles } from './demo-files.ts';

const NOON = Date.parse('2026-11-22T04:00:00.250Z');

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'milepost-demo-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the first round begins ten seconds from now on a whole second, and lasts five minutes', async () => {
  const demo = await prepareDemo({ folder, now: NOON, history: 2 });
  expect(demo).toEqual({
    number: 1,
    start: Date.parse('2026-11-22T04:00:11Z'),
    end: Date.parse('2026-11-22T04:05:11Z'),
    factor: 288,
    zone: 'Asia/Shanghai',
    date: '2026-11-22',
    wallStart: (12 * 3600 + 11) * 1000,
    tradingDay: '2026-11-23',
    earlier: ['2026-11-19', '2026-11-20', '2026-11-22'],
    historySent: false,
    definitions: join(folder, 'demo', 'definitions'),
    resumed: false,
  });
  expect(await readdir(demo.definitions)).toEqual(EXAMPLE.map(({ file }) => file));
  expect(compiled(readFiles(demo.definitions)).flows.size).toBe(9);
});

test('a round that is not over goes on as it was, with definitions that were edited meanwhile', async () => {
  const demo = await prepareDemo({ folder, now: NOON, minutes: 10 });
  const file = join(demo.definitions, 'trading.yaml');
  await writeFile(file, `${await readFile(file, 'utf8')}# edited\n`);
  expect(await prepareDemo({ folder, now: demo.end - 1, minutes: 3 })).toEqual({ ...demo, resumed: true });
  expect(await readFile(file, 'utf8')).toMatch(/# edited\n$/);
});

test('after a round the next trading day is played, also on the same date, by definitions made anew', async () => {
  const first = await prepareDemo({ folder, now: NOON });
  await writeFile(join(first.definitions, 'trading.yaml'), '# edited\n');
  const second = await prepareDemo({ folder, now: first.end });
  const third = await prepareDemo({ folder, now: second.end + 86_400_000 });
  expect([first, second, third].map(({ number, tradingDay }) => [number, tradingDay])).toEqual([
    [1, '2026-11-23'],
    [2, '2026-11-24'],
    [3, '2026-11-25'],
  ]);
  expect(second.resumed).toBe(false);
  expect(compiled(readFiles(second.definitions)).flows.size).toBe(9);
});

test.each([0, -1, 601, Number.NaN])('a day of %d minutes is refused with the limits', async (minutes) => {
  const refused = prepareDemo({ folder, now: NOON, minutes });
  await expect(refused).rejects.toThrow(/lasts more than 0 and at most 600 minutes/);
  await expect(refused).rejects.toBeInstanceOf(DemoError);
});

test.each(['', '{}', '{"start": "now"}', '[1'])(
  'a kept round that is %j is refused with its file',
  async (text) => {
    await prepareDemo({ folder, now: NOON });
    await writeFile(roundFile(folder), text);
    const refused = prepareDemo({ folder, now: NOON });
    await expect(refused).rejects.toBeInstanceOf(DemoError);
    await expect(refused).rejects.toThrow(
      /round\.json is no round of a demo; remove it to begin the demo anew/,
    );
  },
);

test.each([
  ['no files', {}, /has no definition files/],
  ['a mistake', { 'a.yaml': 'flow: a\nsteps: { x: { gate: maybe } }\n' }, /cannot be played: a\.yaml:2:/],
  [
    'no calendar',
    { 'a.yaml': 'flow: a\nsteps: { x: {} }\n' },
    /plays on one calendar, and the definitions have 0/,
  ],
])('definitions with %s are refused with the reason', async (_, files, reason) => {
  const definitionsFolder = await mkdtemp(join(folder, 'own-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(definitionsFolder, name), text);
  const refused = prepareDemo({ folder, now: NOON, definitionsFolder });
  await expect(refused).rejects.toBeInstanceOf(DemoError);
  await expect(refused).rejects.toThrow(reason);
});
