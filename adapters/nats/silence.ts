/**
 * Whether the stream has nothing for a reader: what a timer must know before it says that something did not come.
 *
 * 1. Silence is a statement about everything that was stored when the question was asked first.
 * 2. What came unsorted is read by one partition, which passes on what belongs to others before it confirms. To these the
 *    stream is not silent as long as an unsorted message waits there.
 */
import { incarnationFor } from './incarnation.ts';
import { doneBy } from './partition-consumer.ts';
import { CHECKPOINT_SUBJECTS } from './partition-subjects.ts';
import type { Reading } from './reading.ts';
import { nextSequence, streamEnd } from './stream.ts';

/** `coming`: messages for this reader are on their way; `sorting`: some wait to be passed on; `changed`: another stream. */
export type Silence = 'silent' | 'coming' | 'sorting' | 'changed';

/** One question after the silence, asked until it is answered. */
export interface Question {
  /** the last sequence of the stream when it was asked first; null before */
  upTo: number | null;
}

/** Asks the server; rejects with its error when it cannot be asked. */
export async function silenceOf(reading: Reading, question: Question): Promise<Silence> {
  const { jsm, consumer } = reading;
  // Before the question: what arrives while it is under way may be newer than the answer.
  const read = { incarnation: reading.incarnation, sequence: reading.received };
  const end = await streamEnd(jsm, consumer.stream);
  if (incarnationFor(read, end) !== reading.incarnation) return 'changed';
  question.upTo ??= end.lastSequence;
  if (consumer.sorter === null) {
    if (end.lastSequence <= reading.received) return 'silent';
  } else if (!(await isSorted(reading, consumer.sorter, question.upTo))) {
    return 'sorting';
  }
  // The stream counts on past messages that were removed or are of other subjects. The consumer was rejected as a
  // witness: it hears of a stored message a little later.
  const query = { from: Math.max(reading.received, reading.clear) + 1, subjects: consumer.subjects };
  const next = await nextSequence(jsm, consumer.stream, query);
  // Servers look through the messages of others one by one: nobody should do so twice.
  reading.clear = Math.max(reading.clear, next === null ? end.lastSequence : next - 1);
  return next === null ? 'silent' : 'coming';
}

/** Whether every unsorted message up to a sequence was passed on by the consumer that reads them. */
async function isSorted(reading: Reading, sorter: string, upTo: number): Promise<boolean> {
  const { jsm, consumer } = reading;
  const isAsked = reading.sorted === 0 || reading.unsorted !== null;
  const done = isAsked ? await doneBy(jsm, consumer.stream, sorter) : null;
  if (reading.unsorted !== null && (done ?? 0) < reading.unsorted) return reading.unsorted > upTo;
  reading.sorted = Math.max(reading.sorted, done ?? 0);
  if (reading.sorted >= upTo) return true;
  const query = { from: reading.sorted + 1, subjects: CHECKPOINT_SUBJECTS };
  reading.unsorted = await nextSequence(jsm, consumer.stream, query);
  reading.sorted = reading.unsorted === null ? upTo : reading.unsorted - 1;
  return reading.sorted >= upTo;
}
