/**
 * A probe: a message that is about no flow and changes nothing. The worker that takes it lets it come back as a change, in
 * the transaction of its batch, so that whoever sent it knows that the whole way is open.
 */
import { ACT_SUBJECT } from './act.ts';
import type { ChangeRecord } from './ports.ts';

/** What a probe comes back on, with the partition after it. */
export const PROBED_SUBJECT = 'milepost.canary';

/** No flow can be called so. */
const PROBE = '_probe';

/** The subject of a probe that a token leads to its partition. */
export function probeSubject(token: string): string {
  return `${ACT_SUBJECT}.${token}.${PROBE}`;
}

/** The name of a probe; null for any other message that is no event. */
export function readProbe(subject: string, text: string): string | null {
  return subject.endsWith(`.${PROBE}`) && /^[\w.:-]{1,128}$/.test(text) ? text : null;
}

/** A probe that a partition has taken, as the outside is told. */
export function probed(id: string, partition: string): ChangeRecord {
  return {
    kind: 'publish',
    subject: `${PROBED_SUBJECT}.${partition}`,
    body: JSON.stringify({ id, partition }),
  };
}
