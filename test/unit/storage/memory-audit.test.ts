import { memoryAudit, memoryNotices } from '../../../adapters/storage/index.ts';
import { auditContract } from '../../contracts/audit.contract.ts';

auditContract('memory', async () => {
  const { store, reader } = memoryNotices({ now: () => 0 });
  return {
    audit: memoryAudit(reader.act),
    async taken(act, outcome) {
      await store.keepAct(act);
      if (outcome === null) return;
      const epoch = (await store.open('one', 60_000))?.epoch ?? -1;
      await store.commit({
        ...{ epoch, change: 1, lease: 60_000, handlings: [], memory: [], silences: [], history: [] },
        ...{ notices: [], wishes: [], failures: [], changes: [], acts: [{ id: act.id, at: 0, ...outcome }] },
      });
    },
    close: async () => {},
  };
});
