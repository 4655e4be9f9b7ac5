/**
 * What a worker has in memory while it works on a partition, and how instances come into it from the store.
 *
 * 1. An instance in memory is never older than the stored one.
 * 2. Events are decided about instances whose relatives are all in memory: one that is in `families`, or whose relatives
 *    were loaded for it.
 * 3. `stored` is the position in the store; `place` and the watch's clock may be ahead of it by what is decided and not
 *    committed.
 */
import type { Definitions } from '../definitions/index.ts';
import { DirtyRoots, WRITE_BUDGET } from './dirty-roots.ts';
import { nameOf } from './family.ts';
import type { Owner } from './harvest.ts';
import type { Instance } from './instance.ts';
import { KeptFamilies } from './kept-families.ts';
import { partitionOf } from './partition.ts';
import type { InstanceKey, InstanceRecord, Position } from './ports.ts';
import { createSeenCache, type SeenCache } from './seen-cache.ts';
import { decodeInstance } from './snapshot.ts';
import { Unborn } from './unborn.ts';
import type { Watch } from './watch.ts';
import { DEFAULTS, type WorkerOptions } from './worker-options.ts';

export interface Running {
  /** those under which it is decided here */
  readonly definitions: Definitions;
  /** those of instances that began earlier, by revision */
  readonly earlier: Map<string, Definitions>;
  readonly watch: Watch;
  readonly seen: SeenCache;
  readonly dirty: DirtyRoots;
  /** instances that are neither in memory nor in the store, or not for long */
  readonly unborn: Unborn;
  /** families that are in memory as a whole */
  readonly families: KeptFamilies;
  /** roots of which the store holds events back */
  readonly heldStored: Set<string>;
  /** instances that have ended and stay for now, with the form in which they were stored */
  lingering: (readonly [Owner, Instance])[];
  /** who works here: id of the worker */
  readonly owner: string;
  /** when this run began, ms: messages stored earlier are its backlog */
  readonly began: number;
  /** as it is in the store */
  stored: Position;
  /** the stream that is read */
  incarnation: string;
  /** last place of the journal that was given */
  place: number;
  /** number of the batch that is decided */
  batch: number;
  /** the stream is another one than before, and no batch has said so yet */
  remade: boolean;
}

/** The parts of a run that begins at `position`, with a watch that is made for it. */
export function newRunning(
  options: WorkerOptions,
  begin: {
    readonly definitions: Definitions;
    readonly position: Position;
    readonly began: number;
    readonly makeWatch: (seen: SeenCache, earlier: ReadonlyMap<string, Definitions>) => Watch;
  },
): Running {
  const { definitions, position, began, makeWatch } = begin;
  const seen = createSeenCache(options.idsInMemory ?? DEFAULTS.idsInMemory);
  const earlier = new Map<string, Definitions>();
  return {
    definitions,
    earlier,
    watch: makeWatch(seen, earlier),
    seen,
    dirty: new DirtyRoots({ ...WRITE_BUDGET, ...options.writes }),
    unborn: new Unborn(),
    families: new KeptFamilies(definitions),
    heldStored: new Set(),
    lingering: [],
    owner: options.owner,
    began,
    stored: position,
    incarnation: position.incarnation,
    place: position.journal,
    batch: 0,
    remade: false,
  };
}

/** Whether the root of this key belongs to the worker's own partition. */
export function isMine(options: WorkerOptions, key: string): boolean {
  const { passOn, partition } = options;
  return passOn === undefined || partitionOf(key, passOn.partitions) === partition;
}

/** Takes instances from the store into memory, if they are not there. */
export async function adopt(
  options: WorkerOptions,
  at: Running,
  records: readonly InstanceRecord[],
): Promise<void> {
  for (const record of records) {
    if (at.watch.instances.has(`${record.flow}/${record.key}`)) continue;
    const definitions = await definitionsOf(options, at, record.revision);
    const flow = definitions.flows.get(record.flow);
    if (flow === undefined)
      throw new Error(`broken rule: revision ${record.revision} has no flow ${record.flow}`);
    at.dirty.stored(at.watch.adopt(decodeInstance(flow, record.snapshot)));
  }
}

/** Loads those of these instances that are stored; what is not is remembered, and not asked for again. */
export async function loadAll(
  options: WorkerOptions,
  at: Running,
  keys: readonly InstanceKey[],
): Promise<void> {
  const unknown = keys.filter((of) => !at.unborn.has(of) && !at.dirty.isRemoved(of));
  if (unknown.length === 0) return;
  await options.at?.('beforeLoad');
  const records = await options.store.load(unknown);
  await adopt(options, at, records);
  for (const of of unknown) if (!at.watch.instances.has(nameOf(of.flow, of.key))) at.unborn.add(of);
  await options.at?.('afterLoad');
}

/** The definitions of a revision, compiled once. */
export async function definitionsOf(
  options: WorkerOptions,
  at: Pick<Running, 'definitions' | 'earlier'>,
  revision: string,
): Promise<Definitions> {
  if (revision === at.definitions.revision) return at.definitions;
  if (revision === options.definitions.revision) return remember(at, options.definitions);
  const known = at.earlier.get(revision);
  if (known !== undefined) return known;
  const sources = await options.store.revision(revision);
  const compiled = sources === null ? null : options.compile(sources, revision);
  if (compiled === null)
    throw new Error(`broken rule: the definitions of revision ${revision} are stored and compile`);
  return remember(at, compiled);
}

function remember(at: Pick<Running, 'earlier'>, definitions: Definitions): Definitions {
  at.earlier.set(definitions.revision, definitions);
  return definitions;
}
