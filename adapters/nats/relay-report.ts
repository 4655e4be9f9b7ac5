/** What relays tell of the notices they have done with, on `milepost.relayed.<relay>`: for whoever listens, kept nowhere. */
import type { NatsConnection } from 'nats';

const SUBJECT = 'milepost.relayed.';

interface Report {
  readonly id: string;
  readonly channel: string;
  readonly state: string;
  readonly reason: string | null;
  readonly at: number;
}

/** Tells what became of notices at a relay; what cannot be told while NATS is away is not told later. */
export function relayReport(nc: NatsConnection, relay: string): (report: Report) => void {
  return (report) => {
    if (!nc.isClosed()) nc.publish(`${SUBJECT}${relay}`, JSON.stringify(report));
  };
}

/** Says each notice that a relay could not send; gives what ends it. */
export function followRelays(nc: NatsConnection, say: (text: string) => void): () => Promise<void> {
  const subscription = nc.subscribe(`${SUBJECT}*`, {
    callback: (error, msg) => {
      const report = error === null ? read(msg.data) : null;
      if (report === null || report.state === 'sent') return;
      const relay = msg.subject.slice(SUBJECT.length);
      const { id, channel, state, reason } = report;
      say(`relay ${relay}, channel ${channel}: notice ${id} ${state}: ${reason}`);
    },
  });
  return async () => subscription.unsubscribe();
}

function read(data: Uint8Array): Record<'id' | 'channel' | 'state' | 'reason', string> | null {
  try {
    const read: unknown = JSON.parse(new TextDecoder().decode(data));
    if (typeof read !== 'object' || read === null) return null;
    const fields = new Map(Object.entries(read));
    const text = (name: string) => String(fields.get(name) ?? '');
    return { id: text('id'), channel: text('channel'), state: text('state'), reason: text('reason') };
  } catch {
    return null;
  }
}
