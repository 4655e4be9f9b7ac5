/**
 * Partitions as NATS sees them. Producers publish on `milepost.checkpoint.<flow>.<key tokens>`; the server, told so by
 * the mapping below, stores that as `milepost.partition.<p>.<flow>.<key tokens>`, where p is made from the first token of
 * the key. What has no key, or meets a server without the mapping, keeps its subject: it is *unsorted*.
 *
 * 1. Nobody but this folder knows the stored form: messages are given to the engine under the subject they were sent on.
 * 2. Every root is in one partition, whoever computes it: the server, or the outlet, which publishes on the stored form.
 */
import { partitionOfToken } from '../../engine/index.ts';

/** What producers publish on. */
export const CHECKPOINT_SUBJECTS = 'milepost.checkpoint.>';
/** What sorted messages are stored on, of all partitions. */
export const SORTED_SUBJECTS = 'milepost.partition.>';
/** Both. */
export const EVENT_SUBJECTS = 'milepost.>';

const SENT = 'milepost.checkpoint.';
const STORED = /^milepost\.partition\.(\d+)\./;
/** flow and first token of the key */
const KEYED = /^milepost\.checkpoint\.([^.]+)\.([^.]+)/;

/** What the messages of one partition are stored on. */
export function partitionSubjects(partition: string): string {
  return `milepost.partition.${partition}.>`;
}

/**
 * The subjects of the stream. With several partitions each is named: a server that sorts into more of them than there are
 * then gets no acknowledgement for what nobody would read, instead of a message that is lost.
 */
export function streamSubjects(partitions: number): readonly string[] {
  if (partitions === 1) return [CHECKPOINT_SUBJECTS, SORTED_SUBJECTS];
  const each = Array.from({ length: partitions }, (_, index) => partitionSubjects(String(index)));
  return [CHECKPOINT_SUBJECTS, ...each];
}

/** Where a message for this subject is put if it shall reach its partition whatever the server is told; others stay. */
export function storedSubject(subject: string, partitions: number): string {
  const keyed = partitions > 1 ? KEYED.exec(subject) : null;
  if (keyed === null) return subject;
  const partition = partitionOfToken(keyed[2] ?? '', partitions);
  return `milepost.partition.${partition}.${subject.slice(SENT.length)}`;
}

/** The subject that a stored message was sent on; null where it is no event of ours. */
export function sentSubject(stored: string): string | null {
  if (stored.startsWith(SENT)) return stored;
  const form = STORED.exec(stored);
  return form === null ? null : SENT + stored.slice(form[0].length);
}

/** The partition that a message was put into, by the server or by us; null where it is unsorted. */
export function sortedInto(stored: string): string | null {
  return STORED.exec(stored)?.[1] ?? null;
}

/** The root of a message by its subject: what must stay in order; '' where it has no key. */
export function rootOfSubject(subject: string): string {
  return KEYED.exec(subject)?.[2] ?? '';
}

/** The lines of a nats-server's configuration, for the whole server or inside an account, that sort messages into partitions. */
export function mappingLines(partitions: number): readonly string[] {
  const to = `milepost.partition.{{partition(${partitions},2)}}.{{wildcard(1)}}.{{wildcard(2)}}`;
  return [
    'mappings {',
    `  "milepost.checkpoint.*.*": "${to}"`,
    `  "milepost.checkpoint.*.*.>": "${to}.>"`,
    '}',
  ];
}
