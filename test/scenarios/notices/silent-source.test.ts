/** A source that falls silent is told once; what is late because nothing is heard of it is not told beside it. */
import { describe, expect, test } from 'vitest';
import { compileDefinitions } from '../../../definitions/index.ts';
import { clear, raise, tells } from './notice-timeline.ts';

const FLOWS = `
flow: feed
key: "feed-{tradingDay}"
steps: { beat: { timers: { silent: { after: activated, in: 3m, severity: critical } } } }
connectors: { from: beat, to: beat }
---
flow: other-feed
steps: { beat: {} }
connectors: { from: beat, to: beat }
---
flow: routing
source: feed
start: { by: "09:00" }
steps: { open: { timers: { slow: { after: activated, in: 5m } } }, margin: { flow: margin }, reports: { flow: report } }
connectors: [{ from: open, to: margin }, { from: open, to: reports }]
---
flow: margin
steps: { compute: { timers: { slow: { after: activated, in: 5m } } } }
---
flow: report
source: other-feed
steps: { write: { timers: { slow: { after: activated, in: 5m } } } }
---
flow: archive
steps: { store: { timers: { slow: { after: activated, in: 5m } } } }
---
{ channel: desk, type: bell }
---
policy: p
repeat: 0s
routes: { levels: { over: desk } }
`;
const SILENT = 'feed@feed-2026-11-23:beat silent';

describe('a source that is silent', () => {
  tells(
    'explains whatever is late in the flows that name it and in what these nest, and nothing else',
    FLOWS,
    [
      raise('08:50', SILENT),
      raise('09:00', 'routing start-timeout warning'),
      raise('09:01', 'routing:open slow warning'),
      raise('09:02', 'margin:compute slow warning'),
      raise('09:03', 'report:write slow warning'),
      raise('09:04', 'archive:store slow warning'),
      raise('09:05', 'routing:open exception'),
    ],
    {
      notices: [
        `08:50:30 raised desk critical: ${SILENT}`,
        '09:03:30 raised desk warning: report:write slow',
        '09:04:30 raised desk warning: archive:store slow',
        '09:05:30 raised desk critical: routing:open exception',
      ],
      outcomes: {
        'routing start-timeout': 'folded open',
        'routing:open slow': 'folded open',
        'margin:compute slow': 'folded open',
      },
    },
  );

  tells(
    'that is heard again leaves what still stands to be told',
    FLOWS,
    [
      raise('08:50', SILENT),
      raise('09:00', 'routing start-timeout warning'),
      raise('09:01', 'margin:compute slow warning'),
      clear('09:10', SILENT),
      clear('09:10', 'routing start-timeout', 'started'),
    ],
    {
      notices: [
        `08:50:30 raised desk critical: ${SILENT}`,
        `09:10:30 recovered desk critical: ${SILENT}`,
        '09:10:30 raised desk warning: margin:compute slow',
      ],
      outcomes: { 'routing start-timeout': 'folded cleared' },
    },
  );

  test.each([
    ['source: feeed', 'unknown-flow'],
    ['source: routing', 'source-circle'],
  ])('%s is a mistake that is found', (line, code) => {
    const { definitions, findings } = compileDefinitions(
      [{ file: 'f.yaml', text: FLOWS.replace('source: feed', line) }],
      'r',
    );
    expect([definitions, findings.map((finding) => finding.code)]).toEqual([null, [code]]);
  });
});
