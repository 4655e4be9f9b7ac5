/**
 * The canary: a message of no flow that is sent into the stream for every partition now and then, and must come back as a
 * change: through NATS, the worker, its commit and the telling. What hangs anywhere on that way is noticed by its staying
 * away, whoever is asked.
 *
 * 1. All processes send the same ones at the same times, and the stream takes the first of each: no one of them must live
 *    for it. What it holds is when it was sent, so that those who came too late know how long it took, too.
 * 2. One that waits behind other messages of its partition is not late, as long as those are worked off.
 * 3. A later one that came back stands for those before it.
 */
import { PROBED_SUBJECT, partitionOfToken, probeSubject } from '../../engine/index.ts';
import type { Closers } from '../closers.ts';
import type { SystemStatus } from '../freshness.ts';
import { type HealthReport, type Metrics, measureCanary } from '../http/index.ts';
import type { Log } from '../log.ts';
import { type LoopTime, startLoop } from '../loop.ts';
import type { Storage } from '../storage/index.ts';
import type { Stream } from './open-stream.ts';
import type { OwnVoice } from './own-voice.ts';

export interface Canary {
  /** whether the last one of every partition is back, or may still come */
  checks(): HealthReport['checks'];
}

export interface CanaryOptions {
  /** how often one is sent, ms; 0: never */
  readonly every: number;
  readonly stream: Stream;
  readonly storage: Pick<Storage, 'changes'>;
  readonly status: () => SystemStatus;
  readonly metrics: Metrics;
  /** null: others say it */
  readonly voice: OwnVoice | null;
  readonly log: Log;
  /** ms since the epoch */
  readonly now: () => number;
  /** ms, of a clock that never jumps; default: this process's */
  readonly steady?: () => number;
  readonly time?: LoopTime;
}

/** One that is not back after so long, beyond what it had to wait behind others, is lost, ms. */
const PATIENCE = 20_000;
/** Another one is sent after it when it has stayed away for so long, since its answer may have been missed, ms. */
const AGAIN = 8_000;
const REST = 500;
/** A turn that comes so late says that this process stood still, ms. */
const STOOD = 5_000;
/** Changes that are looked through in a turn where they do not come over NATS. */
const PAGE = 1_000;

interface Sent {
  /** what comes back with it or a later one */
  readonly id: string;
  /** by the clock of the process that never jumps, ms */
  readonly at: number;
  /** by the wall clock, ms */
  readonly time: number;
  /** from when on it is waited for, and when it was sent last */
  since: number;
  last: number;
}

/** Begins to send and to listen; without a period there is nothing to check. */
export function startCanary(options: CanaryOptions, closers: Closers): Canary {
  const { every, stream, voice, log, time, steady = () => performance.now() } = options;
  if (every <= 0) return { checks: () => [] };
  const partitions = Array.from({ length: stream.partitions }, (_, index) => String(index));
  const waiting = new Map<string, Sent>();
  const newest = new Map<string, string>();
  const seconds = new Map<string, number>();
  let bucket = Math.floor(options.now() / every);
  let isTold = false;
  let turned = steady();

  const back = (partition: string, id: string) => {
    const isNewer = id > (newest.get(partition) ?? '');
    if (isNewer) newest.set(partition, id);
    const sent = waiting.get(partition);
    if (sent === undefined && isNewer) {
      // another process was quicker to send it
      seconds.set(partition, Math.max(0, options.now() - Date.parse(id)) / 1000);
    } else if (sent !== undefined && id >= sent.id) {
      seconds.set(partition, (steady() - sent.at) / 1000);
      waiting.delete(partition);
    }
  };
  const ears = listen(options, back, closers);

  function send(partition: string, id: string, now: number): void {
    const subject = probeSubject(tokenOf(partition, stream.partitions));
    const payload = Buffer.from(new Date(now).toISOString());
    const message = { subject, payload, id: `canary-${partition}-${id}` };
    // One that cannot be sent does not come back, which is all there is to know; `nats` and `database` say why.
    stream.outlet.send([message]).catch(() => undefined);
  }

  const lost = () =>
    [...waiting]
      .filter(([, { since }]) => steady() - since > PATIENCE)
      .map(([partition, { at }]) => {
        const ago = Math.round((steady() - at) / 1000);
        return `${stream.partitions === 1 ? '' : `partition ${partition}: `}not back for ${ago} s`;
      });

  const loop = startLoop({
    name: 'the canary',
    rest: REST,
    log,
    ...(time === undefined ? {} : { time }),
    async turn() {
      const now = options.now();
      const at = steady();
      // what this process did not hear while it stood still was not lost
      if (at - turned > STOOD) for (const sent of waiting.values()) sent.since = at;
      turned = at;
      const next = Math.floor(now / every);
      if (next > bucket) {
        bucket = next;
        const id = new Date(next * every).toISOString();
        for (const partition of partitions) {
          send(partition, id, now);
          if (!waiting.has(partition) && id > (newest.get(partition) ?? ''))
            waiting.set(partition, { id, at, time: now, since: at, last: at });
        }
      }
      for (const [partition, sent] of waiting) {
        if (isBehindOthers(options.status(), partition, sent.time)) sent.since = at;
        if (at - sent.last < AGAIN) continue;
        sent.last = at;
        send(partition, new Date(now).toISOString(), now);
      }
      const reasons = lost();
      if (reasons.length > 0 !== isTold) {
        isTold = reasons.length > 0;
        voice?.trouble('canary', isTold ? { REASON: reasons.join('; ') } : null);
        if (isTold) log.warn(`the canary has not come back: ${reasons.join('; ')}`);
        else log.info('the canary comes back again');
      }
      await ears();
      return 'idle';
    },
  });
  closers.push(() => loop.stop());
  measureCanary(options.metrics, () => {
    const now = steady();
    return partitions.map((partition) => {
      const since = waiting.get(partition)?.since ?? now;
      return { partition, seconds: seconds.get(partition) ?? null, lost: now - since > PATIENCE };
    });
  });
  return {
    checks() {
      const reasons = lost();
      const slowest = Math.max(...seconds.values());
      const well = seconds.size === 0 ? 'none is back yet' : `came back within ${slowest.toFixed(2)} s`;
      return [{ name: 'canary', ok: reasons.length === 0, detail: reasons.join('; ') || well }];
    },
  };
}

/** Listens to what comes back. Gives what is to be called now and then: where there is no NATS, the changes are looked at. */
function listen(
  { stream, storage, log }: CanaryOptions,
  back: (partition: string, id: string) => void,
  closers: Closers,
): () => Promise<void> {
  const hear = (body: string) => {
    const said: unknown = JSON.parse(body);
    if (typeof said !== 'object' || said === null || !('id' in said) || !('partition' in said)) return;
    back(String(said.partition), String(said.id));
  };
  const { nc } = stream;
  if (nc !== null) {
    const ears = nc.subscribe(`${PROBED_SUBJECT}.*`, {
      callback(error, message) {
        if (error !== null) log.warn(`the canary cannot be heard: ${error.message}`);
        else hear(message.string());
      },
    });
    closers.push(async () => ears.unsubscribe());
    return async () => undefined;
  }
  let after: number | null = null;
  return async () => {
    after ??= await storage.changes.newest();
    for (;;) {
      const changes = await storage.changes.changes(after, PAGE);
      for (const { subject, body } of changes) if (subject.startsWith(`${PROBED_SUBJECT}.`)) hear(body);
      after = changes.at(-1)?.id ?? after;
      if (changes.length < PAGE) return;
    }
  };
}

/** Whether a partition works on what came before a time, and has not got there. */
function isBehindOthers({ partitions }: SystemStatus, partition: string, time: number): boolean {
  const found = partitions.find((one) => one.partition === partition);
  if (found === undefined || found.asOf === null) return false;
  return found.fresh && found.behind > 0 && found.asOf < time;
}

/** A token that leads into a partition. */
function tokenOf(partition: string, partitions: number): string {
  for (let index = 0; ; index++) {
    const token = `canary${index}`;
    if (partitionOfToken(token, partitions) === partition) return token;
  }
}
