import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { milepost } from './cli-process.ts';

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
