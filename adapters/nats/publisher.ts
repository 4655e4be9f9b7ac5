import { ErrorCode, headers, type NatsConnection, NatsError } from 'nats';
import type { Publisher } from '../../engine/index.ts';
import { reasonOf } from '../reason-of.ts';
import { isPublishable } from './outlet.ts';

/** Changes may not have reached the server; publishing them again is right, since each carries its id. */
export class PublishError extends Error {
  override readonly name = 'PublishError';
  readonly permanent = false;
}

export interface NatsPublisherOptions {
  readonly nc: NatsConnection;
  /** how long the server may take to confirm that it has read a batch, milliseconds; default 5000 */
  readonly timeout?: number;
  /** hears of a change that can never be published and was passed over */
  readonly onPassed?: (id: number, reason: string) => void;
}

/**
 * Publishes changes in order on their own subjects, each with the header `Milepost-Change: <id>`, and resolves once the
 * server has read them all; subscribers that are away then miss them. A subject that is none, or that belongs to the server
 * (`$…`, `_INBOX…`), and a body that is too large are passed over: one bad rule must not hold up the rest.
 */
export function natsPublisher(options: NatsPublisherOptions): Publisher {
  const { nc } = options;
  const passed = options.onPassed ?? (() => undefined);
  return {
    async publish(changes) {
      try {
        for (const change of changes) {
          const problem = subjectProblem(change.subject);
          if (problem !== null) passed(change.id, problem);
          else publishOne(nc, change, passed);
        }
        await flushWithin(nc, options.timeout ?? 5_000);
      } catch (error) {
        const reason = reasonOf(error);
        throw new PublishError(`changes could not be published on NATS (${reason})`, { cause: error });
      }
    },
  };
}

function subjectProblem(subject: string): string | null {
  if (!isPublishable(subject)) return `"${subject}" is not a subject that can be published on`;
  if (/^(\$|_INBOX\b)/.test(subject)) return `"${subject}" belongs to the NATS server itself`;
  return null;
}

function publishOne(
  nc: NatsConnection,
  change: { readonly id: number; readonly subject: string; readonly body: string },
  passed: (id: number, reason: string) => void,
): void {
  const carried = headers();
  carried.set('Milepost-Change', String(change.id));
  try {
    nc.publish(change.subject, change.body, { headers: carried });
  } catch (error) {
    if (!(error instanceof NatsError) || error.code !== ErrorCode.MaxPayloadExceeded) throw error;
    passed(change.id, `its ${change.body.length} characters are more than NATS takes in one message`);
  }
}

async function flushWithin(nc: NatsConnection, timeout: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeout} ms`)), timeout);
  });
  const flushed = nc.flush();
  flushed.catch(() => undefined);
  await Promise.race([flushed, late]).finally(() => clearTimeout(timer));
}
