import { memoryNotices } from '../../../adapters/storage/index.ts';
import type { WishRecord } from '../../../engine/index.ts';
import { noticeStoreContract } from '../../contracts/notice-store.contract.ts';

noticeStoreContract('memory', async () => {
  let now = 0;
  const wishes: WishRecord[] = [];
  const { store, reader } = memoryNotices({ now: () => now, wishes: () => wishes });
  return {
    ...{ store, reader },
    wish: async (id, channel, text) => {
      wishes.push({ id, channel, text });
    },
    expire: async () => {
      now += 3_600_000;
    },
    close: async () => {},
  };
});
