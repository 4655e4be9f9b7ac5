import { describe, expect, test } from 'vitest';
import { startSweeping } from '../../adapters/serving/sweeping.ts';
import type { Swept } from '../../adapters/storage/index.ts';

const NOTHING: Swept = {
  weeksMade: 0,
  workers: 0,
  weeksDropped: 0,
  journal: 0,
  instances: 0,
  alarms: 0,
  notices: 0,
  told: 0,
  rejected: 0,
  revisions: 0,
  more: false,
};

describe('removing what is too old, hour after hour', () => {
  test('goes on at once while there is more, then says what was removed and rests', async () => {
    const passes = [
      { ...NOTHING, alarms: 3, instances: 200_000, more: true },
      { ...NOTHING, instances: 12 },
    ];
    const asked: { readonly every?: number }[] = [];
    const said: string[] = [];
    const rested = Promise.withResolvers<void>();
    const storage = {
      async sweep(options: { readonly every?: number } = {}) {
        asked.push(options);
        const pass = passes.shift() ?? null;
        if (passes.length === 0) rested.resolve();
        return pass;
      },
    };
    const log = {
      info: (text: string) => said.push(text),
      warn: expect.unreachable,
      error: expect.unreachable,
    };
    const loop = startSweeping(storage, log);
    await rested.promise;
    await loop.stop();
    expect(asked).toEqual([{}, { every: 0 }]);
    expect(said).toEqual([
      'removed what was too old: 200000 instances, 3 alarms',
      'removed what was too old: 12 instances',
    ]);
  });
});
