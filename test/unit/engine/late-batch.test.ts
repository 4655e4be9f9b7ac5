/** Messages that are decided together: each family in its own time, the clock after all of them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryStorage, memoryStream } from '../../../adapters/storage/index.ts';
import { compileDefinitions } from '../../../definitions/index.ts';
import { createWorker, type WorkerOptions } from '../../../engine/index.ts';

const NOW = Date.parse('2026-11-23T08:00:00Z');
const TEXT = 'flow: work\nsteps: { a: { timers: { slow: { after: activated, in: 3s } } } }\n';

interface Report {
  readonly key: string;
  readonly event: string;
  /** s */
  readonly at: number;
}

/** What is told of these reports when they are read a minute after the first of them happened. */
async function alarmsOf(reports: readonly Report[], more: Partial<WorkerOptions> = {}) {
  const clock = { now: NOW };
  const storage = memoryStorage({ now: () => clock.now });
  const stream = memoryStream(() => clock.now);
  const { definitions } = compileDefinitions([{ file: 'a.yaml', text: TEXT }], 'r');
  if (definitions === null) throw new Error('the definitions of this test are right');
  const make = () =>
    createWorker({
      ...{ partition: '0', owner: 'w', store: storage.store, intake: stream.intake(), definitions },
      ...{ sources: [{ file: 'a.yaml', text: TEXT }], compile: () => definitions },
      ...{ now: () => clock.now, patience: 0, ...more },
    });
  const worker = make();
  await worker.turn();
  clock.now += 60_000;
  await stream.outlet.send(
    reports.map(({ key, event, at }, index) => ({
      subject: `milepost.checkpoint.work.${key}`,
      payload: Buffer.from(
        JSON.stringify({
          ...{ id: `e${index}`, flow: 'work', key, step: 'a', event },
          time: new Date(NOW + at * 1000).toISOString(),
        }),
      ),
    })),
  );
  while ((await worker.turn()).kind === 'worked');
  const alarms = [...storage.tables.alarms.values()].map(({ alarm }) => alarm);
  return alarms.map(
    ({ key, name, count, raisedAt, clearedBy }) =>
      `${key} ${name}×${count} +${(raisedAt - NOW) / 1000} ${clearedBy ?? 'open'}`,
  );
}

const began = (key: string, at: number): Report => ({ key, event: 'activated', at });
const ended = (key: string, at: number): Report => ({ key, event: 'committed', at });

test.each<[string, readonly Report[], readonly string[]]>([
  [
    'a report in time that stands behind a later one of others: its timer is never an alarm',
    [began('k', 0), began('other', 10), ended('other', 11), ended('k', 2)],
    [],
  ],
  [
    'a report that came too late all the same is one, and clears',
    [began('k', 0), began('other', 10), ended('other', 11), ended('k', 5)],
    ['k slow×1 +3 committed'],
  ],
  [
    'a report that does not come is one',
    [began('k', 0), began('other', 10), ended('other', 11)],
    ['k slow×1 +3 open'],
  ],
  [
    'what the last one leaves overdue is decided once the stream is silent',
    [began('other', 10), ended('other', 11), began('k', 0)],
    ['k slow×1 +3 open'],
  ],
])('%s', async (_, reports, alarms) => {
  expect(await alarmsOf(reports)).toEqual(alarms);
});

test('beside any others, in whatever order they come, each instance has the alarms that it has alone', async () => {
  const story = fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1, max: 8 }), fc.boolean());
  await fc.assert(
    fc.asyncProperty(
      fc.array(story, { minLength: 2, maxLength: 4 }),
      fc.infiniteStream(fc.nat()),
      async (stories, dice) => {
        const families = stories.map(([start, lasts, ends], index) =>
          ends ? [began(`k${index}`, start), ended(`k${index}`, start + lasts)] : [began(`k${index}`, start)],
        );
        const alone: string[] = [];
        for (const family of families) alone.push(...(await alarmsOf(family)));
        const left = families.map((family) => [...family]);
        const mixed: Report[] = [];
        while (left.some((family) => family.length > 0)) {
          const open = left.filter((family) => family.length > 0);
          const next = open[Number(dice.next().value) % open.length]?.shift();
          if (next !== undefined) mixed.push(next);
        }
        expect((await alarmsOf(mixed)).toSorted()).toEqual(alone.toSorted());
      },
    ),
    { numRuns: 60 },
  );
});
