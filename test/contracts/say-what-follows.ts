import type { HandlingRecord, NoticeStore } from '../../engine/index.ts';
import { NOON } from './store-records.ts';

/** Alarms by id, each with the id of the alarm that it is a consequence of; null: of none. */
export type Roots = Readonly<Record<string, string | null>>;

/** Says it as the notifier does, in one commit that goes on from the last one's tag. */
export async function sayWhatFollows(
  store: NoticeStore,
  roots: Roots,
  [previous, tag]: readonly [string, string] = ['', 'c1'],
): Promise<void> {
  const epoch = (await store.open('one', 60_000))?.epoch ?? -1;
  const outcome = await store.commit({
    ...{ epoch, previous, tag, change: 1, lease: 60_000, memory: [], silences: [], history: [] },
    ...{ notices: [], acts: [], wishes: [], failures: [], changes: [] },
    handlings: Object.entries(roots).map(([id, root]) => handling(id, root)),
  });
  if (outcome !== 'committed') throw new Error('somebody else runs this notifier');
}

function handling(alarm: string, root: string | null): HandlingRecord {
  const outcome = root === null ? 'told' : 'folded';
  const because = root;
  return {
    ...{ alarm, flow: 'settlement', key: 'k', name: 'late', group: null, tradingDay: '2026-11-23', root },
    ...{ severity: 'critical', standing: 'open', outcome, useful: null },
    ...{ raisedAt: NOON, acknowledgedAt: null, clearedAt: null, live: true },
    body: JSON.stringify({
      ...{ alarm: { id: alarm }, standing: 'open', severity: 'critical', outcome, because, root },
      ...{ trouble: null, level: 0, useful: null, firstToldAt: null, acknowledgedAt: null },
      ...{ acknowledgedBy: null, assignedTo: null },
    }),
  };
}
