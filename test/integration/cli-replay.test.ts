import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { milepost } from './cli-process.ts';

const cwd = mkdtempSync(join(tmpdir(), 'milepost-replay-'));
afterAll(() => rmSync(cwd, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(cwd, name), content);
  return name;
}

file(
  'flows.yaml',
  `calendar: shfe
zone: Asia/Shanghai
---
flow: settlement
calendar: shfe
start: { by: "15:30" }
steps:
  receive:
    params: { PIN: { type: number } }
    timers: { stalled: { after: activated, in: 10m, severity: critical } }
`,
);

const event = (id: string, kind: string, time: string, more: object = {}) =>
  JSON.stringify({ id, flow: 'settlement', key: '2026-11-23', step: 'receive', event: kind, time, ...more });

const LOG = [
  event('1', 'activated', '2026-11-23T15:31:00+08:00', { params: { PIN: 3 } }),
  event('1', 'activated', '2026-11-23T07:31:00Z', { params: { PIN: 3 } }),
  '{broken',
  '',
  event('2', 'committed', '2026-11-23T15:50:00+08:00'),
].join('\r\n');
file('log.ndjson', LOG);

const replay = (...args: string[]) => milepost(['replay', '--definitions', 'flows.yaml', ...args], { cwd });

/** What `replay --format json` prints for the log, to the letter. */
const REPORT = `{
  "instances": [
    {
      "flow": "settlement",
      "key": "2026-11-23",
      "status": "committed",
      "deviated": false,
      "health": "normal",
      "startedAt": "2026-11-23T07:31:00.000Z",
      "endedAt": "2026-11-23T07:50:00.000Z",
      "steps": {
        "receive": {
          "status": "committed",
          "state": null,
          "visits": 1,
          "activatedAt": "2026-11-23T07:31:00.000Z",
          "endedAt": "2026-11-23T07:50:00.000Z",
          "params": {
            "PIN": 3
          }
        }
      }
    }
  ],
  "alarms": [
    {
      "flow": "settlement",
      "key": "2026-11-23",
      "step": "receive",
      "name": "stalled",
      "source": "timer",
      "severity": "critical",
      "text": "receive: timer stalled ran out at 2026-11-23 15:41:00",
      "count": 1,
      "raisedAt": "2026-11-23T07:41:00.000Z",
      "clearedAt": "2026-11-23T07:50:00.000Z"
    }
  ],
  "rejected": [
    {
      "line": 3,
      "reason": "it is no JSON (Expected property name or '}' in JSON at position 1 (line 1 column 2)); send one JSON object per line"
    }
  ]
}
`;

describe('a replay', () => {
  test('prints one JSON object with everything that came of the log, and counts on standard error', async () => {
    const { code, out, err } = await replay('--events', 'log.ndjson', '--format', 'json');
    expect(out).toBe(REPORT);
    expect(err).toBe('4 events, 1 of them repeated and ignored, 1 rejected\n');
    expect(code).toBe(0);
  });

  test('gives the same for a packed log and for standard input', async () => {
    const packed = await replay('--events', file('log.ndjson.gz', gzipSync(LOG)), '--format', 'json');
    expect(packed.out).toBe(REPORT);
    const args = ['replay', '--definitions', 'flows.yaml', '--events', '-', '--format', 'json'];
    expect((await milepost(args, { cwd, stdin: LOG })).out).toBe(REPORT);
  });

  test('raises what silence raises between --from and --until, without a single event', async () => {
    const empty = file('empty.ndjson', '');
    const { code, out } = await replay(
      ...['--events', empty, '--format', 'json'],
      ...['--from', '2026-11-23T00:00:00Z', '--until', '2026-11-23T10:00:00Z'],
    );
    expect(code).toBe(0);
    expect(JSON.parse(out).alarms).toMatchObject([
      { name: 'start-timeout', raisedAt: '2026-11-23T07:30:00.000Z', clearedAt: null },
    ]);
    const nothing = await replay('--events', empty, '--format', 'json');
    expect(nothing.out).toBe('{\n  "instances": [],\n  "alarms": [],\n  "rejected": []\n}\n');
  });

  test('takes no event after --until', async () => {
    const until = ['--until', '2026-11-23T15:40:00+08:00', '--format', 'json'];
    const { out, err } = await replay('--events', 'log.ndjson', ...until);
    expect(JSON.parse(out).instances[0].status).toBe('running');
    expect(err).toContain('1 after --until and not taken');
  });

  test('tells people of flows, alarms and rejected lines, in their language', async () => {
    const { out } = await replay('--events', 'log.ndjson');
    expect(out).toBe(`Instances:
FLOW        EXPECTED  RUNNING  COMMITTED  FAILED  ABANDONED  DEVIATED
settlement  -         -        1          -       -          -

Alarms:
RAISED                     SEVERITY  FLOW        KEY         STEP     ALARM    COUNT  CLEARED                    TEXT
2026-11-23 15:41:00+08:00  critical  settlement  2026-11-23  receive  stalled         2026-11-23 15:50:00+08:00  receive: timer stalled ran out at 2026-11-23 15:41:00

Rejected:
LINE  REASON
3     it is no JSON (Expected property name or '}' in JSON at position 1 (line 1 column 2)); send one JSON object per line

`);
    const chinese = await milepost(['replay', '--definitions', 'flows.yaml', '--events', 'log.ndjson'], {
      cwd,
      env: { LC_ALL: 'zh_CN.UTF-8' },
    });
    expect(chinese.out).toMatch(/^实例：\n流程 .*待开始/);
    expect(chinese.out).toContain('严重');
  });

  test('rejects lines that are too long or no text by their number, and goes on', async () => {
    const lines = [
      Buffer.from(`"${'x'.repeat(70_000)}"`),
      Buffer.from([0xff]),
      Buffer.from(event('1', 'committed', '2026-11-23T15:00:00+08:00')),
    ];
    const log = file('bad.ndjson', Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])));
    const { out } = await replay('--events', log, '--format', 'json');
    expect(JSON.parse(out)).toMatchObject({
      instances: [{ status: 'committed' }],
      rejected: [
        { line: 1, reason: 'it has 70002 bytes; at most 65536 are allowed for an event' },
        { line: 2, reason: 'the bytes are no UTF-8; write JSON in UTF-8' },
      ],
    });
  });

  test('reads a log that is larger than its memory may become', async () => {
    const padding = ' '.repeat(60_000);
    const line = `${event('1', 'activated', '2026-11-23T15:00:00+08:00')}${padding}\n`;
    const log = file('large.ndjson', line.repeat(1500));
    const args = ['replay', '--definitions', 'flows.yaml', '--events', log, '--format', 'json'];
    const { code, err } = await milepost(args, { cwd, env: { NODE_OPTIONS: '--max-old-space-size=64' } });
    expect([code, err]).toEqual([0, '1500 events, 1499 of them repeated and ignored\n']);
  });
});

describe('a replay ends', () => {
  test('with 1 and the findings on standard error where the definitions have errors', async () => {
    file('bad.yaml', 'flow: one\ncolour: red\nsteps: { a: {} }\n');
    const { code, out, err } = await milepost(
      ['replay', '--definitions', 'bad.yaml', '--events', 'log.ndjson'],
      { cwd },
    );
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^bad\.yaml:2:1: error: .*\nnothing was replayed: correct the definitions\n$/);
  });

  test.each([
    [['--events', 'gone.ndjson'], /gone\.ndjson cannot be read \(ENOENT\)/],
    [['--events', '.'], /\. cannot be read \(EISDIR\)/],
    [[], /--events is missing: write --events FILE/],
    [
      ['--events', 'log.ndjson', '--from', '15:30'],
      /--from is no RFC 3339 time with an offset; write it like/,
    ],
    [['--events', 'log.ndjson', '--until', '2026-11-23T15:30:00'], /--until has no offset from UTC/],
    [
      ['--events', 'log.ndjson', '--from', '2026-11-23T15:30:00Z', '--until', '2026-11-23T15:29:00Z'],
      /--until lies before --from: exchange them/,
    ],
  ])('with 2 for %j', async (args, message) => {
    const { code, out, err } = await replay(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
  });
});
