/** The alert rules that ship, by promtool: they are legal, fire when they should, and speak of numbers that there are. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import {
  createMetrics,
  measureCanary,
  measureChannels,
  measureClock,
  measureNotices,
  measureSystem,
  measureWorkers,
} from '../../adapters/http/index.ts';
import { memoryNotices } from '../../adapters/storage/index.ts';
import { compileDefinitions } from '../../definitions/index.ts';
import { type DebianProgram, debianProgram } from '../servers/debian-program.ts';

const FOLDER = 'adapters/http/prometheus';
const RULES = `${FOLDER}/milepost-alerts.yaml`;
const run = promisify(execFile);

let promtool: DebianProgram;
beforeAll(async () => {
  promtool = await debianProgram({ program: 'promtool', package: 'prometheus' });
}, 300_000);

function ask(...args: readonly string[]) {
  return run(promtool.path, args, { env: promtool.env });
}

test('the rules are legal', async () => {
  const { stdout } = await ask('check', 'rules', RULES);
  expect(stdout).toMatch(/SUCCESS: \d+ rules found/);
});

test('each fires when it should, and none of them while all is well', async () => {
  const { stdout } = await ask('test', 'rules', `${FOLDER}/milepost-alerts.test.yaml`);
  expect(stdout).toMatch(/SUCCESS/);
  const tests = readFileSync(`${FOLDER}/milepost-alerts.test.yaml`, 'utf8');
  const names = [...readFileSync(RULES, 'utf8').matchAll(/- alert: (\w+)/g)].map(([, name]) => name ?? '');
  expect(names.filter((name) => !tests.includes(name))).toEqual([]);
});

test('they speak only of numbers that a process of Milepost gives, in a form that Prometheus reads', async () => {
  const metrics = createMetrics();
  measureWorkers(metrics, () => 0);
  measureCanary(metrics, () => [{ partition: '0', seconds: 0.1, lost: false }]);
  measureClock(metrics, () => 0.1);
  const { definitions } = compileDefinitions([{ file: 'f.yaml', text: 'flow: f\nsteps: { a: {} }\n' }], 'r');
  if (definitions === null) throw new Error('the definitions of this test are right');
  measureNotices(metrics, {
    reader: memoryNotices({ now: () => 0 }).reader,
    definitions: () => definitions,
    now: () => 0,
  });
  measureChannels(metrics, () => [['mail', true]]);
  measureSystem(metrics, '1', () => ({
    ...{ partitions: [], asOf: null, fresh: true, held: 0, filled: 0.2, databaseUp: true, natsUp: true },
  }));
  const text = metrics.render();
  const there = new Set([...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name ?? ''));
  const used = [...readFileSync(RULES, 'utf8').matchAll(/milepost_\w+/g)].map(([name]) =>
    name.replace(/_bucket$/, ''),
  );
  expect(used.length).toBeGreaterThan(10);
  expect(used.filter((name) => !there.has(name))).toEqual([]);
  const checking = ask('check', 'metrics');
  checking.child?.stdin?.end(text);
  await expect(checking).resolves.toMatchObject({ stderr: '' });
});
