import { expect, test } from 'vitest';
import { compileDefinitions } from '../../../definitions/index.ts';
import { createShadow, diffAlarms } from '../../../engine/index.ts';

const flow = (wait: string) =>
  `flow: transfer\nsteps:\n  send: { timers: { stalled: { after: activated, in: ${wait} } } }\n  check: {}\nconnectors: { from: send, to: check }\n`;

function shadow(text: string, revision: string) {
  const { definitions } = compileDefinitions([{ file: 'a.yaml', text }], revision);
  if (definitions === null) throw new Error('the definitions are sound');
  return createShadow(definitions, Date.parse('2026-11-23T08:00:00Z'), 5);
}

const entry = (key: string, step: string, event: string, clock: string) => ({
  event: JSON.stringify({
    id: `${key}${step}${event}`,
    flow: 'transfer',
    key,
    step,
    event,
    time: `2026-11-23T${clock}:00Z`,
  }),
  clock: Date.parse(`2026-11-23T${clock}:00Z`),
  backlog: false,
});

test('two shadows with the same journal differ by their definitions alone', () => {
  const both = [shadow(flow('10m'), 'old'), shadow(flow('5m'), 'new')];
  for (const each of both) {
    each.take(entry('k', 'send', 'activated', '09:00'));
    each.take(entry('k', 'send', 'committed', '09:07'));
    each.advance(Date.parse('2026-11-23T10:00:00Z'));
  }
  const [old, now] = both.map((each) => each.alarms());
  expect(diffAlarms(old ?? [], now ?? [])).toMatchObject({
    appeared: [{ name: 'stalled', raisedAt: '2026-11-23T09:05:00.000Z' }],
    vanished: [],
    moved: [],
  });
});

test('acts are taken too, what is not understood is counted, and of old alarms only the latest stay', () => {
  const one = shadow(flow('1m'), 'r');
  for (let n = 0; n < 20; n++) {
    const minute = String(n * 2).padStart(2, '0');
    const after = String(n * 2 + 1).padStart(2, '0');
    one.take(entry(`k${n}`, 'send', 'activated', `09:${minute}`));
    one.advance(Date.parse(`2026-11-23T09:${after}:30Z`));
    one.take(entry(`k${n}`, 'send', 'committed', `09:${after}`));
    one.take(entry(`k${n}`, 'check', 'committed', `09:${after}`));
    one.tidy();
  }
  expect(one.alarms().map(({ key }) => key)).toEqual(['k15', 'k16', 'k17', 'k18', 'k19']);
  one.take({ ...entry('k', 'gone', 'committed', '10:00') });
  one.take({
    event: JSON.stringify({
      act: 'waive',
      id: 'w',
      flow: 'transfer',
      key: 'x',
      reason: 'r',
      by: 'b',
      time: '2026-11-23T10:01:00Z',
    }),
    clock: Date.parse('2026-11-23T10:01:00Z'),
    backlog: false,
  });
  expect(one.rejected()).toBe(1);
});
