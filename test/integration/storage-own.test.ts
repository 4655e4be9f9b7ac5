/** What Milepost says about itself, as the database makes one of it for all processes. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type DatabaseStorage, type OwnTurn, openStorage } from '../../adapters/storage/index.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
}, 60_000);
afterAll(async () => {
  await server?.stop();
});

describe('what is said of a topic', () => {
  let url: string;
  let processes: readonly DatabaseStorage[];
  beforeEach(async () => {
    url = await server.database();
    processes = await Promise.all([1, 2, 3].map(() => openStorage({ url, role: 'own' })));
    for (const id of ['w1', 'w2']) await beat(id);
  });
  afterEach(async () => {
    await Promise.all(processes.map((process) => process.close()));
  });

  const first = () => {
    const [process] = processes;
    if (process === undefined) throw new Error('there are three');
    return process;
  };
  const beat = (id: string) =>
    first().leases.beat({ id, name: `name of ${id}`, host: 'h', pid: 1, address: null }, 6_000);
  const word = ({ topic, wrong, episode, troubles }: OwnTurn) =>
    JSON.stringify([topic, wrong, episode, ...troubles.map(({ worker, params }) => `${worker} ${params}`)]);

  /** What all processes make of it when they look at once. */
  async function settled(): Promise<readonly unknown[]> {
    await Promise.all(processes.map(({ own }) => own.settle(['clock', 'canary'], word)));
    const unsent = await first().own.unsent();
    for (const { cause } of unsent) await first().own.sent(cause);
    return unsent.map(({ event }) => JSON.parse(event));
  }

  test('is told once when it begins and once when it has ended for all, however many look', async () => {
    const { own } = first();
    expect(await settled()).toEqual([]);
    await own.note('clock', 'w1', '1');
    await own.note('clock', 'w2', '2');
    expect(await settled()).toEqual([['clock', true, 1, 'name of w1 1', 'name of w2 2']]);
    expect(await settled()).toEqual([]);
    await own.note('clock', 'w1', null);
    expect(await settled()).toEqual([]);
    await own.note('clock', 'w2', null);
    expect(await settled()).toEqual([['clock', false, 1]]);
    await own.note('clock', 'w2', '3');
    expect(await settled()).toEqual([['clock', true, 2, 'name of w2 3']]);
  });

  test('counts while its worker is alive: one that left or fell silent has nothing to say', async () => {
    const { own, leases } = first();
    await own.note('canary', 'w1', '1');
    await own.note('clock', 'w2', '1');
    await own.note('clock', 'nobody', '1');
    expect(await settled()).toHaveLength(2);
    await leases.leave('w1');
    expect(await settled()).toEqual([['canary', false, 1]]);
    await server.run(`update milepost.workers set seen_at = now() - interval '31 seconds'`, url);
    expect(await settled()).toEqual([['clock', false, 1]]);
    await beat('w2');
    expect(await settled()).toEqual([['clock', true, 2, 'name of w2 1']]);
  });

  test('a report of one cause is worded by the first, by the clock of the database', async () => {
    const before = await first().time();
    await Promise.all(processes.map(({ own }, index) => own.report('gap', (time) => `${index} ${time}`)));
    const [{ event, cause } = { event: '', cause: '' }, ...others] = await first().own.unsent();
    expect([cause, others]).toEqual(['gap', []]);
    const time = Number(event.split(' ')[1]);
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(await first().time());
  });
});
