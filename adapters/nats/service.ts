import { type NatsConnection, type Service, ServiceError, type ServiceMsg } from 'nats';

/** The reads that are answered over NATS: subject `milepost.api.<name>`. */
export const SERVICE_READS = ['flows', 'instances', 'instance', 'alarms', 'day'] as const;
export type ServiceRead = (typeof SERVICE_READS)[number];

export interface NatsServiceOptions {
  readonly nc: NatsConnection;
  /** of the product, such as 1.2.0 */
  readonly version: string;
  /** answers one read; `request` is the JSON of the request, null where it was empty */
  readonly handle: (name: ServiceRead, request: unknown) => Promise<unknown>;
  /** the code and words for an error that `handle` rejected with; null for one that callers should not see */
  readonly describe?: (error: unknown) => { readonly code: number; readonly text: string } | null;
  readonly onError?: (name: ServiceRead, error: unknown) => void;
}

/**
 * Announces the discoverable NATS service `milepost` and answers its reads with JSON. Several processes share the load.
 * Errors go back as the service protocol has it, in the headers `Nats-Service-Error-Code` and `Nats-Service-Error`:
 * 400 for a request that is no JSON, 413 for an answer larger than NATS takes, 500 for what `describe` does not know.
 * The function given back takes the service off again and waits for answers under way.
 */
export async function startNatsService(options: NatsServiceOptions): Promise<() => Promise<void>> {
  const service: Service = await options.nc.services.add({
    name: 'milepost',
    version: options.version,
    description: 'Reads what Milepost knows of flows, instances, alarms and days',
  });
  const group = service.addGroup('milepost').addGroup('api');
  const underWay = new Set<Promise<void>>();
  for (const name of SERVICE_READS) {
    group.addEndpoint(name, (error, msg) => {
      if (error) return;
      const one = answer(options, name, msg).finally(() => underWay.delete(one));
      underWay.add(one);
    });
  }
  return async () => {
    await Promise.all(underWay);
    if (!service.isStopped) await service.stop();
  };
}

async function answer(options: NatsServiceOptions, name: ServiceRead, msg: ServiceMsg): Promise<void> {
  try {
    const body = JSON.stringify((await options.handle(name, readRequest(msg))) ?? null);
    const largest = options.nc.info?.max_payload ?? 1_048_576;
    if (Buffer.byteLength(body) > largest) {
      throw new ServiceError(
        413,
        `the answer is larger than ${largest} bytes; ask for less, or page with limit and cursor`,
      );
    }
    msg.respond(body);
  } catch (error) {
    const known =
      error instanceof ServiceError ? { code: error.code, text: error.message } : options.describe?.(error);
    if (!known) options.onError?.(name, error);
    refuse(msg, known ?? { code: 500, text: 'Milepost could not answer; its log says why' });
  }
}

function readRequest(msg: ServiceMsg): unknown {
  if (msg.data.length === 0) return null;
  try {
    return JSON.parse(msg.string());
  } catch {
    throw new ServiceError(400, 'the request is not JSON; send an object of parameters, or nothing');
  }
}

function refuse(msg: ServiceMsg, problem: { readonly code: number; readonly text: string }): void {
  try {
    const text = problem.text.replaceAll(/\s+/g, ' ').trim();
    const body = JSON.stringify({ error: { code: problem.code, message: text } });
    msg.respondError(problem.code, text, new TextEncoder().encode(body));
  } catch {
    // The connection was closed while the answer was made: nobody can be told any more.
  }
}
