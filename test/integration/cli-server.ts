/** A Milepost on a free loopback port, with the engine's worker over storage in memory and a clock that is set by hand. */
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { createHttp, createMetrics, engineViews, type Http } from '../../adapters/http/index.ts';
import { memoryAudit, memoryStorage, memoryStream } from '../../adapters/storage/index.ts';
import { compileDefinitions } from '../../definitions/index.ts';
import { createWorker } from '../../engine/index.ts';
import { TOKEN } from '../servers/operator.ts';

export const DAY = '2026-11-23';
/** 16:00 in Shanghai */
export const NOW = Date.parse('2026-11-23T08:00:00.000Z');

const DEFINITIONS = `
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
  check: {}
connectors:
  - { from: receive, to: check }
---
flow: report
title: Report
steps:
  write: {}
`;

export interface Running {
  readonly address: string;
  readonly port: number;
  /** resolves when somebody follows the changes */
  followed(): Promise<void>;
  /** Moves the clock and lets the worker do everything that there is. */
  work(until?: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts one; the clock stands at `NOW`. Port 0 is any that is free. */
export async function startMilepost(port = 0): Promise<Running> {
  let clock = NOW;
  const sources = [{ file: 'flows.yaml', text: DEFINITIONS }];
  const { definitions, findings } = compileDefinitions(sources, 'aaaaaaaaaaaa');
  if (definitions === null) throw new Error(JSON.stringify(findings));
  const storage = memoryStorage();
  const stream = memoryStream(() => clock);
  const now = () => clock;
  const worker = createWorker({
    partition: '0',
    owner: 'w-1',
    store: storage.store,
    intake: stream.intake(),
    definitions,
    sources,
    compile: () => null,
    now,
    patience: 0,
  });
  const metrics = createMetrics();
  const http: Http = createHttp({
    ...engineViews({ reader: storage.reader, active: definitions, compile: () => null, now }),
    audit: memoryAudit(),
    operators: { token: TOKEN, onWrong: () => undefined },
    changes: storage.changes,
    outlet: stream.outlet,
    keepRejected: async () => undefined,
    health: () => ({ live: true, ready: true, checks: [] }),
    metrics,
    onError: (error) => {
      throw error;
    },
  });
  const address = await http.listen({ host: '127.0.0.1', port });
  async function work(until = clock): Promise<void> {
    clock = until;
    while ((await worker.turn()).kind === 'worked') http.notify();
  }
  await work();
  return {
    address,
    port: Number(new URL(address).port),
    work,
    async followed() {
      while (!/^milepost_http_streams 1$/m.test(metrics.render())) await turnOfLoop();
    },
    async close() {
      await http.close();
      await stream.close();
    },
  };
}

/** An event of the settlement, as JSON. */
export function eventText(more: Readonly<Record<string, unknown>> = {}): string {
  const time = '2026-11-23T15:31:00+08:00';
  return JSON.stringify({
    id: 'e1',
    flow: 'settlement',
    key: DAY,
    step: 'receive',
    event: 'activated',
    time,
    ...more,
  });
}
