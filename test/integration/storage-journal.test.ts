import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openStorage, type Storage } from '../../adapters/storage/index.ts';
import type { JournalRecord, Position } from '../../engine/index.ts';
import { journalRecord, NOON, opened } from '../contracts/store-records.ts';
import { startTestPostgres, type TestPostgres } from '../servers/postgres.ts';
import { batchAfter } from './storage-batches.ts';

const WEEK = 7 * 86_400_000;

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
}, 60_000);
afterAll(async () => {
  await server?.stop();
});

describe('the journal in PostgreSQL', () => {
  let url: string;
  let storage: Storage;
  let position: Position;
  beforeEach(async () => {
    url = await server.database();
    storage = await openStorage({ url, role: 'worker' });
    position = await opened(storage.store, 'main');
  });
  afterEach(async () => {
    await storage.close();
  });

  test('pages of a tail follow each other through weeks, also where more is committed between them', async () => {
    await journalled(10, (n) => ({ receivedAt: NOON - (n % 4) * WEEK }));
    expect(await places(0, 5)).toEqual([1, 2, 3, 4, 5]);
    expect(await places(5, 5)).toEqual([6, 7, 8, 9, 10]);
    await journalled(3);
    expect(await places(10, 5)).toEqual([11, 12, 13]);
    expect(await places(13, 5)).toEqual([]);
    expect(await places(0, 0)).toEqual([]);
  });

  test('a page read ahead is not given to another question', async () => {
    await journalled(10);
    expect(await places(0, 4)).toEqual([1, 2, 3, 4]);
    expect(await places(2, 4)).toEqual([3, 4, 5, 6]);
    expect(await places(6, 2)).toEqual([7, 8]);
    expect(await storage.store.tail('other', 8, 2)).toEqual([]);
  });

  test('a tail goes on behind entries that are gone', async () => {
    await journalled(30);
    await server.run('delete from milepost.journal where place between 3 and 25', url);
    expect(await places(0, 5)).toEqual([1, 2]);
    expect(await places(2, 5)).toEqual([26, 27, 28, 29, 30]);
  });

  test('ids are looked up as far back as they matter', async () => {
    await journalled(4, (n) => ({ receivedAt: NOON - n * WEEK }));
    const ids = async (since?: number) =>
      (await storage.store.seen([journalRecord()], since)).map(({ id }) => id).sort();
    expect(await ids()).toEqual(['e-1', 'e-2', 'e-3', 'e-4']);
    expect(await ids(NOON - 2 * WEEK)).toEqual(['e-1', 'e-2']);
  });

  test('instances whose names hash alike or run into each other are told apart', async () => {
    await journalled(1, () => ({ flow: 'a', key: 'b/c' }));
    await journalled(1, () => ({ flow: 'a/b', key: 'c' }));
    expect(await storage.store.seen([{ flow: 'a', key: 'b/c' }])).toMatchObject([{ flow: 'a', key: 'b/c' }]);
    const { items } = await storage.reader.events('a/b', 'c', 10, null);
    expect(items).toMatchObject([{ flow: 'a/b', key: 'c' }]);
  });

  test('an instance is listed in order through its weeks, page by page', async () => {
    await journalled(9, (n) => ({ receivedAt: NOON - (n % 3) * WEEK }));
    const { flow, key } = journalRecord();
    const listed: number[] = [];
    let cursor: string | null = null;
    do {
      const page = await storage.reader.events(flow, key, 2, cursor);
      listed.push(...page.items.map(({ place }) => place));
      cursor = page.next;
    } while (cursor !== null);
    expect(listed).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  async function places(after: number, max: number): Promise<readonly number[]> {
    return (await storage.store.tail('main', after, max)).map(({ place }) => place);
  }

  /** So many further entries; `parts` of the first is asked with 1. */
  async function journalled(count: number, parts: (n: number) => Partial<JournalRecord> = () => ({})) {
    const journal = Array.from({ length: count }, (_, n) =>
      journalRecord({ id: `e-${position.journal + n + 1}`, ...parts(n + 1) }),
    );
    const batch = batchAfter(position, { journal });
    expect(await storage.store.commit(batch)).toBe('committed');
    position = batch.position;
  }
});
