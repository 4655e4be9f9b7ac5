/** Acknowledging, silencing and asking who would be told, from the command line. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createNotifier } from '../../engine/index.ts';
import { sayWhatFollows } from '../contracts/say-what-follows.ts';
import { type Ended, milepost } from './cli-process.ts';
import { alarm, definitions, NOW, type Server, startServer, store } from './http-server.ts';

const ID = 'settlement/2026-11-23/receive/stalled/1';
const COMPANY = 'definitions/examples/futures-company';

describe('with a server', () => {
  let server: Server;
  beforeEach(async () => {
    server = await startServer();
    await store(server.storage, { alarms: [alarm(ID)] });
  });
  afterEach(() => server.close());

  const ask = (...args: string[]): Promise<Ended> => milepost([...args, '--url', server.address]);

  async function taken(...args: string[]): Promise<object> {
    const { code, out, err } = await ask(...args);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^taken [0-9a-f-]{36}\n$/);
    const entry = await server.notices.reader.act(out.trim().replace('taken ', ''));
    return entry?.act ?? {};
  }

  test('an alarm is acknowledged, assigned, commented on and judged', async () => {
    expect(await taken('ack', ID, '--by', 'Ann', '--text', 'on it', '--all')).toMatchObject({
      ...{ kind: 'ack', alarm: ID, by: 'Ann', text: 'on it', all: true },
    });
    expect(await taken('ack', ID, '--assign', 'wang')).toMatchObject({ kind: 'assign', to: 'wang' });
    expect(await taken('ack', ID, '--comment', '--text', 'x')).toMatchObject({ kind: 'comment', text: 'x' });
    expect(await taken('ack', ID, '--not-useful')).toMatchObject({ kind: 'not-useful', text: null });
    expect((await ask('ack', 'none')).code).toBe(2);
    expect((await ask('ack', ID, '--comment', '--not-useful')).code).toBe(2);
  });

  test('alarms are listed a line for each cause, and what follows from one by its id', async () => {
    const late = ['a', 'b'].map((key) => `order/${key}/route/late/1`);
    await store(server.storage, { alarms: late.map((id) => alarm(id, { flow: 'order', key: 'o' })) });
    const roots = Object.fromEntries(late.map((id) => [id, ID]));
    await sayWhatFollows(server.notices.store, { ...roots, [ID]: null });
    const folded = await ask('alarms', '--fold');
    expect(folded.out).toMatch(/CONSEQUENCES.*\n.*stalled +\+2 /);
    expect(folded.out.trim().split('\n')).toHaveLength(2);
    const below = JSON.parse((await ask('alarms', '--root', ID, '--format', 'json')).out);
    expect(below.alarms.map(({ id }: { id: string }) => id).toSorted()).toEqual(late);
    expect((await ask('alarms', '--root', ID, '--fold')).code).toBe(2);
  });

  test('alarms are silenced by what they match, one by itself, and a silence is listed and ended', async () => {
    const why = ['--reason', 'moved', '--by', 'Ann'];
    const made = await taken(
      'silence',
      '--flow',
      'settle*',
      '--severity',
      'warning',
      '--until',
      '2026-11-23T10:00:00Z',
      ...why,
    );
    expect(made).toMatchObject({
      kind: 'silence',
      match: { flow: ['settle*'], severity: ['warning'] },
      reason: 'moved',
    });
    expect(
      await taken('silence', ID, '--until', '2099-01-01T00:00:00Z', ...why).catch(() => null),
    ).toBeNull();
    expect((await ask('silence', '--list')).out).toBe('none\n');
    const active = definitions();
    const notifier = createNotifier({
      ...{
        owner: 'test',
        store: server.notices.store,
        changes: server.storage.changes,
        reader: server.storage.reader,
      },
      ...{ definitions: () => active, now: () => NOW },
    });
    while ((await notifier.turn()) === 'worked');
    const { out } = await ask('silence', '--list');
    expect(out).toMatch(/^UNTIL +BY +REASON +MATCH +ID\n.* Ann +moved .*settle\*/);
    const id = out.trim().split(' ').at(-1) ?? '';
    expect(await taken('silence', '--end', id)).toMatchObject({ kind: 'unsilence', silence: id });
  });

  test.each([
    [['silence', '--flow', 'a', '--for', '1h'], '--reason is missing'],
    [['silence', '--flow', 'a', '--reason', 'x'], 'a silence has an end'],
    [['silence', '--for', '1h', '--reason', 'x'], 'say what is silenced'],
    [['silence', ID, '--flow', 'a', '--for', '1h', '--reason', 'x'], 'not both'],
    [['silence', '--flow', 'a', '--for', '1 hour', '--reason', 'x'], '--for'],
  ])('%j is wrong use', async (args, said) => {
    const { code, err } = await ask(...args);
    expect(code).toBe(2);
    expect(err).toContain(said);
  });
});

describe('route', () => {
  test('answers who would be told when, level by level', async () => {
    const { code, out } = await milepost([
      ...['route', COMPANY, '--flow', 'settlement', '--alarm', 'deadline', '--at', '2026-11-23 19:00'],
    ]);
    expect(code).toBe(0);
    expect(out.split('\n').map((line) => line.trimEnd())).toEqual([
      'policy operations, route 1',
      'AT                         LEVEL  BY',
      '2026-11-23 19:00:10+08:00  1      desk; ops-group (王芳 Wang Fang)',
      '2026-11-23 19:10:10+08:00  2      ops-group (李伟 Li Wei); mail (李伟 Li Wei)',
      '2026-11-23 19:30:10+08:00  3      ops-group (赵敏 Zhao Min); mail (赵敏 Zhao Min)',
      'again after 2h',
      '',
    ]);
  });

  test('knows who is on duty in the night session, and what a warning does outside of the hours', async () => {
    const at = (time: string, severity: string) =>
      milepost([
        ...[
          'route',
          COMPANY,
          '--flow',
          'settlement',
          '--severity',
          severity,
          '--at',
          time,
          '--format',
          'json',
        ],
      ]);
    const night = JSON.parse((await at('2026-11-23T22:00:00+08:00', 'critical')).out);
    expect(night.levels[0]).toMatchObject({ persons: ['chen-jie'], at: '2026-11-23T14:00:10.000Z' });
    expect(JSON.parse((await at('2026-11-23 12:00', 'warning')).out)).toMatchObject({ route: 2 });
    expect(JSON.parse((await at('2026-11-24 05:00', 'warning')).out)).toMatchObject({ route: 3 });
  });

  test('says in Chinese that nobody is told during maintenance, with exit code 1', async () => {
    const { code, out } = await milepost([
      ...['route', COMPANY, '--flow', 'backup', '--at', '2026-11-22 03:00', '--lang', 'zh'],
    ]);
    expect(code).toBe(1);
    expect(out).toContain('不通知任何人: maintenance');
  });

  test('refuses a flow, a step and a time that are none', async () => {
    for (const more of [
      ['--flow', 'none'],
      ['--flow', 'settlement', '--step', 'none'],
      ['--flow', 'settlement', '--at', 'noon'],
    ])
      expect((await milepost(['route', COMPANY, ...more])).code).toBe(2);
  });
});

describe('lint', () => {
  const folder = mkdtempSync(join(tmpdir(), 'milepost-lint-channels-'));
  const file = join(folder, 'channels.yaml');
  beforeAll(() => {
    writeFileSync(
      file,
      'channel: a\ntype: pigeon\n---\nchannel: b\ntype: webhook\nsettings: { colour: red }\n',
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('says which kind of channel is none, and which setting is wrong, with the place', async () => {
    const { code, out } = await milepost(['lint', file, '--format', 'json']);
    expect(code).toBe(1);
    const found = JSON.parse(out).findings.map(
      ({ line, code: word }: Record<string, unknown>) => `${line} ${word}`,
    );
    expect(found).toContain('2 unknown-channel-type');
    expect(found).toContain('6 bad-setting');
  });
});
