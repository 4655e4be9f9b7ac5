import { shown } from '../../checkpoints/index.ts';
import { closest, type Definitions } from '../../definitions/index.ts';
import {
  decodeInstance,
  explainJournal,
  hearJournal,
  type InstanceKey,
  type InstanceRecord,
  type JournalRecord,
  kinOf,
  playBack,
  type Reader,
  type Rerun,
} from '../../engine/index.ts';
import { Refusal } from './refusal.ts';

/** The partition whose clock tells how far instances have been decided. */
const PARTITION = '0';
const PAGE = 500;
/** Events of an instance and its relatives that are run again for one answer. */
const MOST_EVENTS = 20_000;
/** Relatives whose events are looked up for one answer. */
const MOST_KIN = 2_000;

interface Asked {
  readonly reader: Reader;
  /** those that the instance started with */
  readonly definitions: Definitions;
  readonly record: InstanceRecord;
  readonly now: number;
}

/**
 * Explains a stored instance, or one step of it, by running its journal and that of its relatives through the engine
 * once more. Rejects with a Refusal for an unknown step, and for more than 2,000 relatives or
 * 20,000 events.
 */
export async function explainInstance(asked: Asked & { readonly step: string | null }): Promise<object> {
  checkStep(asked.definitions, asked.record.flow, asked.step);
  const { explanation, asStored } = explainJournal(await rerunOf(asked), asked.step);
  if (explanation === null) throw nothingKept(asked);
  return { ...explanation, asStored };
}

/**
 * Plays a stored instance back from its journal, one frame a fact. Rejects with a Refusal for more than 2,000 relatives or
 * 20,000 events.
 */
export async function playInstance(asked: Asked): Promise<object> {
  const { heard, asStored } = hearJournal(await rerunOf(asked));
  const playback = playBack(heard);
  if (playback === null) throw nothingKept(asked);
  return { ...playback, asStored };
}

function nothingKept({ record: { flow, key } }: Asked): Refusal {
  return new Refusal('not-found', `nothing is kept of what happened to ${shown(flow)} ${shown(key)}`);
}

/** Everything that running a journal again takes. */
async function rerunOf({ reader, definitions, record, now }: Asked): Promise<Rerun> {
  const position = await reader.position(PARTITION);
  const journal: JournalRecord[] = [];
  let createdAt: number | null = null;
  const kin = kinOf(definitions, record);
  if (kin.length > MOST_KIN) throw tooLarge(`has more than ${MOST_KIN} relatives`);
  for (const one of kin) {
    await readJournal(reader, one, journal);
    const born = await createdAtOf(reader, definitions, one);
    if (born !== null && (createdAt === null || born < createdAt)) createdAt = born;
  }
  const { flow, key } = record;
  // read after the journal, so that what was decided meanwhile is seen to be missing there
  const stored = (await reader.instance(flow, key)) ?? record;
  return {
    definitions,
    of: { flow, key },
    journal,
    since: new Map((await reader.watched()).map((one) => [one.flow, one.since])),
    createdAt,
    until: position?.clock ?? null,
    asOf: now,
    stored: stored.snapshot,
  };
}

function checkStep(definitions: Definitions, flow: string, step: string | null): void {
  const steps = definitions.flows.get(flow)?.stepIndex;
  if (step === null || steps === undefined || steps.has(step)) return;
  const near = closest(step, steps.keys());
  const remedy = near === null ? `its steps are ${[...steps.keys()].join(', ')}` : `did you mean ${near}?`;
  throw new Refusal('not-found', `there is no step "${shown(step)}" in flow ${flow}; ${remedy}`);
}

async function readJournal(reader: Reader, { flow, key }: InstanceKey, into: JournalRecord[]): Promise<void> {
  let cursor: string | null = null;
  do {
    const { items, next }: Awaited<ReturnType<Reader['events']>> = await reader.events(
      flow,
      key,
      PAGE,
      cursor,
    );
    into.push(...items);
    cursor = next;
    if (into.length > MOST_EVENTS) throw tooLarge(`and its relatives have more than ${MOST_EVENTS} events`);
  } while (cursor !== null);
}

function tooLarge(what: string): Refusal {
  const remedy = 'explain it from a log, with milepost explain --definitions PATH --events FILE';
  return new Refusal('too-large', `this instance ${what}; ${remedy}`);
}

/** Null where the instance is not stored, or began under definitions that do not know its flow. */
async function createdAtOf(
  reader: Reader,
  definitions: Definitions,
  { flow: name, key }: InstanceKey,
): Promise<number | null> {
  const record = await reader.instance(name, key);
  const flow = definitions.flows.get(name);
  if (record === null || flow === undefined || record.revision !== definitions.revision) return null;
  return decodeInstance(flow, record.snapshot).createdAt;
}
