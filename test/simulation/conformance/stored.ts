/** Everything that readers see of what is stored. */
import type { OpenNotices, Storage } from '../../../adapters/storage/index.ts';

/** The ports of everything that is stored. */
export interface StorePorts extends Pick<Storage, 'store' | 'leases' | 'reader' | 'changes'> {
  readonly notices: Pick<OpenNotices, 'store' | 'reader'>;
}

const KEYS = Array.from({ length: 4 }, (_, n) => ({ flow: 'settlement', key: `k-${n}` }));
const PARTITIONS = ['0', '1'];

/** JSON in which no order of keys counts. */
export function sorted(value: unknown): string {
  return (
    JSON.stringify(value, (_, found: unknown) => {
      if (found instanceof Uint8Array) return Buffer.from(found).toString('hex');
      if (typeof found !== 'object' || found === null || Array.isArray(found)) return found;
      return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
    }) ?? 'nothing'
  );
}

/** What is seen, by the name of what it is. */
export async function allStored(
  { store, reader, changes, notices }: StorePorts,
  run: <T>(promise: Promise<T>) => Promise<T>,
): Promise<readonly (readonly [string, string])[]> {
  const seen: (readonly [string, string])[] = [];
  const look = async (name: string, promise: Promise<unknown>) => {
    seen.push([name, sorted(await run(promise))]);
  };
  /** in any order */
  const bag = async (name: string, promise: Promise<readonly unknown[]>) => {
    const found = await run(promise);
    seen.push([name, sorted(found.map((one) => sorted(one)).sort())]);
  };
  for (const partition of PARTITIONS) {
    await look(`position of ${partition}`, reader.position(partition));
    await look(`journal of ${partition}`, store.tail(partition, 0, 100));
    await bag(`live in ${partition}`, store.loadLive(partition));
    await bag(`held in ${partition}`, store.held(partition));
    await bag(`watched by ${partition}`, store.watched(partition));
  }
  await bag('instances by key', store.load(KEYS));
  await bag('seen', store.seen(KEYS));
  for (const { flow, key } of KEYS) {
    await look(`instance ${key}`, reader.instance(flow, key));
    await look(`events of ${key}`, reader.events(flow, key, 100, null));
  }
  await look('instances', reader.instances({}, 100, null));
  await look('alarms', reader.alarms({}, 100, null));
  await look('open alarms', reader.alarms({ open: true }, 100, null));
  await look('rejected', reader.rejected(100, null));
  await look('watched', reader.watched());
  await look('changes', changes.changes(0, 1000));
  await look('newest', Promise.all([changes.newest(), changes.oldest(), changes.published()]));
  const { wishes, failures, acts } = await run(notices.store.waiting(100));
  seen.push(['wishes', sorted(wishes.map((one) => sorted(one)).sort())], ['failures', sorted(failures)]);
  seen.push(['acts that wait', sorted(acts.map(({ act }) => act))]);
  for (const channel of ['c-0', 'c-1'])
    await look(`standing on ${channel}`, notices.store.standing(channel, 100));
  const { items } = await run(notices.reader.notices({}, 100, null));
  // when one was superseded is the clock of the store
  const told = items.map(({ settledAt, state, ...entry }) => ({
    ...{ ...entry, state },
    settledAt: state === 'superseded' ? settledAt !== null : settledAt,
  }));
  seen.push(['notices', sorted(told)]);
  await bag('counts', notices.reader.counts());
  await bag('handlings', notices.reader.handlings(['a-0', 'a-1', 'a-2']));
  for (const alarm of ['a-0', 'a-1']) await look(`history of ${alarm}`, notices.reader.history(alarm));
  return seen;
}
