/** What Milepost says about itself, as the alarms that come of it. */
import { describe, expect, test } from 'vitest';
import {
  channelEvent,
  OWN_TOPICS,
  ownEvent,
  withOwnFlow,
  withPresentOwnFlow,
} from '../../adapters/own-flow.ts';
import { compileDefinitions, type Definitions } from '../../definitions/index.ts';
import {
  alarmTextIn,
  CHANNEL_FLOW,
  createReplay,
  decodeInstance,
  encodeInstance,
  OWN_FLOW,
} from '../../engine/index.ts';

const NOW = Date.parse('2026-11-23T08:00:00Z');

function compiled(sources = withOwnFlow([])): Definitions {
  const { definitions, findings } = compileDefinitions(sources, 'r');
  expect(findings).toEqual([]);
  if (definitions === null) throw new Error('the built-in flows are right');
  return definitions;
}

/** The alarms that come of these events, a second apart. */
function alarmsOf(...events: readonly Omit<Parameters<typeof ownEvent>[0], 'time' | 'id'>[]) {
  const replay = createReplay(compiled(), { from: null, until: null });
  events.forEach((event, index) => {
    const time = NOW + index * 1000;
    replay.line(ownEvent({ id: `${event.step}/${index}@${time}`, time, ...event }));
  });
  const { alarms, rejected, instances } = replay.finish();
  expect(rejected).toEqual([]);
  expect(instances[0]).toMatchObject({ status: 'running', deviated: false });
  return alarms.map(({ name, count, clearedAt, text }) => ({ name, count, open: clearedAt === null, text }));
}

/** Each language has a part of the text, with nothing of the other's words in it. */
function isInBoth(text: string, flow = OWN_FLOW): void {
  const [en, zh] = (['en', 'zh'] as const).map((word) =>
    alarmTextIn({ flow, source: 'expression', text }, word),
  );
  expect(en).toMatch(/^[^\u4e00-\u9fff]*[a-z]{4,} [a-z]+[^\u4e00-\u9fff]*$/);
  expect(zh).toMatch(/^[\u4e00-\u9fff]/);
}

test('a channel that does not deliver is an alarm in both languages', () => {
  const replay = createReplay(compiled(), { from: null, until: null });
  const report = { id: 'down-1', channel: 'mail', down: true, reason: 'answered 403', time: NOW };
  replay.line(JSON.stringify(channelEvent(report)));
  const { alarms } = replay.finish();
  expect(alarms).toMatchObject([{ name: 'channel-down', text: expect.stringContaining('answered 403') }]);
  isInBoth(alarms[0]?.text ?? '', CHANNEL_FLOW);
});

describe('a topic', () => {
  test.each(OWN_TOPICS)(
    '%s: is one alarm while it is wrong, in both languages, and again the next time',
    (step) => {
      const wrong = { step, params: { REASON: 'it is so' }, wrong: true };
      const right = { step, params: {}, wrong: false };
      expect(alarmsOf(right)).toEqual([]);
      const [alarm, ...others] = alarmsOf(wrong, wrong);
      expect(others).toEqual([]);
      expect(alarm).toMatchObject({ count: 1, open: true, text: expect.stringContaining('it is so') });
      isInBoth(alarm?.text ?? '');
      expect(alarmsOf(wrong, right, wrong)).toMatchObject([{ open: false }, { open: true }]);
    },
  );

  test('that is right again leaves the alarms of others open', () => {
    const [clock, canary] = [true, false].map((wrong) => ({
      step: wrong ? 'clock' : 'canary',
      params: {},
      wrong,
    }));
    expect(
      alarmsOf({ step: 'clock', params: {}, wrong: true }, ...[clock, canary].flatMap((one) => one ?? [])),
    ).toMatchObject([{ name: 'clock-off', open: true }]);
  });
});

describe('a report', () => {
  test.each([
    ['stream-remade', { BEFORE: 'A@1', NOW: 'A@2', LAST: 7 }, 'A@2 instead of A@1, of which message 7'],
    ['stream-gap', { STREAM: 'A@1', FROM: 3, TO: 9 }, 'messages 3 to 9 of A@1'],
  ])('%s: stands until somebody closes it, whatever else is said', (step, params, text) => {
    const said = { step, params };
    const alarms = alarmsOf(said, { step: 'canary', params: {}, wrong: false }, said);
    expect(alarms).toMatchObject([{ name: step, count: 2, open: true, text: expect.stringContaining(text) }]);
    expect(alarms[0]?.text).toMatch(/[\u4e00-\u9fff]{4,}/);
  });
});

test('an instance that began with fewer steps goes on with the present ones, and a step that it did not have is no alarm', () => {
  const before = withOwnFlow([]).map((source) => ({
    ...source,
    text: source.text.replace(/\n {2}stream-remade:[\s\S]*$/, '\n'),
  }));
  const old = createReplay(compiled(before), { from: null, until: null });
  old.line(ownEvent({ id: 'a', step: 'definitions', params: {}, wrong: true, time: NOW }));
  const began = old.watch.instances.get('milepost/self');
  const definitions = compiled(withPresentOwnFlow(before));
  const flow = definitions.flows.get('milepost');
  if (began === undefined || flow === undefined) throw new Error('it is built in');
  expect([began.flow.steps.length, flow.steps.length > 1]).toEqual([1, true]);
  const replay = createReplay(definitions, { from: null, until: null });
  replay.watch.adopt(decodeInstance(flow, encodeInstance(began.instance)));
  const params = { STREAM: 'A', FROM: 1, TO: 2 };
  replay.line(ownEvent({ id: 'b', step: 'stream-gap', params, time: NOW + 1000 }));
  replay.line(ownEvent({ id: 'c', step: 'definitions', params: {}, wrong: false, time: NOW + 2000 }));
  const { alarms } = replay.finish();
  expect(alarms.map(({ name, clearedAt }) => [name, clearedAt === null])).toEqual([
    ['definitions-broken', false],
    ['stream-gap', true],
  ]);
});
