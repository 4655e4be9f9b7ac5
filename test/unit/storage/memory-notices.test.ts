import { memoryNotices } from '../../../adapters/storage/index.ts';
import type { ChangeRecord, WishRecord } from '../../../engine/index.ts';
import { noticeStoreContract } from '../../contracts/notice-store.contract.ts';

noticeStoreContract('memory', async () => {
  let now = 0;
  const wishes: WishRecord[] = [];
  const changes: ChangeRecord[] = [];
  const append = (more: readonly ChangeRecord[]) => void changes.push(...more);
  const { store, reader } = memoryNotices({ now: () => now, wishes: () => wishes, append });
  return {
    ...{ store, reader, changes: async () => changes },
    wish: async (id, channel, text) => {
      wishes.push({ id, channel, text });
    },
    expire: async () => {
      now += 3_600_000;
    },
    close: async () => {},
  };
});
