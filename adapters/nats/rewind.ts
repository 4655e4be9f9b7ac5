import type { JetStreamManager } from 'nats';
import { doneBy } from './partition-consumer.ts';

/**
 * Why messages that were applied once are about to be applied again, in words; null where they are not. The server remembers
 * what was confirmed, and that is only done after the commit: a database that stands before it has gone back.
 */
export async function whyAgain(
  jsm: JetStreamManager,
  reader: { readonly stream: string; readonly name: string },
  at: {
    readonly after: { readonly incarnation: string; readonly sequence: number };
    readonly incarnation: string;
  },
): Promise<string | null> {
  const { after, incarnation } = at;
  if (after.incarnation !== '' && after.incarnation !== incarnation)
    return `the stream is another one than before (${incarnation} after ${after.incarnation}): it is read from its beginning`;
  const done = await doneBy(jsm, reader.stream, reader.name);
  if (done === null || done <= after.sequence) return null;
  return (
    `the database has gone back: message ${done} of ${reader.stream} was applied for ${reader.name} before, and it stands at ` +
    `${after.sequence}; it was restored, lost commits in a failover, or is another one. What follows is applied again`
  );
}
