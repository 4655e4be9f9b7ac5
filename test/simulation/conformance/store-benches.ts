/** The two things that a script for what is stored is run on. */
import {
  connect,
  openNotices,
  openStorage,
  postgresNotices,
  postgresStore,
} from '../../../adapters/storage/index.ts';
import { NOON } from '../../contracts/store-records.ts';
import type { TestPostgres } from '../../servers/postgres.ts';
import { startWire } from '../../servers/wire.ts';
import { DatabaseModel, type Witness } from '../pipeline/database.ts';
import { CALM, SimulatedProcess } from '../pipeline/process.ts';
import { Reached } from '../pipeline/reached.ts';
import { Scheduler } from '../pipeline/scheduler.ts';
import type { StoreBench } from './store-script.ts';
import type { StorePorts } from './stored.ts';
import { calmProcess, drive, Steady } from './stream-benches.ts';

const NOBODY: Witness = {
  began: () => undefined,
  committed: () => undefined,
  fenced: () => undefined,
  claimed: () => undefined,
  settled: () => undefined,
};

/** The simulator's database. */
export function modelStore(): StoreBench {
  const scheduler = new Scheduler(NOON);
  const reached = new Reached();
  const database = new DatabaseModel({
    ...{ scheduler, reached, skew: 0, witness: NOBODY },
    ...{ committed: () => undefined, opened: () => undefined, fellBack: () => undefined },
  });
  const portsOf = (process: SimulatedProcess): StorePorts => {
    const { reader, changes, notices } = database.storage;
    return {
      ...{ store: database.store(process), leases: database.leases(process), reader, changes },
      notices: { store: database.notices(process), reader: notices.reader },
    };
  };
  const unlucky = new SimulatedProcess('unlucky', {
    skew: 0,
    around: {
      ...{ scheduler, reached, random: new Steady(1), longestFreeze: 1_000 },
      odds: () => ({ ...CALM, unknown: 1 }),
    },
    killed: () => undefined,
  });
  return {
    ...portsOf(calmProcess(scheduler, 'one')),
    pass: async (ms) => {
      await scheduler.run(scheduler.now + ms);
    },
    losing: (make) => drive(scheduler, make(portsOf(unlucky))),
    run: (promise) => drive(scheduler, promise),
  };
}

/** Lets time pass in a database: what it has noted of its clock lies so much further back. */
const LATER = (ms: number) => `
  update milepost.leases set until = until - ${ms} * interval '1 millisecond' where until < now() + interval '1 year';
  update milepost.workers set seen_at = seen_at - ${ms} * interval '1 millisecond';
  update milepost.notifier set until = until - ${ms} * interval '1 millisecond'`;

/** Empties the tables that scripts write; of the rows that are there from the beginning, as they were. */
const EMPTY = `
  truncate milepost.positions, milepost.leases, milepost.workers, milepost.journal, milepost.journal_other,
    milepost.instances, milepost.held,
    milepost.watched, milepost.alarms, milepost.rejected, milepost.notices, milepost.changes, milepost.notifier_memory,
    milepost.handlings, milepost.handling_history, milepost.silences, milepost.acts, milepost.outbox restart identity;
  update milepost.system set partitions = null;
  update milepost.change_counter set last = 0;
  update milepost.change_position set published = 0;
  delete from milepost.notifier;
  insert into milepost.notifier default values`;

/** An emptied database of a real server. */
export async function realStore(
  server: TestPostgres,
  url: string,
): Promise<StoreBench & { close(): Promise<void> }> {
  const storage = await openStorage({ url, role: 'script' });
  await server.run(EMPTY, url);
  const notices = openNotices({ url });
  const { store, leases, reader, changes } = storage;
  return {
    ...{ store, leases, reader, changes, notices },
    pass: async (ms) => {
      await server.run(LATER(ms), url);
    },
    async losing(make, end) {
      const wire = await startWire(url, { swallowAnswerTo: end });
      const db = connect({ url: wire.url, role: 'unlucky', size: 1 });
      try {
        const unlucky = { store: postgresNotices(db), reader: notices.reader };
        wire.arm();
        return await make({ store: postgresStore(db), leases, reader, changes, notices: unlucky });
      } finally {
        await db.destroy();
        await wire.stop();
      }
    },
    run: (promise) => promise,
    async close() {
      await notices.close();
      await storage.close();
    },
  };
}
