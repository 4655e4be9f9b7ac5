/** The simulator's model of the stream against a real nats-server: the same scripts, outcome by outcome. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Door, makeDoor } from '../../servers/door.ts';
import { startTestNats, type TestNats } from '../../servers/nats.ts';
import { modelStream, realStream } from './stream-benches.ts';
import { runStreamScript, type StreamBench, type StreamStep, streamDifference } from './stream-script.ts';
import { STREAM_SCRIPTS, type WrittenScript } from './stream-scripts.ts';

let plain: TestNats;
let sorting: TestNats;
let doors: ReadonlyMap<TestNats, Door>;
beforeAll(async () => {
  plain = await startTestNats();
  sorting = await startTestNats({ partitions: 3 });
  doors = new Map([
    [plain, await makeDoor(plain.port)],
    [sorting, await makeDoor(sorting.port)],
  ]);
}, 180_000);
afterAll(async () => {
  for (const door of doors?.values() ?? []) await door.shut();
  await plain?.stop();
  await sorting?.stop();
});

type Around = Omit<WrittenScript, 'script'>;

/** Where the model and the server differ over a script. */
async function differ(
  around: Around,
  script: readonly StreamStep[],
  model = modelStream(around),
): Promise<string | null> {
  const server = around.sorts ? sorting : plain;
  const door = doors.get(server);
  if (door === undefined) throw new Error('every server has a door');
  const real = await realStream({ ...around, server, door });
  try {
    const wanted = await runStreamScript(model, script);
    return streamDifference(wanted, await runStreamScript(real, script));
  } finally {
    await real.close();
  }
}

describe('the model of the stream and a real one do the same where', () => {
  test.each(Object.entries(STREAM_SCRIPTS))(
    '%s',
    async (_, { script, ...around }) => {
      expect(await differ(around, script)).toBeNull();
    },
    60_000,
  );
});

describe('a model of the stream that is wrong is found out where it', () => {
  const right = () => modelStream({ partitions: 1, sorts: false });
  const wrong: Readonly<Record<string, readonly [keyof typeof STREAM_SCRIPTS, StreamBench]>> = {
    'forgets ids at once': [
      'a message is sent again under its id',
      modelStream({ partitions: 1, sorts: false, window: 0 }),
    ],
    'forgets where it was when it is purged': [
      'all of it is purged, and the count goes on',
      { ...right(), last: async () => 0 },
    ],
    'is the same after it was lost': [
      'the stream is deleted and made anew under its reader',
      { ...right(), remake: async () => undefined },
    ],
    'confirms what was not': ['reading begins in the middle', { ...right(), confirmed: async () => 9 }],
  };
  test.each(Object.entries(wrong))(
    '%s',
    async (_, [name, model]) => {
      const { script = [], ...around } = STREAM_SCRIPTS[name] ?? { partitions: 1, sorts: false };
      expect(await differ(around, script, model)).toMatch(/model: .*\n {2}real: /);
    },
    60_000,
  );
});

const keys = fc.array(fc.constantFrom('a', 'b', 'c', 'd.e', null), { minLength: 1, maxLength: 4 });
const reader = fc.constantFrom('0', '0b', '1', '2');
const step: fc.Arbitrary<StreamStep> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('send'), keys, sorted: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('send'), keys, lost: fc.constant(true) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('again'), back: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('start'),
      reader,
      from: fc.constantFrom('committed', 'committed', 'zero', 'beyond'),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('read'), reader, most: fc.integer({ min: 1, max: 6 }) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('confirm'), reader }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('stop', 'delete-consumer'), reader }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('purge', 'remake') }) },
);

describe('the model of the stream and a real one do the same in scripts that nobody has written', () => {
  test('with one partition', async () => {
    const own = fc.array(step, { minLength: 6, maxLength: 20 }).map((steps) => steps.map(ofOne));
    await fc.assert(
      fc.asyncProperty(own, async (script) => {
        expect(await differ({ partitions: 1, sorts: false }, script)).toBeNull();
      }),
      { numRuns: 25, seed: 11, endOnFailure: true },
    );
  }, 300_000);

  test('with three partitions that the server sorts into', async () => {
    const sorted = fc.array(step, { minLength: 6, maxLength: 20 }).map((steps) => steps.map(keyed));
    await fc.assert(
      fc.asyncProperty(sorted, async (script) => {
        expect(await differ({ partitions: 3, sorts: true }, script)).toBeNull();
      }),
      { numRuns: 25, seed: 12, endOnFailure: true },
    );
  }, 300_000);
});

/** The same step with readers of the one partition only. */
function ofOne(one: StreamStep): StreamStep {
  if (!('reader' in one)) return one;
  return { ...one, reader: one.reader === '0' || one.reader === '2' ? '0' : '0b' };
}

/** The same step without messages that come unsorted: whoever waits for these waits for long. */
function keyed(one: StreamStep): StreamStep {
  return one.do === 'send' ? { ...one, keys: one.keys.map((key) => key ?? 'f') } : one;
}
