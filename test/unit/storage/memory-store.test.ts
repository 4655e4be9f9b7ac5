import { memoryNotices, memoryStorage } from '../../../adapters/storage/index.ts';
import { boardContract } from '../../contracts/board.contract.ts';
import { foldedAlarmsContract } from '../../contracts/folded-alarms.contract.ts';
import { leasesContract } from '../../contracts/leases.contract.ts';
import { type StoreBench, storeContract } from '../../contracts/store.contract.ts';
import { readerContract } from '../../contracts/store-reader.contract.ts';

const clocks = new WeakMap<StoreBench, { now: number }>();

async function makeStore(options: { readonly keptChanges?: number } = {}): Promise<StoreBench> {
  const clock = { now: 0 };
  const storage = memoryStorage({ ...options, now: () => clock.now });
  const bench = { ...storage, notices: async () => [...storage.tables.notices.keys()].sort() };
  clocks.set(bench, clock);
  return bench;
}

storeContract('the storage in memory', makeStore);
readerContract('the storage in memory', makeStore);
boardContract('the storage in memory', makeStore);
foldedAlarmsContract('the storage in memory', async () => {
  const { store, rootOf } = memoryNotices({ now: () => 0 });
  return { ...memoryStorage({ rootOf }), notices: async () => [], telling: store };
});
leasesContract('the storage in memory', makeStore, async (bench, ms) => {
  const clock = clocks.get(bench);
  if (clock !== undefined) clock.now += ms;
});
