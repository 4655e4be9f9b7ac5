import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Leases } from '../engine/index.ts';

/** A year, in ms: nobody else waits for it to run out. */
const FOR_EVER = 365 * 86_400_000;

/** Takes the only partition, from whoever has it: the last one that is started works on it. Gives the name of this worker. */
export async function claim(
  partition: string,
  leases: Leases,
  closers: (() => Promise<void>)[],
): Promise<string> {
  const id = randomUUID();
  const host = hostname();
  await leases.partitions(1);
  const { partitions } = await leases.beat(
    { id, name: host, host, pid: process.pid, address: null },
    FOR_EVER,
  );
  const owners = partitions.flatMap(({ owner }) => owner ?? []);
  await leases.take(partition, id, FOR_EVER, owners);
  closers.push(() => leases.leave(id));
  return id;
}
