import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { milepost } from './cli-process.ts';
import { DAY, startMilepost } from './cli-server.ts';

const cwd = mkdtempSync(join(tmpdir(), 'milepost-convert-'));
afterAll(() => rmSync(cwd, { recursive: true }));

const DIAGRAM = fileURLToPath(new URL('../data/bpmn-miwg/A.3.0.bpmn', import.meta.url));
const EXAMPLES = fileURLToPath(new URL('../../definitions/examples/', import.meta.url));

describe('import bpmn', () => {
  test('gives definitions on standard output, and says what they do not carry', async () => {
    const { code, out, err } = await milepost(['import', 'bpmn', DIAGRAM]);
    expect(code).toBe(0);
    expect(err).toContain(
      'changed: boundaryEvent _178e16eb-4c9e-4ea0-9644-7c5fb2b71825 "Boundary Intermediate Event',
    );
    expect(err).toContain('1 flow; 2 changed, 1 dropped, 0 kept as comments');
    writeFileSync(join(cwd, 'a30.yaml'), out);
    const lint = await milepost(['lint', 'a30.yaml', '--format', 'json'], { cwd });
    expect([lint.code, JSON.parse(lint.out)]).toEqual([0, { findings: [] }]);
  });

  test('gives both as JSON, also of a packed file and from standard input', async () => {
    const packed = gzipSync(readFileSync(DIAGRAM));
    const { code, out } = await milepost(['import', 'bpmn', '-', '--format', 'json'], { stdin: packed });
    expect(code).toBe(0);
    const { definitions, notes } = JSON.parse(out);
    expect(definitions).toContain('flow: wfp-6');
    expect(notes.map(({ id }: { id: string }) => id)).toContain('_428dcbf5-8e5e-48e0-9c0c-d93003fa8c82');
  });

  test('a packed file that unpacks without end is given up at its limit', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const { code, err } = await milepost(['import', 'bpmn', '-'], { stdin: bomb });
    expect([code, err]).toEqual([2, expect.stringContaining('has more than 20971520 bytes: split it')]);
  });

  test.each([
    [['import', 'bpmn', 'gone.bpmn'], 2, 'gone.bpmn cannot be read (ENOENT)'],
    [['import', 'visio', 'a.vsdx'], 2, '"visio" cannot be imported'],
    [['import', 'bpmn'], 2, 'something is missing'],
    [['import', 'bpmn', `${EXAMPLES}timers.yaml`], 1, 'it is no BPMN 2.0 XML'],
  ])('%j ends with %i', async (args, code, err) => {
    expect(await milepost(args, { cwd })).toEqual({ code, out: '', err: expect.stringContaining(err) });
  });
});

describe('export', () => {
  test('of a flow as BPMN is imported again as the same flow', async () => {
    const example = `${EXAMPLES}timers.yaml`;
    const out = await milepost(['export', 'bpmn', example, '--output', 'timers.bpmn'], { cwd });
    expect(out).toEqual({ code: 0, out: '', err: '' });
    const back = await milepost(['import', 'bpmn', 'timers.bpmn', '--output', 'timers.yaml'], { cwd });
    expect(back.code).toBe(0);
    const again = await milepost(['export', 'bpmn', 'timers.yaml'], { cwd });
    expect(again.out).toBe(readFileSync(join(cwd, 'timers.bpmn'), 'utf8'));
  });

  test('of one flow takes what it nests, and no other', async () => {
    const folder = `${EXAMPLES}futures-company`;
    const { code, out } = await milepost(['export', 'mermaid', folder, '--flow', 'settlement']);
    expect(code).toBe(0);
    expect(out).toMatch(/^flowchart LR\n/);
    expect(out).not.toContain('Trading');
  });

  test.each([
    [['export', 'bpmn', EXAMPLES, '--flow', 'setlement'], 2, 'did you mean settlement?'],
    [['export', 'visio', EXAMPLES], 2, '"visio" is no form that is written'],
    [['export', 'xstate'], 2, 'something is missing'],
  ])('%j ends with %i', async (args, code, err) => {
    expect(await milepost(args, { cwd })).toEqual({ code, out: '', err: expect.stringContaining(err) });
  });
});

const SAMPLE = fileURLToPath(new URL('../data/purchase-to-pay/sample.csv.gz', import.meta.url));

describe('import of logs', () => {
  test('a table becomes events by time, with parameters, and replays', async () => {
    writeFileSync(
      join(cwd, 'orders.csv'),
      'Order;Step;At;Total\n7;Check it;2026-11-23 15:30;10\n8;Check it;2026-11-23 15:00;20\n7;Ship;soon;30\n',
    );
    const args = ['--case', 'Order', '--activity', 'Step', '--time', 'At', '--zone', 'Asia/Shanghai'];
    const { code, out, err } = await milepost(
      ['import', 'csv', 'orders.csv', '--flow', 'order', '--param', 'total=Total', ...args],
      { cwd },
    );
    const event = { flow: 'order', step: 'check-it', event: 'committed' };
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { id: '2', ...event, key: '8', time: '2026-11-23T07:00:00.000Z', params: { total: '20' } },
      { id: '1', ...event, key: '7', time: '2026-11-23T07:30:00.000Z', params: { total: '10' } },
    ]);
    expect(code).toBe(1);
    expect(err).toBe(
      'orders.csv:4: "soon" is no time: write 2026-11-23 15:30:00, with an offset or --zone\n2 events of 2 cases, flow order; 1 problems\n',
    );
  });

  test('an XES log, packed, from standard input into a file', async () => {
    const event = (name: string, time: string) =>
      `<event><string key="concept:name" value="${name}"/><date key="time:timestamp" value="${time}"/></event>`;
    const log = `<log><trace><string key="concept:name" value="a/b"/>${event('x', '2026-01-01T00:00:00Z')}${event('y', '2026-01-01T00:01:00Z')}</trace></log>`;
    const { code, out } = await milepost(['import', 'xes', '-', '--output', 'x.ndjson', '--unsorted'], {
      cwd,
      stdin: gzipSync(log),
    });
    expect([code, out]).toEqual([0, '']);
    expect(readFileSync(join(cwd, 'x.ndjson'), 'utf8').trim().split('\n')).toHaveLength(2);
  });

  test.each([
    [['import', 'csv', 'orders.csv', '--zone', 'Mars'], 2, 'there is no time zone "Mars"'],
    [['import', 'csv', 'orders.csv', '--param', 'x'], 2, 'is no pair'],
    [['import', 'csv', 'orders.csv', '--param', 'a-b=x'], 2, 'no name of a parameter'],
    [['import', 'csv', 'orders.csv', '--delimiter', 'xx'], 2, '--delimiter is one sign'],
    [['import', 'csv', 'orders.csv', '--flow', 'No'], 2, 'no name of a flow'],
    [['import', 'bpmn', DIAGRAM, '--zone', 'UTC'], 2, '--zone is for logs'],
    [['import', 'xes', DIAGRAM], 1, 'its root is "definitions" and not log'],
    [['import', 'csv', 'gone.csv'], 2, 'gone.csv cannot be read (ENOENT)'],
  ])('%j ends with %i', async (args, code, err) => {
    expect(await milepost(args, { cwd })).toEqual({ code, out: '', err: expect.stringContaining(err) });
  });
});

describe('discover', () => {
  test('finds a flow in a table that lints clean and that the log goes through', async () => {
    const from = ['--from', '2024-01-01T00:00:00Z', '--where', 'label=normal', '--flow', 'pay'];
    const found = await milepost(['discover', SAMPLE, '--as', 'csv', ...from, '--output', 'pay.yaml'], {
      cwd,
    });
    expect(found).toEqual({
      code: 0,
      out: '',
      err: 'flow pay: 120 of 120 cases learnt, 120 of them go through it; 0 timers\n',
    });
    const lint = await milepost(['lint', 'pay.yaml', '--format', 'json'], { cwd });
    expect(JSON.parse(lint.out)).toEqual({ findings: [] });
    await milepost(['import', 'csv', SAMPLE, ...from, '--output', 'pay.ndjson'], { cwd });
    const replay = await milepost(
      ['replay', '--definitions', 'pay.yaml', '--events', 'pay.ndjson', '--format', 'json'],
      { cwd },
    );
    const { instances, alarms, rejected } = JSON.parse(replay.out);
    expect([instances.length, alarms, rejected]).toEqual([120, [], []]);
    expect(instances.filter(({ status }: { status: string }) => status !== 'committed')).toEqual([]);
  });

  test('learns from events of one flow, and says which others it left', async () => {
    const line = (flow: string, key: number, step: string, minute: number) =>
      JSON.stringify({
        id: step,
        flow,
        key: String(key),
        step,
        event: 'committed',
        time: new Date(1e12 + minute * 60_000).toISOString(),
      });
    const lines = Array.from({ length: 30 }, (_, key) => [
      line('f', key, 'a', key * 10),
      line('f', key, 'b', key * 10 + 5),
    ]);
    writeFileSync(join(cwd, 'two.ndjson'), [...lines.flat(), line('g', 1, 'c', 0), '{broken'].join('\n'));
    const { code, out, err } = await milepost(['discover', 'two.ndjson', '--format', 'json'], { cwd });
    expect(code).toBe(1);
    expect(err).toContain('two.ndjson:62: ');
    expect(err).toContain('not learnt: g');
    const { definitions, report } = JSON.parse(out);
    expect(definitions).toContain('b: { timers: { slow: { after: activated, in: 5m, until: committed } } }');
    expect(report).toMatchObject({ cases: 30, fitting: 30, timers: 1 });
  });

  test.each([
    [['discover', 'pay.dat'], 2, 'does not say what it is'],
    [['discover', 'two.ndjson', '--flow', 'h'], 2, 'there is no event of flow "h"'],
    [['discover', 'two.ndjson', '--cover', '2'], 2, '--cover is a share from 0 to 1'],
    [['discover', 'two.ndjson', '--percentile', '0'], 2, 'over 0'],
  ])('%j ends with %i', async (args, code, err) => {
    expect(await milepost(args, { cwd })).toEqual({ code, out: '', err: expect.stringContaining(err) });
  });
});

describe('export of what happened', () => {
  test('as XES and read again, a log gives the same instances and alarms', async () => {
    const from = ['--from', '2024-01-01T00:00:00Z', '--flow', 'pay', '--where'];
    await milepost(['discover', SAMPLE, '--as', 'csv', ...from, 'label=normal', '--output', 'known.yaml'], {
      cwd,
    });
    await milepost(['import', 'csv', SAMPLE, ...from, 'anomaly_type=Early', '--output', 'early.ndjson'], {
      cwd,
    });
    const known = ['--definitions', 'known.yaml', '--events'];
    const out = await milepost(['export', 'xes', ...known, 'early.ndjson', '--output', 'early.xes'], { cwd });
    expect(out).toEqual({ code: 0, out: '', err: '30 finished instances, 0 others left out\n' });
    await milepost(['import', 'xes', 'early.xes', '--flow', 'pay', '--output', 'back.ndjson'], { cwd });
    const [one, other] = await Promise.all(
      ['early.ndjson', 'back.ndjson'].map((file) =>
        milepost(['replay', ...known, file, '--format', 'json'], { cwd }),
      ),
    );
    expect(JSON.parse(one?.out ?? '').alarms).toHaveLength(30);
    expect(other?.out).toBe(one?.out);
  });

  test('as OCEL relates nested instances to those around them', async () => {
    writeFileSync(
      join(cwd, 'nested.yaml'),
      'flow: outer\nsteps: { n: { flow: inner } }\n---\nflow: inner\nsteps: { x: { params: { N: { type: number } } } }\n',
    );
    const event = {
      id: '1',
      flow: 'inner',
      key: 'k',
      step: 'x',
      event: 'committed',
      time: '2026-11-23T08:00:00Z',
      params: { N: 2 },
    };
    const open = { ...event, key: 'open', event: 'activated' };
    writeFileSync(
      join(cwd, 'nested.ndjson'),
      `${JSON.stringify(event)}\n${JSON.stringify(event)}\n${JSON.stringify(open)}\n`,
    );
    const { code, out, err } = await milepost(
      ['export', 'ocel', '--definitions', 'nested.yaml', '--events', 'nested.ndjson'],
      { cwd },
    );
    expect([code, err]).toEqual([0, '2 finished instances, 2 others left out\n']);
    expect(JSON.parse(out)).toMatchObject({
      objects: [
        { id: 'inner/k', relationships: [{ objectId: 'outer/k', qualifier: 'nested in' }] },
        { id: 'outer/k' },
      ],
      events: [{ id: 'inner/k#1', type: 'inner/x committed', attributes: [{ name: 'N', value: 2 }] }],
    });
  });

  test('comes from a running Milepost too', async () => {
    const server = await startMilepost();
    try {
      const time = '2026-11-23T07:30:00.000Z';
      const events = ['receive', 'check'].map((step) =>
        JSON.stringify({
          id: step,
          flow: 'settlement',
          key: DAY,
          step,
          event: 'committed',
          time,
          params: step === 'receive' ? { PIN: 5 } : {},
        }),
      );
      await milepost(['send', '-', '--url', server.address], { stdin: events.join('\n') });
      await server.work();
      const { code, out, err } = await milepost([
        'export',
        'xes',
        '--url',
        server.address,
        '--flow',
        'settlement',
      ]);
      expect([code, err]).toEqual([0, '1 finished instances, 0 others left out\n']);
      expect(out.match(/concept:name" value="(receive|check)"/g)).toHaveLength(2);
      expect(out).toContain('<int key="param:PIN" value="5"/>');
    } finally {
      await server.close();
    }
  });

  test.each([
    [['export', 'xes', '--definitions', 'nested.yaml'], 2, 'a replay takes both'],
    [['export', 'xes', 'nested.yaml'], 2, 'one argument too many'],
    [['export', 'xes', '--events', 'x', '--url', 'http://127.0.0.1:1'], 2, 'leave one out'],
    [['export', 'bpmn', 'nested.yaml', '--events', 'x'], 2, '--events is for xes and ocel'],
    [['export', 'ocel', '--url', 'http://127.0.0.1:1'], 69, '127.0.0.1:1'],
  ])('%j ends with %i', async (args, code, err) => {
    expect(await milepost(args, { cwd })).toEqual({ code, out: '', err: expect.stringContaining(err) });
  });
});
