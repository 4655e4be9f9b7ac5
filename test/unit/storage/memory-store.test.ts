import { memoryStorage } from '../../../adapters/storage/index.ts';
import { storeContract } from '../../contracts/store.contract.ts';
import { readerContract } from '../../contracts/store-reader.contract.ts';

async function makeStore(options: { readonly keptChanges?: number } = {}) {
  const storage = memoryStorage(options);
  return { ...storage, notices: async () => [...storage.tables.notices.keys()].sort() };
}

storeContract('the storage in memory', makeStore);
readerContract('the storage in memory', makeStore);
