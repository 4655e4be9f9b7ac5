import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { milepost } from './cli-process.ts';

const cwd = mkdtempSync(join(tmpdir(), 'milepost-diff-'));
afterAll(() => rmSync(cwd, { recursive: true }));

const FLOW = `flow: transfer
steps:
  send: { timers: { stalled: { after: activated, in: 10m } } }
  check: { params: { IN: { type: number } }, on: { committed: { when: IN < 5, do: { alarm: short } } } }
connectors: { from: send, to: check }
`;
const event = (id: string, step: string, kind: string, time: string, params = {}) =>
  JSON.stringify({
    id,
    flow: 'transfer',
    key: 'k',
    step,
    event: kind,
    time: `2026-11-23T${time}:00Z`,
    params,
  });
const LOG = [
  event('1', 'send', 'activated', '09:00'),
  event('2', 'send', 'committed', '09:07'),
  event('3', 'check', 'committed', '09:08', { IN: 2 }),
].join('\n');

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd });
const write = (path: string, text: string) => {
  mkdirSync(join(cwd, path, '..'), { recursive: true });
  writeFileSync(join(cwd, path), text);
};
const diff = (...args: string[]) => milepost(['diff', '--events', 'day.ndjson', ...args], { cwd });

beforeAll(() => {
  git('init', '-q', '-b', 'main');
  write('flows/a b.yaml', FLOW);
  write('flows/a.test.yaml', 'test: {\n');
  write('flows/notes.md', 'no definition');
  git('add', '-A');
  git('commit', '-qm', 'one');
  write(
    'flows/a b.yaml',
    FLOW.replace('in: 10m', 'in: 5m').replace('alarm: short', 'alarm: short, severity: critical'),
  );
  rmSync(join(cwd, 'flows/a.test.yaml'));
  write('same/flow.yaml', FLOW);
  write('broken/flow.yaml', 'flow: {');
  write('day.ndjson', `${LOG}\n`);
});

test('alarms that appear and move are told, of a revision against the folder', async () => {
  // a test that is broken at that revision is none of its definitions
  const { code, out, err } = await diff('git:HEAD:flows', 'flows');
  expect(err).toBe('1 appear, 0 vanish, 1 move, 0 the same\n');
  expect(out.split('\n').slice(1)).toEqual([
    expect.stringMatching(/^\+ {2}2026-11-23 09:05:00Z {2}warning +transfer +k +send +stalled/),
    expect.stringMatching(/^~ {2}2026-11-23 09:08:00Z {2}critical .* severity warning → critical$/),
    '',
  ]);
  expect(code).toBe(0);
});

test('the other way round they vanish, and --check exits 1', async () => {
  const { code, out } = await diff('flows', 'git:main:flows/a b.yaml', '--check');
  expect(out).toMatch(/^- .*stalled/m);
  expect(code).toBe(1);
});

test('the same definitions have no difference, and --check exits 0', async () => {
  const { code, out } = await diff('git:HEAD:flows/a b.yaml', 'same', '--check');
  expect([code, out]).toEqual([0, 'No alarm differs\n']);
});

test('views that differ are named, whatever line they stand on, and are no difference', async () => {
  const view = (flow: string) => `view: day\nnodes: { a: { flow: ${flow} } }\n`;
  write('drawn/flow.yaml', `${FLOW}---\n${view('transfer')}---\n${view('transfer').replace('day', 'old')}`);
  write('redrawn/flow.yaml', `${view('transfer, step: send')}---\n${FLOW}`);
  write(
    'moved/flow.yaml',
    `# moved\n${FLOW}---\n${view('transfer')}---\n${view('transfer').replace('day', 'old')}`,
  );
  const { code, err } = await diff('drawn', 'redrawn', '--check');
  expect(err).toMatch(/^views that differ, which raise no alarm: day, old$/m);
  expect(code).toBe(0);
  expect((await diff('drawn', 'moved')).err).not.toContain('views');
});

test('JSON has both sides of what moves', async () => {
  const { out } = await diff('git:HEAD:flows/a b.yaml', 'flows', '--format', 'json');
  expect(JSON.parse(out)).toMatchObject({
    ...{ old: 'git:HEAD:flows/a b.yaml', new: 'flows', events: 3, same: 0, vanished: [] },
    appeared: [{ name: 'stalled', raisedAt: '2026-11-23T09:05:00.000Z' }],
    moved: [{ fields: ['severity'], old: { severity: 'warning' }, new: { severity: 'critical' } }],
    rejected: { old: 0, new: 0 },
  });
});

test('Markdown is a summary and tables, in which texts are no markup', async () => {
  write(
    'marked/flow.yaml',
    FLOW.replace('alarm: short', 'alarm: short, text: "<b>|@all"').replace('IN < 5', 'IN < 4'),
  );
  write('none/flow.yaml', FLOW.replace('IN < 5', 'IN < 1'));
  const { out } = await diff('none', 'marked', '--format', 'markdown');
  expect(out).toMatch(
    /^### Alarms that change\n\nnone → marked, 3 events\n\n\*\*1\*\* appear, \*\*0\*\* vanish/,
  );
  expect(out).toContain(
    '| 2026-11-23 09:08:00Z | warning | transfer | k | check | short | \\<b\\>\\|@\u200ball |',
  );
  const chinese = await diff('none', 'none', '--format', 'markdown', '--lang', 'zh');
  expect(chinese.out).toBe('### 告警变化\n\nnone → none, 3 个事件\n\n告警没有变化 (0 不变).\n');
});

describe('what cannot be compared says why', () => {
  test.each([
    [['git:gone:flows', 'flows'], 2, /there is no revision gone here .*: name another revision/],
    [['git:--exec=x:flows', 'flows'], 2, /there is no revision --exec=x here/],
    [['git:HEAD:flws', 'flows'], 2, /there is no flws in HEAD/],
    [['git:HEAD', 'flows'], 2, /git:HEAD lacks a part: write git:REV:PATH/],
    [['gone', 'flows'], 2, /gone cannot be opened/],
    [['flows', 'broken'], 1, /broken\/flow\.yaml:1:\d+: error/],
    [['flows'], 2, /something is missing/],
  ])('%j', async (args, code, reason) => {
    const ended = await diff(...args);
    expect(ended.err).toMatch(reason);
    expect(ended.code).toBe(code);
  });
});

test('a path with ./ is looked up from here, another from the top of the repository', async () => {
  const here = { cwd: join(cwd, 'flows') };
  const args = ['diff', '--events', '../day.ndjson', '--check'];
  expect((await milepost([...args, 'git:HEAD:./a b.yaml', '../same'], here)).code).toBe(0);
  expect((await milepost([...args, 'git:HEAD:flows/a b.yaml', '../same'], here)).code).toBe(0);
});
