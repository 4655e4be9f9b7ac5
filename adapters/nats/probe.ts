/**
 * How the server sorts, found out without storing anything: a message that asks for a stream that does not exist is
 * refused by every stream, with an answer, and still reaches whoever listens, under the subject that the server made of it.
 */
import { createInbox, headers, type NatsConnection } from 'nats';
import { partitionOfToken } from '../../engine/index.ts';
import { storedSubject } from './partition-subjects.ts';

export interface Probe {
  /** the subject it was sent on */
  readonly sent: string;
  /** under which subject it came back; null when it did not */
  readonly seen: string | null;
  readonly wanted: string;
  /** whether a stream takes the subject that the server made of it */
  readonly taken: boolean;
}

/** Sends a probe for each partition and form of key, and waits for them `wait` ms at most. Needs to publish and to listen. */
export async function probeMapping(
  nc: NatsConnection,
  partitions: number,
  wait = 1_000,
): Promise<readonly Probe[]> {
  const sent = tokensOf(partitions)
    .flatMap((token) => [token, `${token}.part`])
    .map((key) => `milepost.checkpoint._probe.${key}`);
  const seen = new Map<string, string>();
  const taken = new Set<string>();
  const inbox = createInbox();
  const all = Promise.withResolvers<void>();
  const settle = () => {
    if (seen.size === sent.length && taken.size === sent.length) all.resolve();
  };
  const listening = ['milepost.checkpoint._probe.>', 'milepost.partition.*._probe.>'].map((subject) =>
    nc.subscribe(subject, {
      callback: (error, msg) => {
        const probe = msg?.headers?.get('Milepost-Probe');
        if (error !== null || msg.reply?.startsWith(inbox) !== true || !probe) return;
        seen.set(probe, msg.subject);
        settle();
      },
    }),
  );
  const answers = nc.subscribe(`${inbox}.*`, {
    callback: (error, msg) => {
      const index = Number(msg?.subject.slice(inbox.length + 1));
      const subject = sent[index];
      // 503: nobody listens there, and no stream either.
      if (error !== null || subject === undefined || msg.headers?.code === 503) return;
      taken.add(subject);
      settle();
    },
  });
  try {
    for (const [index, subject] of sent.entries()) {
      const carried = headers();
      carried.set('Nats-Expected-Stream', '-');
      carried.set('Milepost-Probe', subject);
      nc.publish(subject, '', { headers: carried, reply: `${inbox}.${index}` });
    }
    await nc.flush();
    const timer = setTimeout(all.resolve, wait);
    await all.promise;
    clearTimeout(timer);
  } finally {
    for (const subscription of [...listening, answers]) subscription.unsubscribe();
  }
  return sent.map((subject) => ({
    sent: subject,
    seen: seen.get(subject) ?? null,
    wanted: storedSubject(subject, partitions),
    taken: taken.has(subject),
  }));
}

/** A token for each partition. */
function tokensOf(partitions: number): readonly string[] {
  const tokens = new Map<string, string>();
  for (let index = 0; tokens.size < partitions; index++) {
    const token = `t${index}`;
    const partition = partitionOfToken(token, partitions);
    if (!tokens.has(partition)) tokens.set(partition, token);
  }
  return [...tokens.values()];
}
