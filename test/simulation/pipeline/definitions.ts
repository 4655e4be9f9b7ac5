/** The flows that the pipeline is simulated with: something of everything that is decided by time, order or others. */
import { compileDefinitions, type Definitions } from '../../../definitions/index.ts';

const TEXT = `
flow: order
steps:
  receive: { timers: { stalled: { after: activated, in: 4m, until: committed } } }
  check:
    params: { N: { type: number, default: 0 } }
    on: { committed: { when: N > 3, do: [{ alarm: big, severity: critical }, { notify: pager, text: big }] } }
    timers: { slow: { after: activated, in: 7m, until: committed } }
  settle: {}
connectors: [{ from: receive, to: check }, { from: check, to: settle }]
---
flow: day
start: { by: "08:20" }
deadline: { at: "10:00" }
steps: { open: {}, legs: { flow: leg, key: "{key}/leg" }, close: {} }
connectors: [{ from: open, to: legs }, { from: legs, to: close }]
---
flow: leg
steps: { x: { timers: { late: { after: activated, in: 5m, until: committed } } }, y: {} }
connectors: [{ from: x, to: y }]
---
flow: trade
disorder: 60s
steps:
  buy: { states: { q: [r], r: [q, s], s: [] } }
  sell: { timers: { open: { after: activated, in: 6m, until: committed } } }
connectors: [{ from: buy, to: sell }]
---
{ channel: desk, type: endpoint, language: en, timeout: 10s, deadline: 6h }
---
{ channel: group, type: endpoint, language: en, timeout: 10s, deadline: 20m, fallback: desk, quota: { count: 3, per: 1m } }
---
{ channel: pager, type: endpoint, timeout: 10s, deadline: 6h }
---
{ channel: machine, type: endpoint, language: en, timeout: 10s, deadline: 6h }
---
policy: people
wait: 30s
interval: 2m
repeat: 30m
storm: { over: 4, within: 4m, calm: 4m }
flapping: { over: 4, within: 10m, calm: 10m }
routes:
  - match: { severity: critical }
    levels: [{ over: [group, pager] }, { after: 10m, over: desk }]
  - levels: { over: group }
feeds: { match: { flow: [order, day] }, over: machine }
`;

export const FILES = [{ file: 'pipeline.yaml', text: TEXT }];
const REVISION = 'r1';

export function compilePipeline(): Definitions {
  const { definitions, findings } = compileDefinitions(FILES, REVISION);
  if (definitions === null) throw new Error(findings.map(({ message }) => message).join('; '));
  return definitions;
}
