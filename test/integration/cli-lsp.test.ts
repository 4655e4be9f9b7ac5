import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type CompletionItem,
  createProtocolConnection,
  type Diagnostic,
  type Hover,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';

const MAIN = join(import.meta.dirname, '../../adapters/cli/bin.js');

const TYPES = `checkpoint: receive-file
states:
  waiting: [received]
  received: []
params:
  POUT: { type: number, unit: bytes }
timers:
  stalled: { after: activated, in: 10m }
`;
const FLOW = `flow: settlement
steps:
  receive: { checkpoint: receive-file }
  done: { gate: true }
connectors:
  - { from: receive, to: done, when: POUT > 3 }
`;

let folder = '';
let child: ChildProcess;
let client: ProtocolConnection;
/** what was last said of each file */
let said: Map<string, readonly Diagnostic[]>;
let heard: () => void = () => undefined;

async function start(env: NodeJS.ProcessEnv = {}): Promise<void> {
  child = spawn(process.execPath, [MAIN, 'lsp', '--stdio'], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (child.stdout === null || child.stdin === null) throw new Error('the server has no streams');
  client = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  said = new Map();
  client.onNotification('textDocument/publishDiagnostics', ({ uri, diagnostics }) => {
    said.set(uri.slice(uri.lastIndexOf('/') + 1), diagnostics);
    heard();
  });
  client.listen();
  const rootUri = pathToFileURL(folder).href;
  await client.sendRequest('initialize', {
    processId: process.pid,
    rootUri,
    capabilities: {},
    workspaceFolders: [{ uri: rootUri, name: 'house' }],
  });
  await client.sendNotification('initialized', {});
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'milepost-lsp-'));
  await writeFile(join(folder, 'types.yaml'), TYPES);
  await writeFile(join(folder, 'flow.yaml'), FLOW);
});
afterEach(async () => {
  if (child.exitCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  client.dispose();
  await rm(folder, { recursive: true });
});

const uri = (file: string) => pathToFileURL(join(folder, file)).href;

function open(file: string, text: string): Promise<void> {
  const textDocument = { uri: uri(file), languageId: 'yaml', version: 1, text };
  return client.sendNotification('textDocument/didOpen', { textDocument });
}

function edit(file: string, text: string): Promise<void> {
  return client.sendNotification('textDocument/didChange', {
    textDocument: { uri: uri(file), version: 2 },
    contentChanges: [{ text }],
  });
}

/** Waits until what is said of a file is as wanted. */
async function says(
  file: string,
  wanted: (diagnostics: readonly Diagnostic[]) => boolean,
): Promise<readonly Diagnostic[]> {
  for (;;) {
    const now = said.get(file);
    if (now !== undefined && wanted(now)) return now;
    await new Promise<void>((resolve) => {
      heard = resolve;
    });
  }
}

/** What is suggested where the `|` stands. */
async function suggested(file: string, marked: string): Promise<readonly string[]> {
  const before = marked.slice(0, marked.indexOf('|')).split('\n');
  await edit(file, marked.replace('|', ''));
  const items: CompletionItem[] = await client.sendRequest('textDocument/completion', {
    textDocument: { uri: uri(file) },
    position: { line: before.length - 1, character: before.at(-1)?.length ?? 0 },
  });
  return items.map(({ label }) => label);
}

async function hover(file: string, line: number, character: number): Promise<string> {
  const found: Hover | null = await client.sendRequest('textDocument/hover', {
    textDocument: { uri: uri(file) },
    position: { line, character },
  });
  const contents = found?.contents;
  return typeof contents === 'object' && 'value' in contents ? contents.value : '';
}

describe('an editor', () => {
  it('is told what is wrong while it is typed, at its place, and when it is right again', async () => {
    await start();
    await open('flow.yaml', FLOW.replace('to: done', 'to: dnoe'));
    const [wrong] = await says('flow.yaml', (diagnostics) => diagnostics.length > 0);
    expect(wrong).toMatchObject({
      severity: 1,
      source: 'milepost',
      range: { start: { line: 5, character: 25 } },
    });
    expect(wrong?.message).toContain("did you mean 'done'?");
    await edit('flow.yaml', FLOW);
    expect(await says('flow.yaml', (diagnostics) => diagnostics.length === 0)).toEqual([]);
  });

  it('hears of one file what a change in another made wrong', async () => {
    await start();
    await open('flow.yaml', FLOW);
    await open('types.yaml', TYPES.replace('POUT', 'SIZE'));
    const [wrong] = await says('flow.yaml', (diagnostics) => diagnostics.length > 0);
    expect(wrong?.message).toContain('POUT');
  });

  it('is offered keys, steps, types, parameters, states, timers and values', async () => {
    await start();
    await open('flow.yaml', FLOW);
    expect(await suggested('flow.yaml', `${FLOW}ca|`)).toContain('calendar');
    expect(await suggested('flow.yaml', FLOW.replace('to: done', 'to: |'))).toEqual(['receive', 'done']);
    expect(await suggested('flow.yaml', FLOW.replace('checkpoint: receive-file', 'checkpoint: |'))).toContain(
      'receive-file',
    );
    expect(await suggested('flow.yaml', FLOW.replace('POUT > 3', '|'))).toEqual(
      expect.arrayContaining(['POUT', 'state', 'min']),
    );
    expect(await suggested('flow.yaml', FLOW.replace('POUT > 3', 'state == |'))).toContain('received');
    const on = FLOW.replace('receive-file }', 'receive-file, on: { | } }');
    expect(await suggested('flow.yaml', on)).toEqual(expect.arrayContaining(['committed', 'timer.stalled']));
    expect(await suggested('flow.yaml', FLOW.replace('gate: true', 'split: |'))).toEqual([
      'all',
      'first',
      'event',
    ]);
    expect(await suggested('flow.yaml', '|')).toContain('flow');
  });

  it('is offered what a view may show and link', async () => {
    const view = `view: day
nodes:
  all: { flow: settlement }
  files: { flow: settlement, step: receive }
links: { from: all, to: files }
`;
    await start();
    await open('flow.yaml', FLOW.replace('steps:', 'group: clearing\nsteps:'));
    await open('view.yaml', view);
    const suggestedFor = (from: string, to: string) => suggested('view.yaml', view.replace(from, to));
    expect(await suggestedFor('flow: settlement }', '| }')).toEqual(
      expect.arrayContaining(['flow', 'step', 'checkpoint', 'group', 'view', 'label', 'title', 'x', 'y']),
    );
    expect(await suggestedFor('step: receive', 'step: |')).toEqual(['receive', 'done']);
    expect(await suggestedFor('flow: settlement }', 'flow: | }')).toEqual(['settlement']);
    expect(await suggestedFor('flow: settlement }', 'group: | }')).toEqual(['clearing']);
    expect(await suggestedFor('flow: settlement }', 'view: | }')).toEqual(['day']);
    expect(await suggestedFor('to: files', 'to: |')).toEqual(['all', 'files']);
    expect(await suggestedFor('links: {', 'l|inks: {')).toEqual(expect.arrayContaining(['links', 'notes']));
  });

  it('is told of keys, types and steps, with the last days of a step from a running Milepost', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      const step = {
        status: 'committed',
        activatedAt: '2026-11-20T08:00:00.000Z',
        endedAt: '2026-11-20T08:12:00.000Z',
      };
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          flow: 'settlement',
          items: [{ tradingDay: '2026-11-20', steps: { receive: step } }],
        }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await start({ MILEPOST_URL: `http://127.0.0.1:${port}` });
    await open('flow.yaml', FLOW);
    await edit('flow.yaml', FLOW.replace('to: done', 'to: dnoe'));
    await says('flow.yaml', (diagnostics) => diagnostics.length > 0);
    expect(await hover('flow.yaml', 4, 3)).toMatch(/connector/);
    expect(await hover('flow.yaml', 2, 30)).toContain('`POUT` number');
    const step = await hover('flow.yaml', 2, 4);
    expect(step).toContain('of type `receive-file`');
    expect(step).toContain('states: waiting, received');
    expect(step).toContain('- 2026-11-20: committed, 12 min');
    expect(asked).toEqual(['/api/v1/flows/settlement/history?days=5']);
    server.close();
  });

  it('can say goodbye', async () => {
    await start();
    await client.sendRequest('shutdown');
    await client.sendNotification('exit');
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode).toBe(0);
  });
});
