/** One process that tells people as `milepost worker` does, with everything outside of it simulated. */
import { startNotifying } from '../../../adapters/channels/index.ts';
import type { Definitions } from '../../../definitions/index.ts';
import type { Channel, NoticeStore } from '../../../engine/index.ts';
import type { Random } from '../random.ts';
import type { DatabaseModel } from './database.ts';
import type { Endpoints } from './endpoints.ts';
import type { SimulatedProcess } from './process.ts';

/** How a planted bug makes telling differ from what is right. */
export interface TellingPlant {
  /** the store as all processes have it, in the database */
  readonly notices?: (store: NoticeStore) => NoticeStore;
  /** the store as one process has it */
  readonly noticeStore?: (
    store: NoticeStore,
    more: { process: SimulatedProcess; database: DatabaseModel; endpoints: Endpoints },
  ) => NoticeStore;
  readonly channel?: (channel: Channel) => Channel;
  readonly telling?: (definitions: Definitions) => Definitions;
}

export interface Teller {
  readonly process: SimulatedProcess;
  wake(): void;
  stop(): Promise<void>;
}

/** How long the lease of the notifier lasts, and how long a loop rests that nobody wakes, ms. */
export const LEASE = 60_000;
const REST = 20_000;

const NEVER = new AbortController().signal;
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

export function startTeller(options: {
  readonly process: SimulatedProcess;
  readonly database: DatabaseModel;
  readonly endpoints: Endpoints;
  readonly definitions: Definitions;
  readonly random: Random;
  readonly plant: TellingPlant;
  /** monotonic, ms */
  readonly now: () => number;
}): Teller {
  const { process, database, endpoints, random, plant, now } = options;
  const rightStore = database.notices(process);
  const definitions = plant.telling?.(options.definitions) ?? options.definitions;
  const kind = endpoints.kind(process, plant.channel ?? ((channel) => channel));
  const notifying = startNotifying({
    store: plant.noticeStore?.(rightStore, { process, database, endpoints }) ?? rightStore,
    ...database.alarms(process),
    definitions: () => definitions,
    kinds: new Map([[kind.type, kind]]),
    world: {
      secret: () => Promise.reject(new Error('there are no secrets')),
      ...{ publish: null, hand: null, log: SILENT, out: { write: () => undefined } },
      now: () => process.wallClock(),
    },
    address: () => null,
    log: SILENT,
    owner: process.name,
    lease: LEASE,
    time: {
      now,
      sleep: (ms, signal) => process.sleep(ms, signal),
      breathe: () => process.breathe(),
      rest: REST,
      random: () => random.next(),
      // the model of the way out keeps its own time
      timeout: () => NEVER,
    },
  });
  return { process, wake: notifying.wake, stop: notifying.stop };
}
