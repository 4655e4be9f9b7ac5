import { memoryAudit, memoryNotices } from '../../../adapters/storage/index.ts';
import { auditContract } from '../../contracts/audit.contract.ts';

auditContract('memory', async () => {
  const { store, reader } = memoryNotices({ now: () => 0 });
  return {
    audit: memoryAudit(reader.act),
    async taken(act, outcome) {
      await store.keepAct(act);
      if (outcome === null) return;
      const opened = await store.open('one', 60_000);
      if (opened === null) throw new Error('the store of this test is free');
      const { epoch } = opened;
      await store.commit({
        ...{
          epoch,
          previous: opened.tag,
          tag: 'a',
          change: 1,
          lease: 60_000,
          handlings: [],
          memory: [],
          silences: [],
          history: [],
        },
        ...{ notices: [], wishes: [], failures: [], changes: [], acts: [{ id: act.id, at: 0, ...outcome }] },
      });
    },
    close: async () => {},
  };
});
