/**
 * The stream of checkpoint events: made when it is missing, checked field by field when it is there. An operator's
 * bigger limits are welcome; what would lose events or hide them from us is refused, what weakens a promise is said.
 */

import {
  DiscardPolicy,
  type JetStreamManager,
  NatsError,
  nanos,
  RetentionPolicy,
  StorageType,
  type StoredMsg,
  type StreamConfig,
  type StreamInfo,
} from 'nats';
import { reasonOf } from '../reason-of.ts';
import { SORTED_SUBJECTS, streamSubjects } from './partition-subjects.ts';

export const STREAM_NAME = 'MILEPOST';

export interface StreamSettings {
  readonly name?: string;
  /** room for messages, bytes; a full stream refuses new ones. Default 1 GiB */
  readonly maxBytes?: number;
  /** how long messages are kept, milliseconds. Default 14 days */
  readonly maxAge?: number;
  /** copies in a cluster. Default 1 */
  readonly replicas?: number;
  /** how many partitions the events are sorted into. Default 1 */
  readonly partitions?: number;
}

export interface CheckedStream {
  readonly name: string;
  /** `<name>@<created, ISO>`: another one is another stream, even of the same name */
  readonly incarnation: string;
  readonly lastSequence: number;
  readonly messages: number;
  /** whether it holds nothing but checkpoint events */
  readonly exclusive: boolean;
  /** whether this call made it */
  readonly made: boolean;
  /** what an operator should know about its settings */
  readonly warnings: readonly string[];
}

/** A stream is there that cannot be used, or it cannot be made; the message names the fields and the remedy. */
export class StreamRefused extends Error {
  override readonly name = 'StreamRefused';
  readonly permanent = true;
}

/** Makes the stream if it is missing, and checks it if it is there; rejects with StreamRefused, or with the server's error. */
export async function ensureStream(
  jsm: JetStreamManager,
  settings: StreamSettings = {},
): Promise<CheckedStream> {
  const wanted = wantedConfig(settings);
  const found = await findStream(jsm, wanted.name);
  if (found !== null) return checked(found, wanted, false);
  try {
    return checked(await jsm.streams.add(wanted), wanted, true);
  } catch (error) {
    // Two that start at once: the other was faster.
    if (apiCode(error) === STREAM_NAME_IN_USE) {
      const now = await findStream(jsm, wanted.name);
      if (now !== null) return checked(now, wanted, false);
    }
    throw refusal(error, wanted) ?? error;
  }
}

/** How full the stream is: bytes used, and the limit, null where it has none. */
export async function streamUsage(
  jsm: JetStreamManager,
  name: string = STREAM_NAME,
): Promise<{ readonly messages: number; readonly bytes: number; readonly maxBytes: number | null }> {
  const { state, config } = await jsm.streams.info(name);
  return {
    messages: state.messages,
    bytes: state.bytes,
    maxBytes: config.max_bytes > 0 ? config.max_bytes : null,
  };
}

/**
 * Makes room in a stream that is filled beyond `above` (a share, default 0.5) by removing what is applied, up to and with
 * `sequence`: the smallest position of all partitions. Gives how many messages were removed.
 */
export async function removeApplied(
  jsm: JetStreamManager,
  options: { readonly sequence: number; readonly above?: number; readonly name?: string },
): Promise<number> {
  const name = options.name ?? STREAM_NAME;
  const usage = await streamUsage(jsm, name);
  if (
    usage.maxBytes === null ||
    usage.bytes <= usage.maxBytes * (options.above ?? 0.5) ||
    options.sequence < 1
  )
    return 0;
  return (await jsm.streams.purge(name, { seq: options.sequence + 1 })).purged;
}

/** The ends of the stream as the server sees it now; where it is empty the first is the one after the last. */
export async function streamEnd(
  jsm: JetStreamManager,
  name: string,
): Promise<Pick<CheckedStream, 'incarnation' | 'lastSequence'> & { readonly firstSequence: number }> {
  const info = await jsm.streams.info(name);
  const { first_seq: firstSequence, last_seq: lastSequence } = info.state;
  return { incarnation: incarnationOf(info), firstSequence, lastSequence };
}

/** The sequence of the first message at `from` or after it on one of the subjects, as the server sees it now; null for none. */
export async function nextSequence(
  jsm: JetStreamManager,
  stream: string,
  query: { readonly from: number; readonly subjects: string },
): Promise<number | null> {
  return (await nextStored(jsm, stream, query))?.sequence ?? null;
}

/** The same with the time at which the stream stored it, ms. */
export async function nextStored(
  jsm: JetStreamManager,
  stream: string,
  query: { readonly from: number; readonly subjects: string },
): Promise<{ readonly sequence: number; readonly storedAt: number } | null> {
  const found = await nextMessage(jsm, stream, query);
  return found === null ? null : { sequence: found.seq, storedAt: found.time.getTime() };
}

/** That message as it is stored. */
export async function nextMessage(
  jsm: JetStreamManager,
  stream: string,
  query: { readonly from: number; readonly subjects: string },
): Promise<StoredMsg | null> {
  const next = { seq: query.from, next_by_subj: query.subjects };
  try {
    // The client's type for this request leaves out `next_by_subj`, which servers know since 2.9.
    return await jsm.streams.getMessage(stream, next as { seq: number });
  } catch (error) {
    if (apiCode(error) === NO_MESSAGE) return null;
    throw error;
  }
}

/** The err_code of a JetStream answer; 0 for any other error. */
export function apiCode(error: unknown): number {
  return error instanceof NatsError ? (error.api_error?.err_code ?? 0) : 0;
}

export const STREAM_NOT_FOUND = 10059;
export const CONSUMER_NOT_FOUND = 10014;
const NO_MESSAGE = 10037;
export const STREAM_NAME_IN_USE = 10058;
const SUBJECTS_OVERLAP = 10065;
const NO_STORAGE = [10023, 10028, 10047];
const NOT_ENABLED = [10039, 10076];

const TWO_MINUTES = nanos(120_000);

function wantedConfig(settings: StreamSettings): Partial<StreamConfig> & { readonly name: string } {
  return {
    name: settings.name ?? STREAM_NAME,
    subjects: [...streamSubjects(settings.partitions ?? 1)],
    description: 'checkpoint events for Milepost',
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    max_bytes: settings.maxBytes ?? 1024 ** 3,
    max_age: nanos(settings.maxAge ?? 14 * 86_400_000),
    max_msgs: -1,
    max_msgs_per_subject: -1,
    max_msg_size: 1_048_576,
    duplicate_window: TWO_MINUTES,
    num_replicas: settings.replicas ?? 1,
    allow_rollup_hdrs: false,
  };
}

/** The stream as it is; null where there is none. */
export async function findStream(jsm: JetStreamManager, name: string): Promise<StreamInfo | null> {
  try {
    return await jsm.streams.info(name);
  } catch (error) {
    if (apiCode(error) === STREAM_NOT_FOUND) return null;
    throw error;
  }
}

function incarnationOf(info: StreamInfo): string {
  return `${info.config.name}@${new Date(info.created).toISOString()}`;
}

/** A stream's settings one by one, in words, and what is wrong with them. */
export function streamFindings(
  { config }: StreamInfo,
  settings: StreamSettings,
): {
  readonly fields: readonly { readonly name: string; readonly found: string; readonly wanted: string }[];
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
} {
  const wanted = wantedConfig(settings);
  const names = [
    'subjects',
    'storage',
    'retention',
    'discard',
    'max_bytes',
    'max_age',
    'max_msg_size',
    'duplicate_window',
    'num_replicas',
  ] as const;
  return {
    fields: names.map((name) => ({
      name,
      found: inWords(name, config[name]),
      wanted: inWords(name, wanted[name]),
    })),
    faults: REFUSED.filter((rule) => rule.when(config, wanted)).map((rule) => rule.text(config, wanted)),
    warnings: WARNED.filter((rule) => rule.when(config, wanted)).map((rule) => rule.text(config, wanted)),
  };
}

/** Durations are nanoseconds on the wire. */
function inWords(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value !== 'number') return String(value);
  if (value <= 0) return 'no limit';
  if (name === 'max_age') return `${value / 3.6e12} h`;
  if (name === 'duplicate_window') return `${value / 1e9} s`;
  return String(value);
}

function checked(info: StreamInfo, wanted: Partial<StreamConfig>, made: boolean): CheckedStream {
  const { config, state } = info;
  const faults = REFUSED.filter((rule) => rule.when(config, wanted)).map((rule) => rule.text(config, wanted));
  if (faults.length > 0) {
    throw new StreamRefused(
      `the stream ${config.name} cannot be used: ${faults.join('; ')}. Change it with "nats stream edit ${config.name}", ` +
        'or remove it once its messages are no longer needed',
    );
  }
  return {
    name: config.name,
    incarnation: incarnationOf(info),
    lastSequence: state.last_seq,
    messages: state.messages,
    exclusive: config.subjects.every(isOurs),
    made,
    warnings: WARNED.filter((rule) => rule.when(config, wanted)).map((rule) => rule.text(config, wanted)),
  };
}

interface Rule {
  when(found: StreamConfig, wanted: Partial<StreamConfig>): boolean;
  text(found: StreamConfig, wanted: Partial<StreamConfig>): string;
}

const REFUSED: readonly Rule[] = [
  {
    when: (found, wanted) => missingSubjects(found, wanted).length > 0,
    text: (found, wanted) =>
      `its subjects are ${(found.subjects ?? []).join(', ') || 'none'}, and ${missingSubjects(found, wanted).join(', ')} must be among them`,
  },
  {
    when: (found, wanted) => unreadSubjects(found, wanted).length > 0,
    text: (found, wanted) =>
      `it takes ${unreadSubjects(found, wanted).join(', ')}, and of several partitions only ${(wanted.subjects ?? []).slice(1).join(', ')} are read`,
  },
  {
    when: (found) => found.mirror !== undefined && found.mirror !== null,
    text: () => 'it mirrors another stream',
  },
  {
    when: (found) => found.retention !== RetentionPolicy.Limits,
    text: (found) =>
      `its retention is ${found.retention}, and must be limits: what is read must stay to be read again`,
  },
  { when: (found) => found.no_ack === true, text: () => 'it gives no acknowledgements (no_ack)' },
  { when: (found) => found.sealed, text: () => 'it is sealed' },
  {
    when: (found) => found.max_msgs_per_subject > 0,
    text: (found) =>
      `it keeps only ${found.max_msgs_per_subject} messages a subject, so that events of one instance push each other out`,
  },
  {
    when: (found) => found.subject_transform !== undefined && found.subject_transform !== null,
    text: () =>
      'it renames subjects (subject_transform), which can sort keys of one part or of several but not both, and so break their order; use mappings of the account instead',
  },
];

const WARNED: readonly Rule[] = [
  {
    when: (found) => !found.subjects.every(isOurs),
    text: (found) =>
      `${found.name} takes other subjects too; they are ignored: ${found.subjects.filter((one) => !isOurs(one)).join(', ')}`,
  },
  {
    when: (found) => found.storage !== StorageType.File,
    text: (found) =>
      `${found.name} is kept in memory: events that were acknowledged are lost when the server restarts`,
  },
  {
    when: (found) => found.discard !== DiscardPolicy.New,
    text: (found) =>
      `${found.name} drops its oldest messages when it is full, applied or not; set discard to new`,
  },
  {
    when: (found) => found.max_msgs > 0,
    text: (found) => `${found.name} holds at most ${found.max_msgs} messages`,
  },
  {
    when: (found, wanted) => smaller(found.max_bytes, wanted.max_bytes),
    text: (found) => `${found.name} holds at most ${found.max_bytes} bytes, less than the settings ask for`,
  },
  {
    when: (found, wanted) => smaller(found.max_age, wanted.max_age),
    text: (found) =>
      `${found.name} drops messages after ${found.max_age / 3.6e12} h, earlier than the settings ask for`,
  },
  {
    when: (found, wanted) => smaller(found.max_msg_size, wanted.max_msg_size),
    text: (found) =>
      `${found.name} refuses messages above ${found.max_msg_size} bytes; large batches will not fit`,
  },
  {
    when: (found) => found.duplicate_window < TWO_MINUTES,
    text: (found) => `${found.name} knows repeated messages for less than two minutes (duplicate_window)`,
  },
  {
    when: (found) => found.allow_rollup_hdrs === true,
    text: (found) => `${found.name} lets a producer remove earlier events (allow_rollup_hdrs)`,
  },
];

function isOurs(subjects: string): boolean {
  return /^milepost\.(checkpoint|partition)\./.test(subjects);
}

/** What the stream must take and does not; one partition can do without what is sorted, since nothing then sorts. */
function missingSubjects(found: StreamConfig, { subjects = [] }: Partial<StreamConfig>): readonly string[] {
  const needed = subjects.filter((one) => one !== SORTED_SUBJECTS);
  return needed.filter((one) => !(found.subjects ?? []).includes(one));
}

/** What the stream takes for partitions that nobody reads. */
function unreadSubjects(found: StreamConfig, { subjects = [] }: Partial<StreamConfig>): readonly string[] {
  if (subjects.includes(SORTED_SUBJECTS)) return [];
  return (found.subjects ?? []).filter((one) => isOurs(one) && !subjects.includes(one));
}

/** Whether a limit is set and below the wanted one; 0 and -1 mean no limit. */
function smaller(found: number, wanted: number | undefined): boolean {
  return found > 0 && (wanted === undefined || wanted <= 0 || found < wanted);
}

function refusal(error: unknown, wanted: Partial<StreamConfig>): StreamRefused | null {
  const code = apiCode(error);
  const said = reasonOf(error);
  if (code === SUBJECTS_OVERLAP) {
    return new StreamRefused(
      `the stream ${wanted.name} cannot be made: another stream already takes subjects under milepost.checkpoint; ` +
        'take them out of that one (nats stream ls --subjects)',
      { cause: error },
    );
  }
  if (NO_STORAGE.includes(code)) {
    return new StreamRefused(
      `the stream ${wanted.name} cannot be made with ${wanted.max_bytes} bytes (${said}); make it smaller in the settings ` +
        'or give the account or the server more JetStream storage',
      { cause: error },
    );
  }
  if (NOT_ENABLED.includes(code)) {
    return new StreamRefused(
      `this NATS server has no JetStream (${said}); start it with -js or let the account use it`,
      {
        cause: error,
      },
    );
  }
  return null;
}
