/** A real HTTP server on a free loopback port, over storage in memory and definitions compiled from text. */
import { request as rawRequest } from 'node:http';
import { connect } from 'node:net';
import Fastify from 'fastify';
import { createHttp, createMetrics, type HttpOptions } from '../../adapters/http/index.ts';
import { SCHEMAS } from '../../adapters/http/schemas.ts';
import {
  type MemoryNotices,
  type MemoryStorage,
  memoryAudit,
  memoryNotices,
  memoryStorage,
} from '../../adapters/storage/index.ts';
import { compileDefinitions, type Definitions, type Flow } from '../../definitions/index.ts';
import {
  type AlarmRecord,
  type Batch,
  type ChangeRecord,
  createViewStatuses,
  type InstanceRecord,
  type JournalRecord,
  ledger,
  type RejectedRecord,
  viewGraph,
} from '../../engine/index.ts';
import { opened } from '../contracts/store-records.ts';
import { OPERATOR, TOKEN } from '../servers/operator.ts';

export const NOW = Date.parse('2026-11-23T08:00:00.000Z');

export const SETTLEMENT = `
calendar: shfe
zone: Asia/Shanghai
---
flow: settlement
title: { en: End-of-day settlement, zh: 日终结算 }
group: clearing
calendar: shfe
start: { by: "15:30" }
deadline: { at: "19:00" }
steps:
  receive:
    states: { waiting: [received], received: [] }
    params: { PIN: { type: number, unit: bytes } }
    timers: { stalled: { after: activated, in: 10m } }
  check: { as: verify }
connectors:
  - { from: receive, to: check, when: PIN > 0 }
---
flow: report
group: reporting
steps:
  write: {}
---
channel: desk
type: bell
---
policy: operations
routes: { levels: { over: desk } }
`;

/** What is defined: `settlement` in the group clearing, keyed by its trading day, and `report`, whose events bring a key. */
export function definitions(text: string = SETTLEMENT, revision = 'aaaaaaaaaaaa'): Definitions {
  const compiled = compileDefinitions([{ file: 'flows.yaml', text }], revision);
  if (compiled.definitions === null) throw new Error(JSON.stringify(compiled.findings));
  return compiled.definitions;
}

export interface Server {
  readonly address: string;
  readonly port: number;
  readonly http: ReturnType<typeof createHttp>;
  readonly storage: MemoryStorage;
  readonly notices: MemoryNotices;
  /** how often there was said to be an act to take */
  readonly wakes: () => number;
  /** what reached the stream, as subject and text */
  readonly sent: { subject: string; text: string }[];
  readonly errors: { error: unknown; where: string }[];
  /** what was said of wrong tokens */
  readonly wrong: string[];
  readonly close: () => Promise<void>;
}

const NOTHING_DONE = { corrected: false, waivers: [], visits: [] };

/** Starts a server; `change` replaces options. */
export async function startServer(
  change: (options: HttpOptions) => Partial<HttpOptions> = () => ({}),
  port = 0,
  host = '127.0.0.1',
): Promise<Server> {
  const notices = memoryNotices({ now: () => NOW });
  const storage = memoryStorage({ rootOf: notices.rootOf });
  let wakes = 0;
  const active = definitions();
  const sent: { subject: string; text: string }[] = [];
  const errors: { error: unknown; where: string }[] = [];
  const wrong: string[] = [];
  const options: HttpOptions = {
    reader: storage.reader,
    changes: storage.changes,
    outlet: {
      send: async (messages) => {
        for (const { subject, payload } of messages)
          sent.push({ subject, text: Buffer.from(payload).toString() });
      },
    },
    keepRejected: (records) => store(storage, { rejected: records }),
    definitions: () => active,
    definitionsOf: async () => null,
    now: () => NOW,
    instanceView: ({ snapshot }) => ({ ...NOTHING_DONE, ...JSON.parse(snapshot) }),
    waiversOf: () => [],
    graphView: (set, flow) => viewGraph(flowOf(set, flow), null),
    ledgerRows: (set, _records, day, now) =>
      ledger({ definitions: set, entries: [], day, now, since: new Map() }),
    viewStatuses: async (set, _views, day, now) =>
      createViewStatuses({ definitions: set, entries: [], day, now, since: new Map() }),
    audit: memoryAudit(notices.reader.act),
    operators: { token: TOKEN, onWrong: (text) => void wrong.push(text) },
    telling: { reader: notices.reader, channelTrouble: () => null },
    handling: {
      acts: notices.store,
      wake: () => {
        wakes += 1;
      },
    },
    health: () => ({ live: true, ready: true, checks: [{ name: 'database', ok: true, detail: 'answers' }] }),
    metrics: createMetrics(),
    onError: (error, where) => void errors.push({ error, where }),
    stream: { poll: 60_000 },
  };
  const http = createHttp({ ...options, ...change(options) });
  const address = await http.listen({ host, port });
  return {
    ...{ address, port: Number(new URL(address).port), http, storage, notices, sent, errors, wrong },
    ...{ wakes: () => wakes, close: http.close },
  };
}

function flowOf(set: Definitions, name: string): Flow {
  const flow = set.flows.get(name);
  if (flow === undefined) throw new Error(`this test has no flow ${name}`);
  return flow;
}

/** Writes to the storage as a worker would. */
export async function store(storage: MemoryStorage, what: Partial<Batch>): Promise<void> {
  const position = await opened(storage.store, '0');
  const nothing = {
    journal: [],
    instances: [],
    removed: [],
    alarms: [],
    rejected: [],
    changes: [],
    notices: [],
    watched: [],
    held: [],
  };
  await storage.store.commit({ previous: position, position, ...nothing, ...what });
}

export function instance(flow: string, key: string, more: Partial<InstanceRecord> = {}): InstanceRecord {
  return {
    flow,
    key,
    revision: 'aaaaaaaaaaaa',
    status: 'running',
    health: 'running',
    deviated: false,
    group: flow === 'settlement' ? 'clearing' : 'reporting',
    tradingDay: '2026-11-23',
    startedAt: NOW - 60_000,
    endedAt: null,
    updatedAt: NOW,
    openAlarms: 0,
    hasTimers: false,
    applied: 0,
    snapshot: JSON.stringify({
      steps: {
        receive: { status: 'running', state: null, visits: 1, activatedAt: null, endedAt: null, params: {} },
      },
    }),
    ...more,
  };
}

export function alarm(id: string, more: Partial<AlarmRecord> = {}): AlarmRecord {
  return {
    id,
    flow: 'settlement',
    key: '2026-11-23',
    step: 'receive',
    name: 'stalled',
    source: 'timer',
    severity: 'warning',
    group: 'clearing',
    tradingDay: '2026-11-23',
    text: 'nothing came',
    count: 1,
    raisedAt: NOW,
    lastAt: NOW,
    clearedAt: null,
    clearedBy: null,
    late: false,
    why: JSON.stringify({
      rule: 'flows.yaml:15:5',
      cause: 'receive/timer.stalled/0',
      expression: null,
      values: [['PIN', 3]],
      event: {
        id: null,
        event: 'timer.stalled',
        step: 'receive',
        time: NOW,
        state: null,
        params: [],
        message: null,
        source: null,
      },
      due: NOW,
    }),
    ...more,
  };
}

let places = 0;

export function journal(flow: string, key: string, id: string): JournalRecord {
  const event = JSON.stringify({
    id,
    flow,
    key,
    step: 'receive',
    event: 'activated',
    time: '2026-11-23T08:00:00Z',
  });
  const said = { flow, key, id, digest: id, step: 'receive', kind: 'activated', event };
  return { place: ++places, clock: NOW, backlog: false, ...said, time: NOW, receivedAt: NOW };
}

export function rejected(id: string, text: string, more: Partial<RejectedRecord> = {}): RejectedRecord {
  const payload = Buffer.from(text);
  return {
    id,
    subject: 'milepost.checkpoint.x',
    payload,
    headers: {},
    reason: 'no',
    receivedAt: NOW,
    ...more,
  };
}

export function change(id: number, more: Partial<ChangeRecord> = {}): ChangeRecord {
  return {
    kind: 'instance',
    subject: 'milepost.status.settlement.k',
    body: JSON.stringify({ flow: 'settlement', group: 'clearing', number: id }),
    ...more,
  };
}

/** An event that is accepted, as JSON. */
export function event(more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    id: 'e1',
    flow: 'settlement',
    key: 'k1',
    step: 'receive',
    event: 'activated',
    time: '2026-11-23T16:00:00+08:00',
    ...more,
  });
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON of many shapes
  readonly body: any;
}

/** One request whose header fields and path are sent exactly as given; what is more than a read has the token of operators. */
export function ask(
  { port }: { readonly port: number },
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string | undefined>>;
    readonly body?: string | Uint8Array;
  } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const token = method === 'GET' || method === 'HEAD' ? {} : OPERATOR;
    const given = Object.entries({ ...token, ...headers }).filter(([, value]) => value !== undefined);
    const fields = Object.fromEntries(given);
    const request = rawRequest({ host: '127.0.0.1', port, path, method, headers: fields }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== '';
        const { statusCode: status = 0, headers: answered } = response;
        resolve({ status, headers: answered, text, body: isJson ? JSON.parse(text) : null });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

export function post(
  server: Server,
  path: string,
  body: string | Uint8Array,
  type = 'application/json',
): Promise<Reply> {
  return ask(server, path, { method: 'POST', headers: { 'content-type': type }, body });
}

/** Sends bytes to the port and gives everything that comes back until the other side closes. */
export function talk({ port }: Server, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => socket.end());
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    socket.on('error', reject);
  });
}

/** What is wrong with a value by a named schema of the API; nothing: an empty list. */
export async function schemaErrors(schema: string, value: unknown): Promise<readonly string[]> {
  const errors: string[] = [];
  const checker = Fastify({
    ajv: {
      customOptions: {
        coerceTypes: false,
        removeAdditional: false,
        useDefaults: false,
        allErrors: true,
        strict: false,
      },
    },
  });
  checker.get('/', async (request) => {
    const validate = request.compileValidationSchema({
      $ref: `#/components/schemas/${schema}`,
      components: { schemas: SCHEMAS },
    });
    if (!validate(value))
      for (const { instancePath, message } of validate.errors ?? [])
        errors.push(`${instancePath} ${message}`);
    return '';
  });
  const answered = await checker.inject('/');
  if (answered.statusCode !== 200) errors.push(answered.body);
  await checker.close();
  return errors;
}
