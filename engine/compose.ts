/** What was gathered, and the roots whose turn it is to be written, as the batch that is committed. */
import { eventToJson } from '../checkpoints/index.ts';
import type { KeyedEvent } from './check-event.ts';
import type { DirtyRoot } from './dirty-roots.ts';
import type { Gathered } from './gather.ts';
import type { Harvest, Owner } from './harvest.ts';
import type { Instance } from './instance.ts';
import type {
  Batch,
  ChangeRecord,
  HeldRecord,
  HeldRoot,
  InstanceKey,
  InstanceRecord,
  NoticeRecord,
  Position,
} from './ports.ts';
import { probed } from './probe.ts';
import { instanceChange, instanceRecord, recordHarvest } from './records.ts';
import type { Running } from './running.ts';
import type { WorkerOptions } from './worker-options.ts';

/** A batch, and the instances that it stores in the form in which it does. */
export interface Composed {
  readonly batch: Batch;
  readonly written: readonly (readonly [Owner, Instance])[];
}

/** When a batch is composed, ms, and how others in the process get their chance meanwhile. */
interface Pace {
  readonly now: number;
  readonly breathe: WorkerOptions['breathe'];
}

/** So many rows are written before others in the process get their chance. */
const BREATH = 250;

/** Composes the batch of what was gathered and of the roots that `choose` takes out; null where there is nothing to commit. */
export async function compose(
  at: Running,
  gathered: Gathered,
  pace: Pace,
  choose: () => readonly DirtyRoot[],
): Promise<Composed | null> {
  const { now } = pace;
  const harvest = at.watch.harvest();
  at.dirty.touch(harvest, gathered.from, now);
  for (const of of harvest.removed) at.unborn.add(of);
  const roots = choose();
  if (gathered.messages === 0 && roots.length === 0 && isEmpty(harvest)) return null;
  const told = recordHarvest(harvest, now);
  const rows = await writeRoots(at, roots, pace);
  const batch: Batch = {
    previous: at.stored,
    position: positionAfter(at, gathered),
    journal: gathered.journal,
    rejected: gathered.rejected,
    instances: rows.instances,
    removed: rows.removed,
    held: rows.held,
    alarms: told.alarms,
    notices: [...told.notices, ...probeNotices(at, gathered)],
    changes: [
      ...rows.changes,
      ...told.changes,
      ...gathered.probes.map((id) => probed(id, at.stored.partition)),
    ],
    watched: harvest.watched,
  };
  return { batch, written: rows.written };
}

/** A channel called `canary` gets the probes of the first partition, so that what is sent is proven too. */
function probeNotices(at: Running, { probes }: Gathered): readonly NoticeRecord[] {
  if (at.stored.partition !== '0' || !at.definitions.notifying.channels.has('canary')) return [];
  return probes.map((id) => ({
    id: `milepost/canary/${encodeURIComponent(id)}`,
    alarm: null,
    kind: 'notify',
    channel: 'canary',
    text: id,
  }));
}

function isEmpty({ changed, removed, alarms, wishes, watched, held }: Harvest): boolean {
  return changed.length + removed.length + alarms.length + wishes.length + watched.length + held.length === 0;
}

function positionAfter(at: Running, gathered: Gathered): Position {
  const { stored, watch, incarnation, place: journal } = at;
  const mark = at.dirty.mark() ?? { place: journal, clock: watch.clock };
  const before = incarnation === stored.incarnation ? stored.sequence : 0;
  return {
    partition: stored.partition,
    epoch: stored.epoch,
    incarnation,
    sequence: gathered.sequence ?? before,
    clock: watch.clock,
    journal,
    mark: mark.place,
    markClock: mark.clock,
    revision: at.definitions.revision,
    tag: `${at.owner}/${at.began}/${at.batch}`,
  };
}

async function writeRoots(at: Running, roots: readonly DirtyRoot[], { now, breathe }: Pace) {
  const instances: InstanceRecord[] = [];
  const changes: ChangeRecord[] = [];
  const removed: InstanceKey[] = [];
  const held: HeldRoot[] = [];
  const written: (readonly [Owner, Instance])[] = [];
  for (const { root, owners, removed: gone } of roots) {
    for (const owner of owners) {
      const record = instanceRecord(owner, now, at.place);
      instances.push(record);
      changes.push(instanceChange(record));
      written.push([owner, owner.instance]);
      at.dirty.written(owner);
      if (instances.length % BREATH === 0) await breathe?.();
    }
    if (gone !== null) removed.push(...gone.values());
    const events = at.watch.heldOf(root);
    if (events.length === 0 && !at.heldStored.delete(root)) continue;
    if (events.length > 0) at.heldStored.add(root);
    held.push({ root, applied: at.place, events: events.map(heldRecord) });
  }
  return { instances, changes, removed, held, written };
}

function heldRecord(event: KeyedEvent): HeldRecord {
  return { event: eventToJson(event), receivedAt: event.time };
}
