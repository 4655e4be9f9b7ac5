import { expect, test } from 'vitest';
import { createMetrics } from '../../adapters/http/index.ts';

test('counters, gauges and histograms come out in the text format of Prometheus', () => {
  const metrics = createMetrics();
  const events = metrics.counter('events_total', 'Events\ntaken \\ refused');
  const depth = metrics.gauge('depth', 'How deep');
  const seconds = metrics.histogram('seconds', 'How long', [0.1, 1]);
  events.add();
  events.add(2, { outcome: 'good', flow: 'x' });
  events.add(1, { flow: 'x', outcome: 'good' });
  depth.set(-1.5);
  seconds.observe(0.1, { route: '/' });
  seconds.observe(0.5, { route: '/' });
  seconds.observe(7, { route: '/' });
  expect(metrics.render()).toBe(`# HELP events_total Events\\ntaken \\\\ refused
# TYPE events_total counter
events_total 1
events_total{flow="x",outcome="good"} 3
# HELP depth How deep
# TYPE depth gauge
depth -1.5
# HELP seconds How long
# TYPE seconds histogram
seconds_bucket{le="0.1",route="/"} 1
seconds_bucket{le="1",route="/"} 2
seconds_bucket{le="+Inf",route="/"} 3
seconds_sum{route="/"} 7.6
seconds_count{route="/"} 3
`);
});

test('label values cannot break out of their quotes', () => {
  const metrics = createMetrics();
  metrics.counter('a', 'a').add(1, { x: 'say "hi" \\ and\nb 1' });
  expect(metrics.render()).toContain('a{x="say \\"hi\\" \\\\ and\\nb 1"} 1\n');
});

test('a gauge can be read at the moment of rendering', () => {
  const metrics = createMetrics();
  const depth = metrics.gauge('depth', 'How deep');
  let now = 1;
  metrics.beforeRender(() => depth.set(now));
  metrics.render();
  now = 2;
  expect(metrics.render()).toContain('depth 2\n');
});

test('a name twice, or one that Prometheus would not read, is a mistake', () => {
  const metrics = createMetrics();
  metrics.counter('a', 'a');
  expect(() => metrics.gauge('a', 'b')).toThrow('registered once: a');
  expect(() => metrics.counter('a-b', 'b')).toThrow('named by letters: a-b');
});
