/**
 * One relay a name: whoever runs under a name answers when it is asked for, so that a second one notices the first. It is
 * asked over NATS alone; what cannot be asked counts as free.
 */
import { type NatsConnection, NatsError } from 'nats';

const WAIT = 1_000;

/** A relay as others are told of it. */
export interface RelaySelf {
  /** unique among all starts */
  readonly id: string;
  /** for operators: where it runs */
  readonly where: string;
}

function subjectOf(relay: string): string {
  return `milepost.relay.${relay}`;
}

/** Where another relay of this name runs; null where none answers within a second. */
export async function otherRelay(nc: NatsConnection, relay: string, self: RelaySelf): Promise<string | null> {
  try {
    const answer = await nc.request(subjectOf(relay), self.id, { timeout: WAIT });
    return answer.string();
  } catch (error) {
    if (error instanceof NatsError) return null;
    throw error;
  }
}

/** Answers for a name until what it gives is called; not to itself. */
export function answerAsRelay(nc: NatsConnection, relay: string, self: RelaySelf): () => Promise<void> {
  const subscription = nc.subscribe(subjectOf(relay), {
    callback: (error, msg) => {
      if (error === null && msg.string() !== self.id) msg.respond(self.where);
    },
  });
  return async () => subscription.unsubscribe();
}
